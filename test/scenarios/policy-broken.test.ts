// A policy file that can't be read, or that GitHub does not show: nothing is promoted meanwhile, and people hear why.
import { afterEach, describe, expect, test } from 'vitest';
import { refused } from './answers.ts';
import { begin, type Conversation } from './conversation.ts';
import { beginUnder, push, write } from './policy-world.ts';
import { trailOf } from './release.ts';

const MINUTE_MS = 60_000;

let talk: Conversation;
afterEach(async () => {
  await talk.world.end();
  await talk.world.close();
});

function approvals(rules: string): string {
  return `environments: { production: { approvals: { ${rules} } } }\n`;
}

const WRONG_KEY = {
  code: 'unknown-key',
  key: 'tag',
  meant: 'tags',
  line: 3,
  column: 5,
  path: 'environments.production.tag',
};

describe('broken', () => {
  const BROKEN = 'environments:\n  production:\n    tag: [main]\n';

  test('nothing can be requested under it, and every mistake is reported with its place', async () => {
    talk = await beginUnder('environments:\n  production:\n    tag: [main]\n\tapprovals: {}\n');
    const said = await talk.request();
    expect(said.reactions).toEqual(['eyes', '-1']);
    expect(said.answers).toMatchObject([
      refused('policy-unreadable', { problems: [{ code: 'tab-indent', line: 4, column: 1 }] }),
    ]);
    write(talk, `${BROKEN}    approvals: { required: many }\nforce: { role: boss }\n`);
    const again = await talk.request();
    const illegal = { code: 'illegal-value' };
    expect(again.answers).toMatchObject([
      refused('policy-unreadable', {
        problems: [
          WRONG_KEY,
          { ...illegal, line: 4, column: 28, path: 'environments.production.approvals.required' },
          { ...illegal, line: 5, column: 16, path: 'force.role' },
        ],
      }),
    ]);
    expect(again.replies[0]?.split('\n').slice(2)).toEqual([
      expect.stringMatching(/^- \D*3\D+5 .*"tag".*"tags"/),
      expect.stringMatching(/^- \D*4\D+28 .*"many"/),
      expect.stringMatching(/^- \D*5\D+16 .*"boss"/),
    ]);
    for (const line of ['/promote', '/status']) expect((await talk.say('ada', line)).reactions).toEqual(['eyes', '-1']);
    expect(talk.world.registry.requests).toEqual([]);
    expect(await talk.state()).toBeNull();
  });

  /** The line of the problem: its place, and the key. */
  const PLACE = /^(?:> )?- \D*3\D+5 \(`environments\.production\.tag`\): .*"tag"/m;

  test('while it waits: the card shows the place, reviews are refused with the place, and /cancel works', async () => {
    talk = await begin();
    await talk.request();
    await push(talk, BROKEN);
    expect(talk.card()).toMatch(PLACE);
    expect(talk.repo.checkRuns(talk.commit).at(-1)?.summary).toMatch(PLACE);
    for (const line of ['/approve', '/reject no']) {
      expect((await talk.say('bob', line)).answers).toMatchObject([
        refused('policy-unreadable', { problems: [WRONG_KEY] }),
      ]);
    }
    expect(await talk.click('bob', 'approve')).toMatchObject([{ ...refused('policy-unreadable'), to: 'bob' }]);
    expect(await talk.state()).toBe('awaiting-approval');
    expect((await talk.say('ada', '/cancel')).reactions).toEqual(['eyes', 'rocket']);
  });

  test('and fixed as it was: the next approval counts', async () => {
    talk = await beginUnder('{}');
    await talk.request();
    const before = talk.card();
    await push(talk, BROKEN);
    expect(talk.card()).toMatch(PLACE);
    await push(talk, '{}');
    const shown = talk.card();
    expect(shown.replace(/audit .*/, '')).toBe(before.replace(/audit .*/, ''));
    expect((await talk.approve('bob')).reactions).toEqual(['eyes', 'rocket']);
    const trail = await trailOf(talk.world);
    expect(trail.map(({ kind }) => kind)).not.toContain('policy-changed');
  });

  test('and fixed with other rules: it is examined again, and asks again', async () => {
    talk = await beginUnder('{}');
    await talk.request();
    await push(talk, BROKEN);
    await push(talk, approvals('required: 2'));
    expect(await talk.approvals()).toMatchObject({ required: 2, role: 'write' });
    expect(await talk.world.outdated()).toEqual([]);
    expect((await talk.approve('bob')).reactions).toEqual(['eyes', 'rocket']);
    expect(await talk.state()).toBe('awaiting-approval');
  });

  test('without a webhook: a review puts it on the card, and a review after the fix removes it', async () => {
    talk = await beginUnder(approvals('required: 2'));
    await talk.request();
    write(talk, BROKEN);
    await talk.approve('bob');
    expect(talk.card()).toMatch(PLACE);
    write(talk, approvals('required: 2'));
    expect((await talk.approve('bob')).reactions).toEqual(['eyes', 'rocket']);
    expect((await talk.promotion()).reviews).toMatchObject([{ verdict: 'approve', by: { login: 'bob' } }]);
    expect(talk.card()).toContain('/approve P1');
    expect(talk.card()).not.toMatch(PLACE);
  });

  test('between request and examination: it fails, and the card shows the place', async () => {
    talk = await begin();
    const { repo, issue, world, short } = talk;
    const remove = world.registry.onRequest(() => {
      remove();
      write(talk, BROKEN);
    });
    await repo.comment({ issue, by: 'ada', body: `/promote staging-${short}` });
    await world.drain();
    expect(await talk.state()).toBe('failed');
    expect((await talk.promotion()).state).toMatchObject({
      kind: 'failed',
      failure: {
        production: 'untouched',
        problem: { code: 'policy-unreadable', problems: [WRONG_KEY] },
      },
    });
    expect(talk.card()).toMatch(/3\D+5 \(`environments\.production\.tag`\)/);
  });

  test.each([
    ['too large', '#'.repeat(70_000), { code: 'file-too-large', sizeBytes: 70_000, maxBytes: 65_536 }],
    ['a folder', null, { code: 'not-a-file', what: 'directory' }],
  ])('%s', async (_name, text, problem) => {
    talk = await beginUnder('{}');
    write(talk, text);
    if (text === null) talk.repo.writeFiles('main', { '.github/promotion.yml/README.md': 'Oops' });
    expect((await talk.request()).answers).toMatchObject([refused('policy-unreadable', { problems: [problem] })]);
    expect(await talk.state()).toBeNull();
  });
});

describe('if GitHub does not return the file', () => {
  const CONTENTS = /\/contents\//;

  test('for a while: the approval waits, and counts in the end', async () => {
    talk = await begin();
    await talk.request();
    talk.world.github.failNext({ path: CONTENTS, status: 502, times: 3 });
    await talk.approve('bob');
    expect(await talk.state()).toBe('awaiting-approval');
    await talk.world.pass(MINUTE_MS, 5000);
    expect(await talk.state()).toBe('promoted');
  });

  test('for too long: it is refused with the reason, and nothing moves', async () => {
    talk = await begin();
    await talk.request();
    talk.world.github.failNext({ path: CONTENTS, status: 502, times: 1000 });
    await talk.approve('bob');
    await talk.world.pass(20 * MINUTE_MS, MINUTE_MS);
    expect(await talk.answers()).toMatchObject([refused('github-problem')]);
    expect(await talk.state()).toBe('awaiting-approval');
    expect(talk.production().main).toBe(talk.old.digest);
  });
});
