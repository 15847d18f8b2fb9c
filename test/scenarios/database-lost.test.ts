// PostgreSQL that ends all connections in the middle of applying, as a restart does: new ones are made, and nothing is lost.
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { LONGEST_LEASE_MS } from '../../src/engine/core/lease.ts';
import { startPostgres, type Postgres } from '../support/postgres.ts';
import { approved, isPut, isRead, nth, outcomeOf, prepare, undisturbed, writesOf, type Call } from './release.ts';
import { Scenario } from './world.ts';

let postgres: Postgres;
let world: Scenario;

beforeAll(async () => {
  postgres = await startPostgres();
});
afterEach(async () => {
  await world.close();
});
afterAll(async () => {
  await postgres.stop();
});

async function endConnections(url: string): Promise<void> {
  const client = new Client(url);
  await client.connect();
  await client.query(
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
  );
  await client.end();
}

const MOMENTS: readonly (readonly [string, (call: Call) => boolean])[] = [
  ['at the first read', nth(1, isRead)],
  ['at the first write', nth(1, isPut)],
  ['at the third write', nth(3, isPut)],
  ['at the fourth write', nth(4, isPut)],
];

test.each(MOMENTS)('%s: all tags are written once, and it is promoted', async (_name, fits) => {
  const url = await postgres.createDatabase();
  world = await Scenario.start({ databaseUrl: url });
  const release = await prepare(world);
  await approved(release);
  const remove = world.registry.onRequest(async (call) => {
    if (!fits(call)) return;
    remove();
    await endConnections(url);
  });
  // A connection that ended while it was used fails its query; then the job runs again when its lease passes, and what
  // waits behind it waits until then.
  await world.app.worker?.drain().catch(() => undefined);
  await world.github.settle();
  await world.pass(LONGEST_LEASE_MS + 1);
  expect(await outcomeOf(release)).toEqual(undisturbed(release));
  expect(writesOf(world).toSorted()).toEqual([...new Set(writesOf(world))].toSorted());
  await world.end();
});
