// Which comments are answered, how, and in which order.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { begin, type Conversation } from './conversation.ts';
import { stage } from './world.ts';

const SILENCE: readonly string[] = [];
const DONE = ['eyes', 'rocket'];
const NOT_DONE = ['eyes', '-1'];

type Row = readonly [body: string, reactions: readonly string[], reply: RegExp | null];

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
    ['/approve P9', NOT_DONE, /^There is no P9 in this repository/],
    ['/aprove P9', NOT_DONE, /did you mean `\/approve` where you wrote `\/aprove`/],
    ['/reject P9', NOT_DONE, /`\/reject` was not run: the reason is missing/],
    ['/cancel #9 P9', NOT_DONE, /`\/cancel` was not run/],
    ['/status P9', NOT_DONE, /^There is no P9 in this repository/],
    ['/status staging', NOT_DONE, /There is no environment `staging` here\. There is `production`/],
    ['/imprimatur approve', NOT_DONE, /^There is nothing to approve here/],
    ['/imprimatur cancel', NOT_DONE, /^There is nothing to cancel here/],
    ['/imprimatur help', DONE, /\| `\/promote <source>/],
    ['/imprimatur', DONE, /\| `\/promote <source>/],
    ['/IMPRIMATUR Help', DONE, /\| `\/promote <source>/],
    ['/imprimatur launch', NOT_DONE, /there is no command `launch`/],
    ['/imprimatr help', NOT_DONE, /did you mean `\/imprimatur`/],
    ['/status', DONE, /^\*\*`production` now\*\*/],
    ['/status production', DONE, /Imprimatur has promoted nothing here yet\.\s+Nothing is on its way\./],
    ['/promote staging --frce', NOT_DONE, /`--frce` is no option of this command/],
    ['/promote staging, please', NOT_DONE, /`staging,` ends in punctuation; did you mean `staging`\?/],
    ['/promote staging --reason "never closed', NOT_DONE, /is never closed by/],
    ['/promote main', NOT_DONE, /`main` is no staging tag/],
    ['/promote staging to', NOT_DONE, /the environment after `to` is missing/],
    ['/promote staging to canary', NOT_DONE, /There is no environment `canary` here/],
    ['/promote staging\n--reason "half of it"', NOT_DONE, /looks like the rest of this command/],
    ['`/promote staging`', NOT_DONE, /was not run, because it is in backticks/],
    ['```\n/promote staging\n```', NOT_DONE, /was not run, because it is in backticks/],
    ['# /promote staging', NOT_DONE, /was not run, because it is a heading/],
    ['<div>\n/promote staging\n</div>', NOT_DONE, /was not run, because it is inside HTML/],
    ['- first\n/promote staging', NOT_DONE, /was not run, because it belongs to the list above it/],
    ['> first\n/promote staging', NOT_DONE, /was not run, because it belongs to the quote above it/],
  ])('%j', async (body, reactions, reply) => {
    const said = await talk.say('ada', body, talk.openIssue());
    expect(said.reactions).toEqual(reactions);
    expect(said.replies).toEqual(matching(reply));
    expect(await talk.state()).toBeNull();
  });

  test('ten commands run, an eleventh stops them all', async () => {
    const ten = Array.from({ length: 10 }, () => '/status').join('\n');
    const said = await talk.say('ada', ten, talk.openIssue());
    expect(said.reactions).toEqual(DONE);
    expect(said.replies).toHaveLength(10);
    const tooMany = await talk.say('ada', `${ten}\n/promote staging`, talk.openIssue());
    expect(tooMany.reactions).toEqual(NOT_DONE);
    expect(tooMany.replies).toEqual([expect.stringContaining('may hold 10 commands, and this one has 11')]);
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

  test('a bot is not listened to', async () => {
    const said = await talk.say('renovate[bot]', '/promote staging\n/status', talk.openIssue());
    expect(said).toMatchObject({ reactions: [], replies: [] });
  });

  test('a comment that is deleted before it is reacted to leaves no dead job, and its answer comes all the same', async () => {
    const issue = talk.openIssue();
    const { id } = await talk.repo.comment({ issue, by: 'ada', body: '/status' });
    await talk.repo.deleteComment({ comment: id, by: 'ada' });
    await talk.world.drain();
    expect(talk.replies(issue)).toEqual([expect.stringContaining('`production` now')]);
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
    ['/approved', NOT_DONE, /did you mean `\/approve` where you wrote `\/approved`/],
    ['/aprove', NOT_DONE, /did you mean `\/approve` where you wrote `\/aprove`/],
    ['/approve, thanks', NOT_DONE, /`\/approve` was not run/],
    ['/approve 1', NOT_DONE, /`1` is no promotion; did you mean `P1`\?/],
    ['/approve #1', NOT_DONE, /`#1` is no promotion; did you mean `P1`\?/],
    ['/reject', NOT_DONE, /the reason is missing/],
    ['`/approve`', NOT_DONE, /was not run, because it is in backticks/],
    ['/help', DONE, /\| `\/promote <source>/],
    ['/status P1', DONE, /● P1 · `staging-[0-9a-f]{7}` → `production` · Waits for approval/],
    ['/status p1', DONE, /P1/],
    ['/status production', DONE, /On its way:\s+- `\/status P1`/],
  ])('%j', async (body, reactions, reply) => {
    const said = await talk.say('bob', body);
    expect(said.reactions).toEqual(reactions);
    expect(said.replies).toEqual(matching(reply));
    expect(await talk.state()).toBe('awaiting-approval');
  });

  test('asking for the same image again opens no second promotion', async () => {
    const said = await talk.say('bob', `/promote ${talk.short}`);
    expect(said.reactions).toEqual(NOT_DONE);
    expect(said.replies).toEqual([expect.stringMatching(/^P1 already asks for this image in `production`/)]);
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
    expect(said.replies).toEqual([expect.stringContaining("P2 can't be reviewed now: it is being examined")]);
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

  test('a promotion is shown by /status from its request to its end', async () => {
    talk = await begin();
    await talk.request();
    const elsewhere = talk.openIssue();
    const waiting = await talk.say('ron', '/status P1', elsewhere);
    expect(waiting.reactions).toEqual(NOT_DONE);
    await talk.say('bob', '/approve');
    const [status = ''] = (await talk.say('mia', '/status', elsewhere)).replies;
    expect(status).toContain(`- \`main\`: \`${talk.image.digest}\``);
    expect(status).toContain(`- \`latest\`: \`${talk.image.digest}\``);
    expect(status).toMatch(
      /Last promoted: `staging-[0-9a-f]{7}` \(`sha256:[0-9a-f]{12}…`\) by \[P1\]\(https:\/\/github\.com\/acme\/dotca\/issues\/1#issuecomment-\d+\)/,
    );
    expect(status).toContain('Nothing is on its way.');
    await talk.world.end();
  });

  test('/promote alone lists the five newest candidates as lines that work', async () => {
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
      (index) => `- \`/promote staging-${commits[index]?.slice(0, 7)}\` · Change ${index + 1} · `,
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
    expect(said.replies).toEqual([
      expect.stringMatching(
        /several promotions of this thread wait\. Say which:\s+- `\/approve P1`: `staging-.*\n- `\/approve P2`: `staging`/,
      ),
    ]);
    const elsewhere = talk.openIssue();
    const bare = await talk.say('bob', '/imprimatur approve', elsewhere);
    expect(bare.replies).toEqual([expect.stringMatching(/^There is nothing to approve here[^]*- `\/approve P1`/)]);
    const named = await talk.say('bob', '/approve P2', elsewhere);
    expect(named).toMatchObject({ reactions: DONE, replies: [] });
    expect(talk.production()).toEqual({ main: second.digest, latest: second.digest });
    expect(talk.card(2)).toContain('Promoted');
    await world.end();
  });
});

function matching(reply: RegExp | null): readonly unknown[] {
  const forms = reply === null ? [] : [reply];
  return forms.map((form) => expect.stringMatching(form));
}
