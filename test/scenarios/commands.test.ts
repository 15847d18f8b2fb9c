// Which comments are answered, how, and in which order.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { CommandHint, Reply } from '../../src/domain/reply.ts';
import { mistaken, refused } from './answers.ts';
import { begin, shown, type Conversation } from './conversation.ts';
import { stage } from './world.ts';

const SILENCE: readonly string[] = [];
const DONE = ['eyes', 'rocket'];
const NOT_DONE = ['eyes', '-1'];

type Row = readonly [body: string, reactions: readonly string[], answer: object | null];

describe('in a thread without a promotion of ours', () => {
  let talk: Conversation;
  beforeAll(async () => {
    talk = await begin();
  });
  afterAll(async () => {
    await talk.world.end();
    await talk.world.close();
  });

  test.each<Row>([
    ['just words about /promote staging', SILENCE, null],
    ['/deploy production', SILENCE, null],
    ['/usr/local/promote staging', SILENCE, null],
    ['/promoted staging', SILENCE, null],
    ['> /promote staging', SILENCE, null],
    ['    /promote staging', SILENCE, null],
    ['/approve', SILENCE, null],
    ['/approve please', SILENCE, null],
    ['/reject too early', SILENCE, null],
    ['/cancel', SILENCE, null],
    ['/help', SILENCE, null],
    ['`/help`', SILENCE, null],
    ['/aprove', SILENCE, null],
    ['/promot staging', SILENCE, null],
    ['/approve\n/cancel\n/help', SILENCE, null],
    ['<!-- /promote staging -->', SILENCE, null],
    ['/approve P9', NOT_DONE, refused('promotion-not-found', { promotion: 9 })],
    ['/aprove P9', NOT_DONE, { kind: 'misspelled', typed: 'aprove', meant: 'approve' }],
    ['/reject P9', NOT_DONE, { verb: 'reject', ...mistaken('missing-argument', { argument: 'reason' }) }],
    ['/cancel #9 P9', NOT_DONE, { verb: 'cancel', ...mistaken('id-without-p', { typed: '#9', meant: 'P9' }) }],
    ['/status P9', NOT_DONE, refused('promotion-not-found', { promotion: 9 })],
    ['/status staging', NOT_DONE, refused('environment-unknown', { typed: 'staging', environments: ['production'] })],
    ['/imprimatur approve', NOT_DONE, refused('nothing-waits-here', { verb: 'approve', elsewhere: [] })],
    ['/imprimatur cancel', NOT_DONE, refused('nothing-waits-here', { verb: 'cancel', elsewhere: [] })],
    ['/imprimatur help', DONE, { kind: 'help' }],
    ['/help promote', SILENCE, null],
    ['/imprimatur help promote', DONE, { kind: 'help', topic: 'promote' }],
    ['/imprimatur', DONE, { kind: 'help' }],
    ['/IMPRIMATUR Help', DONE, { kind: 'help' }],
    ['/imprimatur launch', NOT_DONE, mistaken('unknown-verb', { typed: 'launch' })],
    ['/imprimatr help', NOT_DONE, { kind: 'misspelled', typed: 'imprimatr', meant: 'imprimatur' }],
    ['/status', DONE, statusOf('production')],
    ['/status production', DONE, statusOf('production')],
    ['/promote staging --frce', NOT_DONE, mistaken('unknown-flag', { typed: '--frce' })],
    ['/promote staging, please', NOT_DONE, mistaken('trailing-punctuation', { typed: 'staging,', meant: 'staging' })],
    ['/promote staging --reason "never closed', NOT_DONE, mistaken('unbalanced-quote', { opener: '"', closer: '"' })],
    ['/promote main', NOT_DONE, refused('not-a-source', { typed: 'main' })],
    ['/promote staging to', NOT_DONE, mistaken('missing-argument', { argument: 'environment' })],
    ['/promote staging to canary', NOT_DONE, refused('environment-unknown', { typed: 'canary' })],
    ['/promote staging\n--reason "half of it"', NOT_DONE, mistaken('half-command', { next: '--reason "half of it"' })],
    ['`/promote staging`', NOT_DONE, hintAt('backticks')],
    ['```\n/promote staging\n```', NOT_DONE, hintAt('backticks')],
    ['# /promote staging', NOT_DONE, hintAt('heading')],
    ['<div>\n/promote staging\n</div>', NOT_DONE, hintAt('html')],
    ['- first\n/promote staging', NOT_DONE, hintAt('list')],
    ['> first\n/promote staging', NOT_DONE, hintAt('quote')],
  ])('%j', async (body, reactions, answer) => {
    const said = await talk.say('ada', body, talk.openIssue());
    expect(said.reactions).toEqual(reactions);
    expect(said.answers).toMatchObject(answer === null ? [] : [answer]);
    expect(await talk.state()).toBeNull();
  });

  test('ten commands run; with an eleventh, none does', async () => {
    const ten = Array.from({ length: 10 }, () => '/status').join('\n');
    const said = await talk.say('ada', ten, talk.openIssue());
    expect(said.reactions).toEqual(DONE);
    expect(said.replies).toHaveLength(10);
    const tooMany = await talk.say('ada', `${ten}\n/promote staging`, talk.openIssue());
    expect(tooMany.reactions).toEqual(NOT_DONE);
    expect(tooMany.answers).toMatchObject([{ kind: 'too-many-commands', count: 11, limit: 10 }]);
    expect(await talk.state()).toBeNull();
  });

  test('an edited comment is never read, whoever edits it', async () => {
    const issue = talk.openIssue();
    const { id } = await talk.say('ada', 'Shall we?', issue);
    await talk.repo.editComment({ comment: id, by: 'bob', body: '/promote staging' });
    await talk.world.drain();
    expect(talk.repo.reactions(id)).toEqual([]);
    expect(talk.replies(issue)).toEqual([]);
  });

  test('comments of bots are ignored', async () => {
    const said = await talk.say('renovate[bot]', '/promote staging\n/status', talk.openIssue());
    expect(said).toMatchObject({ reactions: [], replies: [] });
  });

  test('a comment that is deleted before its reaction leaves no dead job, and is answered anyway', async () => {
    const issue = talk.openIssue();
    const { id } = await talk.repo.comment({ issue, by: 'ada', body: '/status' });
    await talk.repo.deleteComment({ comment: id, by: 'ada' });
    await talk.world.drain();
    expect(await talk.answers(issue)).toMatchObject([statusOf('production')]);
  });

  test('a comment on a pull request is read like one on an issue', async () => {
    talk.repo.commitOn('feature');
    const pull = talk.repo.openPullRequest({ title: 'Feature', by: 'ada', head: 'feature' });
    expect((await talk.say('ada', '/status', pull)).reactions).toEqual(DONE);
  });
});

describe('in a thread with a promotion of ours', () => {
  let talk: Conversation;
  beforeAll(async () => {
    talk = await begin();
    await talk.request();
  });
  afterAll(async () => {
    await talk.world.end();
    await talk.world.close();
  });

  test.each<Row>([
    ['/deploy production', SILENCE, null],
    ['/approved', NOT_DONE, { kind: 'misspelled', typed: 'approved', meant: 'approve' }],
    ['/aprove', NOT_DONE, { kind: 'misspelled', typed: 'aprove', meant: 'approve' }],
    ['/approve, thanks', NOT_DONE, { verb: 'approve', ...mistaken('trailing-punctuation') }],
    ['/approve 1', NOT_DONE, mistaken('id-without-p', { typed: '1', meant: 'P1' })],
    ['/approve #1', NOT_DONE, mistaken('id-without-p', { typed: '#1', meant: 'P1' })],
    ['/reject', NOT_DONE, mistaken('missing-argument', { argument: 'reason' })],
    ['`/approve`', NOT_DONE, { kind: 'hint', hint: { line: '/approve', place: 'backticks' } }],
    ['/help', DONE, { kind: 'help' }],
    ['/help promote', DONE, { kind: 'help', topic: 'promote' }],
    ['/help /Rollback', DONE, { kind: 'help', topic: 'rollback' }],
    ['/help imprimatur', DONE, { kind: 'help' }],
    ['/help promot', NOT_DONE, { kind: 'unknown-topic', typed: 'promot', meant: 'promote' }],
    ['/help deploy', NOT_DONE, { kind: 'unknown-topic', typed: 'deploy', meant: null }],
    ['/help promote staging', NOT_DONE, { verb: 'help', ...mistaken('surplus-argument', { typed: 'staging' }) }],
    ['/status P1', DONE, { kind: 'status', about: { kind: 'promotion', number: 1 } }],
    ['/status p1', DONE, { kind: 'status', about: { kind: 'promotion', number: 1 } }],
    ['/status production', DONE, statusOf('production')],
  ])('%j', async (body, reactions, answer) => {
    const said = await talk.say('bob', body);
    expect(said.reactions).toEqual(reactions);
    expect(said.answers).toMatchObject(answer === null ? [] : [answer]);
    expect(await talk.state()).toBe('awaiting-approval');
  });

  test('a second request for the same image opens no second promotion', async () => {
    const said = await talk.say('bob', `/promote ${talk.short}`);
    expect(said.reactions).toEqual(NOT_DONE);
    expect(said.answers).toMatchObject([refused('already-requested', { promotion: 1, environment: 'production' })]);
    expect(await talk.state(2)).toBeNull();
  });
});

describe('one conversation', () => {
  let talk: Conversation;
  afterEach(async () => {
    await talk.world.close();
  });

  test('several commands of one comment are carried out in order', async () => {
    talk = await begin();
    const said = await talk.say(
      'ada',
      `Let us go.\n\n/promote ${talk.short}\n/cancel P1\n\nand once more\n\n/promote ${talk.short}\n/approve P2`,
    );
    expect(said.reactions).toEqual(['eyes', 'rocket', '-1']);
    expect(await talk.state(1)).toBe('cancelled');
    expect(said.answers).toMatchObject([refused('not-awaiting-approval', { promotion: 2, state: 'examining' })]);
    expect(await talk.state(2)).toBe('awaiting-approval');
    await talk.world.end();
  });

  test('a command that GitHub keeps waiting is not overtaken by the next one of its comment', async () => {
    talk = await begin();
    talk.world.github.failNext({ method: 'GET', path: /\/collaborators\/ada\/permission$/, status: 502 });
    const { id } = await talk.say('ada', `/promote ${talk.short}\n/cancel P1`);
    await talk.world.pass(10_000, 1000);
    expect(await talk.state(1)).toBe('cancelled');
    expect(talk.repo.reactions(id)).toEqual(['eyes', 'rocket']);
    await talk.world.end();
  });

  test('/status shows a promotion from its request to its end', async () => {
    talk = await begin();
    await talk.request();
    const elsewhere = talk.openIssue();
    const waiting = await talk.say('ron', '/status P1', elsewhere);
    expect(waiting.reactions).toEqual(['-1']);
    const [open = ''] = (await talk.say('mia', '/status', elsewhere)).replies;
    expect(open).toContain(`- \`/status P1\`: \`staging-${talk.short}\` → \`production\``);
    await talk.say('bob', '/approve');
    const [status = ''] = (await talk.say('mia', '/status', elsewhere)).replies;
    expect(status).toContain(`- \`main\`: \`${talk.image.digest}\``);
    expect(status).toContain(`- \`latest\`: \`${talk.image.digest}\``);
    expect(status).toContain(`\`staging-${talk.short}\` (\`${shown(talk.image.digest)}\`)`);
    expect(status).toMatch(/\[P1\]\(https:\/\/github\.com\/acme\/dotca\/issues\/1#issuecomment-\d+\)/);
    expect(status).not.toContain('/status P1');
    await talk.world.end();
  });

  test('/promote alone lists the five newest candidates as valid lines', async () => {
    talk = await begin();
    const { repo, world } = talk;
    const commits = Array.from({ length: 7 }, (_, index) => {
      world.clock.turn(60_000);
      return repo.commitOn('staging', { message: `Change ${index + 1}\n\nBody` });
    });
    for (const commit of commits) if (commit !== commits[4]) stage(world, { commit });
    const said = await talk.say('ada', '/promote');
    expect(said.reactions).toEqual(DONE);
    const [list = ''] = said.replies;
    const lines = list.split('\n').filter((line) => line.startsWith('- '));
    const wanted = [6, 5, 3, 2, 1].map(
      (index) => `- \`/promote staging-${commits[index]?.slice(0, 7)}\` · Change ${index + 1}, by \`ada\` · `,
    );
    expect(lines.map((line) => line.replace(/(?<= · )[^·]*$/, ''))).toEqual(wanted);
    const named = await talk.say('ada', '/promote to production');
    expect(named.replies).toEqual([
      expect.stringContaining(`- \`/promote staging-${commits[6]?.slice(0, 7)} to production\``),
    ]);
    const line = /`(\/promote [^`]+)`/.exec(lines[0] ?? '')?.[1] ?? '';
    expect((await talk.say('ada', line)).reactions).toEqual(DONE);
    expect(await talk.state()).toBe('awaiting-approval');
    await world.end();
  });

  test('/approve with two that wait in the thread lists them; with an id it works from any thread', async () => {
    talk = await begin();
    const { repo, world } = talk;
    await talk.request();
    const second = stage(world, { commit: repo.commitOn('staging', { message: 'Second' }) });
    await talk.say('ada', '/promote staging');
    const said = await talk.say('bob', '/approve');
    expect(said.reactions).toEqual(NOT_DONE);
    expect(said.answers).toMatchObject([
      refused('several-wait-here', {
        verb: 'approve',
        promotions: [
          { number: 1, source: `staging-${talk.short}` },
          { number: 2, source: 'staging' },
        ],
      }),
    ]);
    expect(said.replies).toEqual([
      expect.stringMatching(/^- `\/approve P1 [0-9a-f]{12}`: `staging-.*\n- `\/approve P2 [0-9a-f]{12}`: `staging`/m),
    ]);
    const elsewhere = talk.openIssue();
    const bare = await talk.say('bob', '/imprimatur approve', elsewhere);
    const elsewhereToo = [{ number: 1 }, { number: 2 }];
    expect(bare.answers).toMatchObject([refused('nothing-waits-here', { verb: 'approve', elsewhere: elsewhereToo })]);
    expect(bare.replies).toEqual([expect.stringMatching(/^- `\/approve P1 [0-9a-f]{12}`/m)]);
    const named = await talk.say('bob', '/approve P2', elsewhere);
    expect(named).toMatchObject({ reactions: DONE, replies: [] });
    expect(talk.production()).toEqual({ main: second.digest, latest: second.digest });
    expect(await talk.state(2)).toBe('promoted');
    await world.end();
  });
});

function hintAt(place: CommandHint['place']): Reply {
  return { kind: 'hint', hint: { line: '/promote staging', place } };
}

function statusOf(environment: string): Reply {
  return { kind: 'status', about: { kind: 'environment', environment } };
}
