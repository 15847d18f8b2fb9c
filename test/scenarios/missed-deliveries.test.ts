// Webhooks that never arrived: the recovery over GitHub's list takes them in, once, and in the order in which they were sent.
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { tick } from '../../src/engine/queue/scheduler.ts';
import { JOB_ROWS } from '../engine/job-kinds.ts';
import type { Due, Fate } from '../support/github/deliveries.ts';
import { refused } from './answers.ts';
import { begin, type Conversation } from './conversation.ts';
import { push } from './policy-world.ts';
import type { Scenario } from './world.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

let talk: Conversation;
afterEach(async () => {
  await talk.world.close();
});

/** The clock reaches the next slot of five minutes, and the recovery comes to its end, or as far as it can. */
async function recover(world: Scenario): Promise<void> {
  world.clock.turn(5 * MINUTE_MS);
  expect(await tick({ store: world.app.store, jobs: JOB_ROWS, now: world.clock.now }, 'recover-deliveries')).toBe(true);
  await world.drain();
}

/** What happens meanwhile fares like this. */
async function faring(fate: Fate | ((due: Due) => Fate), happens: () => Promise<unknown>): Promise<void> {
  const { github } = talk.world;
  github.setFate(typeof fate === 'string' ? () => fate : fate);
  await happens();
  await github.settle();
  github.setFate(null);
}

/** The deliveries that were read one by one, oldest first, by what they were. */
function read({ github }: Scenario): readonly string[] {
  return github.requests.flatMap(({ operation, path }) => {
    if (operation !== 'apps/get-webhook-delivery') return [];
    const found = github.deliveries.find(({ id }) => path.endsWith(`/${id}`));
    return [`${found?.event} ${found?.action ?? ''}`.trim()];
  });
}

async function metric(world: Scenario, name: string): Promise<number> {
  const address = world.app.server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the app does not listen');
  const text = await (await fetch(`http://127.0.0.1:${address.port}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
}

test.each<Fate>(['lost', 'swallowed'])(
  'a command that was %s is run by the next recovery, and only once',
  async (fate) => {
    talk = await begin();
    const { world } = talk;
    await faring(fate, () => talk.request());
    expect(await talk.state()).toBeNull();
    await recover(world);
    expect(await talk.state()).toBe('awaiting-approval');
    await recover(world);
    expect(await talk.state(2)).toBeNull();
    expect(read(world)).toEqual(['issue_comment created']);
    expect(await metric(world, 'imprimatur_recovered_deliveries_total')).toBe(1);
    expect(await metric(world, 'imprimatur_delivery_recovery_age_seconds')).toBe(0);
    await world.end();
  },
);

test('a click that never arrived counts from the time of the click', async () => {
  talk = await begin();
  const { world } = talk;
  await talk.request();
  await faring('lost', () => talk.click('bob', 'approve'));
  expect(await talk.state()).toBe('awaiting-approval');
  await recover(world);
  expect(await talk.state()).toBe('promoted');
  await world.end();
});

test.each(['click', 'comment'])(
  'an approval by %s that comes hours late does not count for a newer plan',
  async (by) => {
    talk = await begin();
    const { world } = talk;
    await talk.request();
    await faring('lost', () => (by === 'click' ? talk.click('bob', 'approve') : talk.say('bob', '/approve P1')));
    await world.pass(3 * HOUR_MS);
    await push(talk, 'validation: { command: warn }\n');
    expect(await talk.state()).toBe('awaiting-approval');
    await recover(world);
    expect(await talk.state()).toBe('awaiting-approval');
    expect((await talk.answers()).at(-1)).toMatchObject(refused('plan-changed', { promotion: 1 }));
    await talk.click('bob', 'approve');
    expect(await talk.state()).toBe('promoted');
    await world.end();
  },
);

test('received deliveries are not read again, nor irrelevant ones, nor those younger than a minute', async () => {
  talk = await begin();
  const { world } = talk;
  // Its own check run comes back to the App as news of `created` and `completed`.
  await faring(
    ({ event }) => (event === 'check_run' ? 'lost' : 'arrives'),
    () => talk.request(),
  );
  expect(world.github.deliveries.filter(({ event, status }) => event === 'check_run' && status === 502)).not.toEqual(
    [],
  );
  await faring('lost', async () => {
    const { id } = await talk.say('bob', '/approve P1');
    await talk.repo.editComment({ comment: id, by: 'bob', body: '/approve P1 ' });
    await world.pass(4 * MINUTE_MS + 30_000);
    await talk.say('ron', 'Looks good');
  });
  world.clock.turn(30_000);
  expect(await tick({ store: world.app.store, jobs: JOB_ROWS, now: world.clock.now }, 'recover-deliveries')).toBe(true);
  await world.drain();
  expect(read(world)).toEqual(['issue_comment created']);
  expect(await talk.state()).toBe('promoted');
  await recover(world);
  expect(read(world)).toEqual(['issue_comment created', 'issue_comment created']);
  await recover(world);
  expect(read(world)).toHaveLength(2);
  await world.end();
});

test('a delivery that came twice, or was lost twice, counts once', async () => {
  talk = await begin();
  const { world } = talk;
  await faring('doubled', () => talk.request());
  await faring('lost', () => talk.say('bob', '/approve P1'));
  world.github.setAppUrl(null);
  for (const guid of world.github.deliveries.map((one) => one.guid)) await world.github.redeliver(guid);
  await world.restart();
  await recover(world);
  expect(read(world)).toEqual(['issue_comment created']);
  expect(await talk.state()).toBe('promoted');
  expect(await talk.state(2)).toBeNull();
  await world.end();
});

test('after an outage of 72 hours all of them are recovered, page after page, the oldest first', async () => {
  talk = await begin();
  const { world, repo } = talk;
  await talk.request();
  world.github.setEcho(false);
  world.github.setAppUrl(null);
  const elsewhere = talk.openIssue();
  // Too old by the time of the recovery: GitHub has it no more.
  await talk.say('ada', '/status', elsewhere);
  world.clock.turn(HOUR_MS);
  for (let hour = 1; hour <= 71; hour += 1) {
    for (const at of [1, 2, 3]) await repo.comment({ issue: talk.issue, by: 'ron', body: `${hour}:0${at}` });
    world.clock.turn(HOUR_MS);
  }
  await talk.say('ada', '/cancel P1');
  await world.restart();
  await recover(world);
  expect(await talk.state(1)).toBe('cancelled');
  expect(talk.replies(elsewhere)).toEqual([]);
  const paths = world.github.requests
    .filter(({ operation }) => operation === 'apps/get-webhook-delivery')
    .map(({ path }) => path);
  expect(paths).toHaveLength(214);
  expect(paths).toEqual(paths.toSorted());
  const pages = world.github.requests.filter(({ operation }) => operation === 'apps/list-webhook-deliveries');
  expect(pages).toHaveLength(3);
  await recover(world);
  expect(read(world)).toHaveLength(214);
  await world.end();
});

test.each([
  [
    'a limit of GitHub',
    (world: Scenario) => world.github.limitNext({ kind: 'primary', path: /deliveries\/\d+$/, seconds: 600 }),
  ],
  [
    'a limit while it lists',
    (world: Scenario) => world.github.limitNext({ kind: 'secondary', path: /deliveries$/, seconds: 600 }),
  ],
  [
    'an outage of GitHub',
    (world: Scenario) => world.github.failNext({ path: /deliveries\/\d+$/, status: 502, times: 3 }),
  ],
] as const)('a recovery that %s interrupts continues where it was', async (_name, interrupt) => {
  talk = await begin();
  const { world } = talk;
  await faring('lost', async () => {
    await talk.request();
    for (const word of ['one', 'two', 'three', 'four']) await talk.say('ron', word);
    await talk.say('ada', '/cancel P1');
  });
  interrupt(world);
  await recover(world);
  expect(await talk.state()).not.toBe('cancelled');
  expect(await metric(world, 'imprimatur_delivery_recovery_age_seconds')).toBeGreaterThan(0);
  await world.restart();
  await world.pass(11 * MINUTE_MS, MINUTE_MS);
  expect(await talk.state()).toBe('cancelled');
  expect(await metric(world, 'imprimatur_delivery_recovery_age_seconds')).toBeLessThan(660);
  expect(await talk.state(2)).toBeNull();
  await world.end();
});

test('one that GitHub can’t show does not block the others, and is recovered later', async () => {
  talk = await begin();
  const { world } = talk;
  const elsewhere = talk.openIssue();
  await faring('lost', async () => {
    await talk.say('ada', '/status', elsewhere);
    await talk.request();
  });
  world.github.failNext({ path: /deliveries\/\d+$/, status: 500 });
  await recover(world);
  expect(await talk.state()).toBe('awaiting-approval');
  expect(talk.replies(elsewhere)).toEqual([]);
  await recover(world);
  expect(talk.replies(elsewhere)).toHaveLength(1);
  await world.end();
});

test('one that GitHub no longer has is logged and skipped', async () => {
  talk = await begin();
  const { world } = talk;
  const elsewhere = talk.openIssue();
  await faring('lost', async () => {
    await talk.say('ada', '/status', elsewhere);
    await talk.request();
  });
  const [gone] = world.github.deliveries.filter(({ event, status }) => event === 'issue_comment' && status === 502);
  world.github.failNext({ path: new RegExp(`deliveries/${gone?.id}$`), status: 404, times: 10 });
  await recover(world);
  expect(await talk.state()).toBe('awaiting-approval');
  for (let later = 1; later <= 3; later += 1) await recover(world);
  const noted = world.log.filter((line) => line.includes('GitHub no longer has a missed delivery')).length;
  await recover(world);
  expect(world.log.filter((line) => line.includes('GitHub no longer has a missed delivery'))).toHaveLength(noted);
  expect(await metric(world, 'imprimatur_delivery_recovery_age_seconds')).toBe(0);
  expect(talk.replies(elsewhere)).toEqual([]);
  await world.end();
});

test('a suspension that was over before its event arrived ends nothing', async () => {
  talk = await begin();
  const { world } = talk;
  await talk.request();
  const installation = world.github.installation('acme');
  await faring('lost', () => installation.suspend());
  await installation.unsuspend();
  await world.drain();
  world.clock.turn(MINUTE_MS);
  await talk.say('ron', 'Any news?');
  await recover(world);
  expect(await talk.state()).toBe('awaiting-approval');
  expect(world.log.filter((line) => line.includes('that a later one supersedes'))).toHaveLength(1);
  await world.end();
});

test('an App that may not list its deliveries logs that, and has no dead job', async () => {
  talk = await begin();
  const { world } = talk;
  world.github.failNext({ path: /deliveries$/, status: 404 });
  await recover(world);
  expect(world.log.filter((line) => line.includes('GitHub does not list the deliveries'))).toHaveLength(1);
  await world.end();
});

test('deliveries from before the database was created are not recovered: somebody else has answered them', async () => {
  talk = await begin();
  const { world } = talk;
  await talk.request();
  await talk.say('bob', '/approve P1');
  await world.pass(HOUR_MS);
  await world.restart({ DATABASE_URL: `sqlite:${join(await mkdtemp(join(tmpdir(), 'imprimatur-')), 'new.db')}` });
  await recover(world);
  expect(read(world)).toEqual([]);
  expect(await talk.state()).toBeNull();
  await world.end();
});
