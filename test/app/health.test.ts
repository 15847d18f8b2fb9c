// How often the database is checked for /readyz.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createReadiness } from '../../src/app/health.ts';
import { migrate } from '../../src/store/database/migrations.ts';
import { openStore } from '../../src/store/database/database.ts';

test('the database is checked at most once a second, and again if the clock was set back', async () => {
  const log = pino({ level: 'silent' });
  const folder = await mkdtemp(join(tmpdir(), 'imprimatur-health-'));
  const store = await openStore({ url: `sqlite:${join(folder, 'imprimatur.db')}`, log });
  await migrate(store, 0);
  let now = 10_000;
  const ready = createReadiness({ store, identity: null, log, now: () => now });
  const checkedAt = async (): Promise<number | undefined> =>
    (await store.db.selectFrom('heartbeat').select('at').executeTakeFirst())?.at;
  await Promise.all([ready(), ready()]);
  expect(await checkedAt()).toBe(10_000);
  now = 10_999;
  expect((await ready()).status).toBe(503);
  expect(await checkedAt()).toBe(10_000);
  now = 11_000;
  await ready();
  expect(await checkedAt()).toBe(11_000);
  now = 5000;
  await ready();
  expect(await checkedAt()).toBe(5000);
  await store.close();
  await rm(folder, { recursive: true });
});
