// What /metrics says after people and registries did their part: how long they waited, what GitHub still takes, what disagrees.
import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { approved, beforeRequest, prepare, say } from './release.ts';
import { Scenario } from './world.ts';

const Address = z.object({ port: z.number() });

function refused(tag: string): { readonly times: number; readonly on: RegExp } {
  return { times: Infinity, on: new RegExp(`^PUT .*/${tag}$`) };
}

let world: Scenario;

afterEach(async () => {
  await world.close();
});

async function scrape(): Promise<string> {
  const { port } = Address.parse(world.app.server.address());
  const response = await fetch(`http://127.0.0.1:${port}/metrics`);
  return response.text();
}

test('commands are timed from their delivery, and the remaining requests to GitHub are a metric', async () => {
  world = await Scenario.start();
  const release = await prepare(world);
  await release.repo.comment({ issue: release.issue, by: 'ada', body: `/promote ${release.source}` });
  world.clock.turn(20_000);
  await world.drain();
  await say(release, 'bob', '/approve');

  const text = await scrape();
  expect(text).toMatch(/^imprimatur_decision_seconds_count 2$/m);
  expect(text).toMatch(/^imprimatur_decision_seconds_bucket\{le="10"\} 1$/m);
  expect(text).toMatch(/^imprimatur_decision_seconds_sum 20$/m);
  expect(text).toMatch(/^imprimatur_delivery_lag_seconds_sum \d+$/m);
  expect(text).toMatch(/^imprimatur_github_rate_limit_left\{installation="\d+"\} 49\d\d$/m);
  expect(text).toMatch(/^imprimatur_mixed_production 0$/m);
  await world.end();
});

test('a mixed production counts until a newer promotion succeeds', async () => {
  world = await Scenario.start();
  const release = await prepare(world);
  world.registry.quirks.deny403 = [refused('latest')];
  beforeRequest(
    world,
    ({ method, path }) => method === 'PUT' && path.endsWith('/latest'),
    () => world.registry.quirks.deny403.push(refused('main')),
  );
  await approved(release);
  await world.drain();
  expect(await scrape()).toMatch(/^imprimatur_mixed_production 1$/m);

  world.registry.quirks.deny403 = [];
  world.clock.turn(60_000);
  await say(release, 'ada', `/promote ${release.source}`);
  await say(release, 'bob', '/approve P2');
  expect(await scrape()).toMatch(/^imprimatur_mixed_production 0$/m);
  await world.end();
});

test('a document of a newer version does not change the page; processes of that version count it', async () => {
  world = await Scenario.start();
  await approved(await prepare(world));
  await world.drain();
  const { db } = world.app.store;
  const before = await db
    .selectFrom('promotions')
    .select(['state', 'held_since', 'document'])
    .executeTakeFirstOrThrow();
  const { document } = before;
  await db
    .updateTable('promotions')
    .set({ state: 'failed', held_since: null, document: document.replace(/"format":\d+,/, '"format":999,') })
    .execute();
  expect(await scrape()).toMatch(/^imprimatur_mixed_production 0$/m);
  await db.updateTable('promotions').set(before).execute();
  await world.end();
});
