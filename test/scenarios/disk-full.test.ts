// A disk that is full: webhooks are told so, the process lives, and once there is room everything goes on by itself.
import { execFileSync } from 'node:child_process';
import { afterEach, expect, test } from 'vitest';
import { tick } from '../../src/engine/queue/scheduler.ts';
import { JOB_ROWS } from '../engine/job-kinds.ts';
import { LONGEST_LEASE_MS } from '../../src/engine/core/lease.ts';
import { approved, cardOf, outcomeOf, prepare, putsOf, undisturbed, writesOf } from './release.ts';
import { Scenario } from './world.ts';

let world: Scenario;

afterEach(async () => {
  makeRoom();
  await world.close();
});

const MINUTE = 60_000;

/** No file of this process can grow any more: the kernel says so to SQLite as it would of a disk. */
function fillDisk(): void {
  limitFiles('4096');
}

function makeRoom(): void {
  limitFiles('unlimited');
}

function limitFiles(bytes: string): void {
  execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${bytes}:unlimited`]);
}

async function ask(path: string): Promise<{ readonly status: number; readonly body: string }> {
  const address = world.app.server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the app does not listen');
  const answer = await fetch(`http://127.0.0.1:${address.port}${path}`);
  return { status: answer.status, body: await answer.text() };
}

test('a webhook is answered 503, readiness shows why, and delivery recovery reads it once there is space', async () => {
  world = await Scenario.start();
  const release = await prepare(world);
  fillDisk();
  const { delivery } = await release.repo.comment({
    issue: release.issue,
    by: 'ada',
    body: `/promote ${release.source}`,
  });
  expect(delivery.status).toBe(503);
  expect(await ask('/healthz')).toMatchObject({ status: 200 });
  const ready = await ask('/readyz');
  expect(ready.status).toBe(503);
  expect(JSON.parse(ready.body)).toMatchObject({ ready: false, database: expect.not.stringMatching(/^writable$/) });

  makeRoom();
  // The database is checked once a second at most.
  world.clock.turn(1000);
  expect(JSON.parse((await ask('/readyz')).body)).toMatchObject({ database: 'writable' });
  world.clock.turn(5 * MINUTE);
  expect(await tick({ store: world.app.store, jobs: JOB_ROWS, now: world.clock.now }, 'recover-deliveries')).toBe(true);
  await world.drain();
  expect(cardOf(release)).toContain('/approve P1');
  await world.end();
});

test.each(['main', 'latest'])(
  'in the middle of applying, at %s: nothing is written twice, nothing is lost',
  async (name) => {
    world = await Scenario.start();
    const release = await prepare(world);
    await approved(release);
    const fits = putsOf(name);
    const remove = world.registry.onRequest((call) => {
      if (!fits(call)) return;
      remove();
      fillDisk();
    });
    await expect(world.drain()).rejects.toThrow(/The database/);
    makeRoom();
    await world.pass(LONGEST_LEASE_MS + 1);
    expect(await outcomeOf(release)).toEqual(undisturbed(release));
    expect(writesOf(world).toSorted()).toEqual([...new Set(writesOf(world))].toSorted());
    await world.end();
  },
);
