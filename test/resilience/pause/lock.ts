// Another process holds the database file for 20 seconds in the middle of applying: who asks is told so, and nothing is lost.
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { findProblems, promoted, say, TAKEN_OVER_AFTER_MS } from './play.ts';
import { COMMITS, openWorld, sourceOf } from './world.ts';

const LOCKED_FOR_MS = 20_000;
/** GitHub waits no longer for an answer to a webhook. */
const GITHUB_WAITS_MS = 10_000;

/** What went wrong; none where all is as if nothing had been. */
export async function playLocked(options: { readonly cacheFolder: string }): Promise<readonly string[]> {
  const world = await openWorld({ ...options, postgresUrl: null });
  const { gates, github, repo, issue } = world;
  const problems: string[] = [];
  try {
    const first = await world.start();
    await say(world, 'ada', `/promote ${sourceOf(COMMITS[1] ?? '')}`);
    const reached = gates.registry.hold(9, 'late');
    await repo.comment({ issue, by: 'bob', body: '/approve P1' });
    await reached;
    const lock = new DatabaseSync(world.databasePath, { timeout: 5000 });
    lock.exec('BEGIN IMMEDIATE');
    gates.registry.letGo();

    const asked = performance.now();
    const { delivery } = await repo.comment({ issue, by: 'ada', body: `/promote ${sourceOf(COMMITS[2] ?? '')}` });
    const answeredMs = performance.now() - asked;
    if (delivery.status !== 503) problems.push(`a webhook was answered ${delivery.status} while the file was locked`);
    if (answeredMs > GITHUB_WAITS_MS) problems.push(`a webhook was answered after ${Math.round(answeredMs)} ms`);
    await delay(Math.max(LOCKED_FOR_MS - answeredMs, 0));
    lock.exec('ROLLBACK');
    lock.close();

    await github.redeliver(delivery.guid);
    // What could not store its end waits for its lease; a process whose clock is ahead takes it up now.
    await first.stop();
    await world.turnClock(TAKEN_OVER_AFTER_MS);
    await world.start();
    await promoted(world, 1);
    await say(world, 'bob', '/approve P2');
    await promoted(world, 2);
    return [...problems, ...(await findProblems(world))];
  } finally {
    await world.close();
  }
}
