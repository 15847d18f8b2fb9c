// The App is suspended, removed and installed again while promotions are under way: they end, and nothing else breaks.
import { afterEach, describe, expect, test } from 'vitest';
import { begin, type Conversation } from './conversation.ts';
import { isPut, strange } from './release.ts';
import { IMAGE } from './world.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

let talk: Conversation;
afterEach(async () => {
  await talk.world.close();
});

/** What the App sent to GitHub since then. */
function requestsSince(count: number): readonly string[] {
  return talk.world.github.requests.slice(count).map(({ method, path }) => `${method} ${path}`);
}

describe('an installation that is suspended', () => {
  test('ends waiting promotions: no more writes to GitHub, no dead job, and the schedules end', async () => {
    talk = await begin();
    const { world } = talk;
    await talk.request();
    const asked = world.github.requests.length;
    await world.github.installation('acme').suspend();
    await world.drain();
    expect(await talk.state()).toBe('cancelled');
    expect(await world.outdated()).toContain('P1 card');
    expect(talk.card()).toContain('/approve P1');
    await world.pass(20 * DAY_MS, DAY_MS);
    expect(requestsSince(asked)).toEqual([]);
    expect(talk.production().main).toBe(talk.old.digest);
    await world.end({ outdated: ['P1 card', 'P1 check-run'] });
  });

  test('and unsuspended shows on card and check run what happened meanwhile; the image can be requested again', async () => {
    talk = await begin();
    const { world } = talk;
    await talk.request();
    const installation = world.github.installation('acme');
    await installation.suspend();
    await world.drain();
    await world.pass(DAY_MS);
    await installation.unsuspend();
    await world.drain();
    expect(await talk.told()).toBe('cancelled');
    expect((await talk.promotion()).state).toMatchObject({ by: null, because: 'installation-gone' });
    expect(talk.card()).toContain(`\`/promote staging-${talk.short}\``);
    expect(talk.repo.checkRuns(talk.commit)).toEqual([expect.objectContaining({ conclusion: 'cancelled' })]);
    expect((await talk.request()).reactions).toEqual(['eyes', 'rocket']);
    await talk.approve('bob');
    expect(talk.production().main).toBe(talk.image.digest);
    await world.end();
  });

  test('for a moment only: the events are handled in order, and later requests succeed', async () => {
    talk = await begin();
    const { world } = talk;
    await talk.request();
    const installation = world.github.installation('acme');
    await installation.suspend();
    await installation.unsuspend();
    await world.drain();
    expect(await talk.told()).toBe('cancelled');
    expect((await talk.promotion()).state).toMatchObject({ by: null, because: 'installation-gone' });
    await talk.request();
    await talk.click('bob', 'approve');
    expect(await talk.state(2)).toBe('promoted');
    await world.end();
  });

  test('while tags are moving lets them finish, and the card shows that once it is unsuspended', async () => {
    talk = await begin();
    const { world } = talk;
    await talk.request();
    world.registry.quirks.lag = 6;
    await talk.approve('bob');
    expect(await talk.state()).toBe('applying');
    const installation = world.github.installation('acme');
    await installation.suspend();
    await world.drain();
    expect(await talk.state()).toBe('applying');
    const asked = world.github.requests.length;
    await world.pass(5 * 60_000, 15_000);
    expect(talk.production()).toEqual({ main: talk.image.digest, latest: talk.image.digest });
    expect(await talk.state()).toBe('promoted');
    expect(requestsSince(asked)).toEqual([]);
    // GitHub is told nothing: the card shows how it was.
    expect(await world.outdated()).toContain('P1 card');
    expect(talk.card()).toContain('▶ P1');
    expect(talk.repo.deployments()).toEqual([]);
    await installation.unsuspend();
    await world.drain();
    expect(await talk.told()).toBe('promoted');
    expect(talk.repo.deployments()).toHaveLength(1);
    expect(talk.repo.checkRuns(talk.commit).at(-1)?.conclusion).toBe('success');
    await world.end();
  });

  test('after a crash before the first tag, while somebody moves production: the promotion ends instead of asking again', async () => {
    talk = await begin();
    const { world } = talk;
    await talk.request();
    await talk.repo.comment({ issue: talk.issue, by: 'bob', body: '/approve P1' });
    await world.drainUntilKilled({ by: isPut, when: 'before' });
    await world.restart();
    const foreign = strange(world);
    world.registry.setTag(IMAGE, 'main', foreign.digest);
    await world.github.installation('acme').suspend();
    await world.drain();
    expect(await talk.state()).toBe('applying');
    await world.pass(2 * 60_000, 15_000);
    expect(await talk.state()).toBe('cancelled');
    expect(talk.production()).toEqual({ main: foreign.digest, latest: talk.old.digest });
    await world.end({ outdated: ['P1 card', 'P1 check-run'] });
  });
});

describe('an installation that is removed', () => {
  test('ends open promotions in any state; installed again, it shows their outcome', async () => {
    talk = await begin();
    const { world, repo } = talk;
    await talk.request();
    world.registry.quirks.html502 = { times: 1000, on: /^HEAD .*\/blobs\// };
    const commit = repo.commitOn('staging', { message: 'Another' });
    await talk.say('ada', '/cancel');
    // This process remembers that the image is whole.
    await world.restart();
    await talk.request();
    expect(await talk.state(2)).toBe('examining');
    const installation = world.github.installation('acme');
    await installation.uninstall();
    await world.drain();
    expect(await talk.state(2)).toBe('cancelled');
    world.registry.quirks.html502 = { times: 0 };
    await world.pass(DAY_MS, 60 * 60_000);
    expect(await world.dead()).toEqual([]);
    expect(repo.checkRuns(commit)).toEqual([]);
    await installation.install();
    await world.drain();
    expect(await talk.told(2)).toBe('cancelled');
    expect((await talk.promotion(2)).state).toMatchObject({ by: null, because: 'installation-gone' });
    await world.end();
  });

  test('is detected without a webhook: an examination that GitHub refuses ends the same way, quietly', async () => {
    talk = await begin();
    const { world, repo, issue } = talk;
    world.registry.quirks.html502 = { times: 1000, on: /^HEAD .*\/blobs\// };
    await talk.request();
    world.github.setAppUrl(null);
    await world.github.installation('acme').uninstall();
    world.github.revokeTokens();
    world.registry.quirks.html502 = { times: 0 };
    await world.pass(DAY_MS, 60 * 60_000);
    expect(await talk.state()).toBe('cancelled');
    expect(repo.comments(issue).filter(({ byApp }) => byApp)).toEqual([]);
    await world.end({ outdated: ['P1 check-run'] });
  });

  test('between a comment and its answer leaves nothing dead', async () => {
    talk = await begin();
    const { world, repo, issue } = talk;
    await talk.request();
    await repo.comment({ issue, by: 'bob', body: '/approve\n/status\n/promote' });
    await repo.rerun({ checkRun: repo.checkRuns(talk.commit)[0]?.id ?? 0, by: 'bob' });
    await world.github.installation('acme').suspend();
    await world.drain();
    await world.pass(DAY_MS, 60 * 60_000);
    expect(await talk.state()).toBe('cancelled');
    expect(talk.production().main).toBe(talk.old.digest);
    await world.end({ outdated: ['P1 card', 'P1 check-run'] });
  });
});
