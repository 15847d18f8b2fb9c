// Things that happen at the same moment, in the wrong order, or all at once.
import { afterEach, describe, expect, test } from 'vitest';
import { findPromotionByNumber } from '../../src/store/promotions/promotions.ts';
import { refused, mistaken } from './answers.ts';
import { begin, converse, shown, type Conversation } from './conversation.ts';
import { strange, trailOf } from './release.ts';
import { IMAGE, stage } from './world.ts';

const HOUR_MS = 60 * 60 * 1000;

let talk: Conversation;
afterEach(async () => {
  await talk.world.close();
});

describe('reviews', () => {
  test.each([
    ['approve', 'reject'],
    ['reject', 'approve'],
  ] as const)(
    '%s and %s at the same moment: one counts, the other one is refused with the reason, and production agrees',
    async (...actions) => {
      talk = await begin();
      await talk.request();
      const { world, repo, issue, commit } = talk;
      const checkRun = repo.checkRuns(commit).at(-1)?.id ?? 0;
      const [first, second] = actions;
      await Promise.all([
        repo.click({ checkRun, action: first, by: 'bob' }),
        repo.comment({ issue, by: 'mia', body: second === 'approve' ? '/approve P1' : '/reject P1 too early' }),
      ]);
      await world.drain();
      const trail = (await trailOf(world)).map(({ kind }) => kind);
      expect(trail.filter((kind) => kind === 'reviewed')).toHaveLength(1);
      expect(trail.filter((kind) => kind === 'review-refused')).toHaveLength(1);
      const state = await talk.state();
      expect(talk.production().main).toBe(state === 'promoted' ? talk.image.digest : talk.old.digest);
      expect(['promoted', 'rejected']).toContain(state);
      expect(await talk.answers()).toMatchObject([refused('not-awaiting-approval', { promotion: 1 })]);
      await world.end();
    },
  );

  test('an approval of a superseded promotion is refused, by comment and on a stale page', async () => {
    talk = await begin();
    const { world, repo, old } = talk;
    await talk.request();
    const commit = repo.commitOn('staging', { message: 'Newer' });
    const newer = converse(world, { repo, old, commit, image: stage(world, { commit }) });
    await newer.request();
    await newer.say('bob', '/approve P2');
    expect(await talk.state(1)).toBe('superseded');
    const said = await talk.say('mia', '/approve P1');
    expect(said.reactions).toEqual(['eyes', '-1']);
    const refusal = refused('not-awaiting-approval', { promotion: 1, state: 'superseded' });
    expect(said.answers).toMatchObject([refusal]);
    expect(await talk.click('mia', 'approve', { stalePage: true })).toMatchObject([refusal]);
    expect(talk.production().main).toBe(newer.image.digest);
    await world.end();
  });

  test('production was moved by hand while it waited: the approval does not count for the new plan, and the card asks again', async () => {
    talk = await begin();
    const { world } = talk;
    await talk.request();
    const foreign = strange(world);
    world.registry.setTag(IMAGE, 'main', foreign.digest);
    await talk.say('bob', '/approve P1');
    expect(await talk.state()).toBe('awaiting-approval');
    expect(talk.card()).toContain(`- \`main\`: \`${shown(talk.old.digest)}\` → \`${shown(foreign.digest)}\``);
    expect(talk.production()).toEqual({ main: foreign.digest, latest: talk.old.digest });
    await talk.approve('bob');
    expect(await talk.state()).toBe('promoted');
    expect(talk.production().main).toBe(talk.image.digest);
    await world.end();
  });
});

describe('an approval that comes late', () => {
  test.each(['by comment', 'by a click'])(
    '%s: given before the plan changed, it does not count for the new one, and is answered so',
    async (how) => {
      talk = await begin();
      const { world, repo, issue, commit } = talk;
      await talk.request();
      const checkRun = repo.checkRuns(commit).at(-1)?.id ?? 0;
      world.github.failNext({ path: /\/collaborators\/bob\/permission/, status: 502, times: 3 });
      if (how === 'by a click') await repo.click({ checkRun, action: 'approve', by: 'bob' });
      else await repo.comment({ issue, by: 'bob', body: '/approve P1' });
      await world.drain();
      await world.pass(2000);
      // GitHub does not say who bob is, and meanwhile production moves and the plan is made anew.
      world.registry.setTag(IMAGE, 'main', strange(world).digest);
      await repo.rerun({ checkRun, by: 'mia' });
      await world.drain();
      expect(await talk.state()).toBe('awaiting-approval');
      await world.pass(60_000, 20_000);
      expect(await talk.state()).toBe('awaiting-approval');
      expect(await talk.answers()).toMatchObject([refused('plan-changed', { promotion: 1 })]);
      await talk.approve('bob');
      expect(await talk.state()).toBe('promoted');
      await world.end();
    },
  );
});

describe('the staging tag moves between request and approval', () => {
  test('the pinned digest goes to production, and the card shows what the tag holds now', async () => {
    talk = await begin();
    const { world, repo } = talk;
    await talk.say('ada', '/promote staging');
    expect((await talk.promotion()).sourceMovedTo).toBeUndefined();
    const newer = stage(world, { commit: repo.commitOn('staging', { message: 'Newer' }) });
    await talk.say('bob', '/approve P1');
    expect(await talk.state()).toBe('promoted');
    expect(talk.production()).toEqual({ main: talk.image.digest, latest: talk.image.digest });
    expect((await talk.promotion()).sourceMovedTo).toBe(newer.digest);
    expect(talk.card()).toContain(`\`${shown(newer.digest)}\``);
    await world.end();
  });

  test('an examination while it waits shows that before an approval, and no longer once the tag is back', async () => {
    talk = await begin();
    const { world, repo, commit } = talk;
    await talk.say('ada', '/promote staging');
    const newer = stage(world, { commit: repo.commitOn('staging', { message: 'Newer' }) });
    await repo.rerun({ checkRun: repo.checkRuns(commit)[0]?.id ?? 0, by: 'bob' });
    await world.drain();
    expect((await talk.promotion()).sourceMovedTo).toBe(newer.digest);
    for (const text of [talk.card(), repo.checkRuns(commit)[0]?.summary]) {
      expect(text).toContain(`\`${shown(newer.digest)}\``);
    }
    world.registry.setTag(IMAGE, 'staging', talk.image.digest);
    await repo.rerun({ checkRun: repo.checkRuns(commit)[0]?.id ?? 0, by: 'bob' });
    await world.drain();
    expect((await talk.promotion()).sourceMovedTo).toBeUndefined();
    expect(talk.card()).not.toContain(shown(newer.digest));
    await world.end();
  });

  test('a registry that does not return the tag blocks no approval', async () => {
    talk = await begin();
    const { world } = talk;
    await talk.say('ada', '/promote staging');
    world.registry.quirks.deny403 = [{ times: Infinity, on: /\/manifests\/staging$/ }];
    await talk.say('bob', '/approve P1');
    expect(await talk.state()).toBe('promoted');
    await world.end();
  });
});

describe('many at once', () => {
  test('the same image requested by two at the same moment: the second joins, and may approve', async () => {
    talk = await begin();
    const { world, repo, issue, short } = talk;
    const comments = await Promise.all(
      ['ada', 'bob'].map((by) => repo.comment({ issue, by, body: `/promote ${short}` })),
    );
    await world.drain();
    expect(await talk.state(2)).toBeNull();
    expect(new Set(comments.map(({ id }) => repo.reactions(id).at(-1)))).toEqual(new Set(['-1', 'rocket']));
    expect(await talk.answers()).toMatchObject([refused('already-requested', { promotion: 1, mayApprove: true })]);
    expect(talk.replies()[0]).toContain('`/approve P1`');
    const first = await findPromotionByNumber(world.app.store.db, { repoId: repo.id, number: 1 });
    const joiner = first?.requester.login === 'ada' ? 'bob' : 'ada';
    expect((await talk.say(joiner, '/approve P1')).reactions).toEqual(['eyes', 'rocket']);
    expect(await talk.state()).toBe('promoted');
    await world.end();
  });

  test('a repeated request is answered that somebody else has to approve it', async () => {
    talk = await begin();
    await talk.request();
    expect((await talk.request()).answers).toMatchObject([
      refused('already-requested', { promotion: 1, mayApprove: false }),
    ]);
    await talk.world.end();
  });

  test('50 requests at once: each is answered, the numbers have no gaps, nothing is dead', async () => {
    talk = await begin();
    const { world, repo, issue } = talk;
    const commits = Array.from({ length: 50 }, (_, index) => repo.commitOn('staging', { message: `Change ${index}` }));
    for (const commit of commits) stage(world, { commit });
    const people = ['ada', 'bob', 'mia'];
    const comments = await Promise.all(
      commits.map((commit, index) =>
        repo.comment({ issue, by: people[index % people.length] ?? 'ada', body: `/promote ${commit.slice(0, 12)}` }),
      ),
    );
    await world.drain();
    expect(comments.map(({ delivery }) => delivery.status)).toEqual(commits.map(() => 202));
    expect(comments.map(({ id }) => repo.reactions(id).join())).toEqual(commits.map(() => 'eyes,rocket'));
    const { db } = world.app.store;
    const opened = await Promise.all(
      commits.map((_, index) => findPromotionByNumber(db, { repoId: repo.id, number: index + 1 })),
    );
    expect(opened.map((promotion) => promotion?.state.kind)).toEqual(commits.map(() => 'awaiting-approval'));
    expect(new Set(opened.flatMap((promotion) => promotion?.images.map(({ digest }) => digest) ?? [])).size).toBe(50);
    expect(await findPromotionByNumber(db, { repoId: repo.id, number: 51 })).toBeNull();
    const cards = repo.comments(issue).filter(({ body }) => /^<!-- imprimatur P\d+ -->/.test(body));
    expect(cards).toHaveLength(50);
    await world.end();
  });
});

describe('one comment', () => {
  test('with five commands: each is carried out and answered in order', async () => {
    talk = await begin();
    const { short } = talk;
    const said = await talk.say(
      'ada',
      `/promote ${short}\n/status P1\n/cancel P1\n/promote ${short} to nowhere\n/promote ${short}`,
    );
    expect(said.reactions).toEqual(['eyes', 'rocket', '-1']);
    expect(said.answers).toMatchObject([
      { kind: 'status', about: { number: 1 } },
      refused('environment-unknown', { typed: 'nowhere' }),
    ]);
    expect([await talk.state(1), await talk.state(2)]).toEqual(['cancelled', 'awaiting-approval']);
    await talk.world.end();
  });

  const QUOTED = String.raw`she said \"ship it\" — and 'now'`;
  test.each([
    ['quotes', `--reason "${QUOTED}"`, `she said "ship it" — and 'now'`],
    ['mentions', '--reason "@acme/security @bob asked, see #1"', '@acme/security @bob asked, see #1'],
  ])('with a reason with %s: it is stored as written, and does no harm', async (_what, option, reason) => {
    talk = await begin();
    await talk.say('ada', `/promote ${talk.short} ${option}`);
    const promotion = await findPromotionByNumber(talk.world.app.store.db, { repoId: talk.repo.id, number: 1 });
    expect(promotion?.reason).toBe(reason);
    expect(talk.card()).not.toMatch(/(?:^|[^`\\\w])@(?:acme|bob)/m);
    await talk.say('bob', '/approve P1');
    expect(await talk.state()).toBe('promoted');
    await talk.world.end();
  });

  test('with a reason that continues on the next line: half of it would be lost, so nothing is done', async () => {
    talk = await begin();
    const said = await talk.say('ada', `/promote ${talk.short} --reason "first line\nsecond line"`);
    expect(said.reactions).toEqual(['eyes', '-1']);
    expect(said.answers).toMatchObject([mistaken('unbalanced-quote')]);
    expect(await talk.state()).toBeNull();
    await talk.world.end();
  });

  test('with a reason of 5,000 characters: the answer names the limit', async () => {
    talk = await begin();
    const long = 'because '.repeat(625).trim();
    for (const line of [`/promote ${talk.short} --reason "${long}"`, `/imprimatur reject P1 ${long}`]) {
      const said = await talk.say('ada', line);
      expect(said.reactions).toEqual(['eyes', '-1']);
      expect(said.replies).toEqual([expect.stringContaining('500')]);
      expect(said.replies[0]?.length).toBeLessThan(2000);
    }
    expect(await talk.state()).toBeNull();
    await talk.world.end();
  });
});

describe('the clock goes back an hour', () => {
  test('with jobs in the table: they run immediately, not an hour late, and the promotion succeeds', async () => {
    talk = await begin({ env: { GITHUB_WRITE_INTERVAL_MS: '1000' } });
    const { world, repo, issue } = talk;
    await talk.request();
    await world.pass(60_000, 1000);
    await repo.comment({ issue, by: 'bob', body: '/approve P1' });
    world.clock.turn(-HOUR_MS);
    await world.drain();
    expect(await talk.state()).toBe('promoted');
    await world.pass(30_000, 1000);
    expect(await talk.told()).toBe('promoted');
    expect(repo.checkRuns(talk.commit).at(-1)?.conclusion).toBe('success');
    const times = (await world.audit()).get(repo.id)?.map(({ entry }) => {
      const { at }: { at: number } = JSON.parse(entry);
      return at;
    });
    expect(times?.every((at) => at > 0)).toBe(true);
    const status = await talk.say('ada', '/status');
    await world.pass(30_000, 1000);
    expect(talk.replies().at(-1)).not.toMatch(/-\d+ (?:second|minute|hour)/);
    expect(repo.reactions(status.id)).toEqual(['eyes', 'rocket']);
    await world.end();
  });

  test('while a process is down: the next one runs due jobs immediately', async () => {
    talk = await begin();
    const { world, repo, issue } = talk;
    await talk.request();
    await repo.comment({ issue, by: 'bob', body: '/approve P1' });
    world.clock.turn(-HOUR_MS);
    await world.restart();
    await world.drain();
    expect(await talk.state()).toBe('promoted');
    await world.end();
  });

  test('a promotion still expires after its fourteen days', async () => {
    talk = await begin();
    const { world } = talk;
    await talk.request();
    world.clock.turn(-HOUR_MS);
    await world.drain();
    expect(await talk.state()).toBe('awaiting-approval');
    await world.pass(14 * 24 * HOUR_MS + HOUR_MS);
    expect(await talk.state()).toBe('expired');
    await world.end();
  });
});
