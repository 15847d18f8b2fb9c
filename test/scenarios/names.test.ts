// Names change hands: a repository that has taken over the name of a renamed one is never read or written in its place.
import { afterEach, describe, expect, test } from 'vitest';
import { tick } from '../../src/engine/queue/scheduler.ts';
import { JOB_ROWS } from '../engine/job-kinds.ts';
import type { GitHubRepo } from '../support/github/repo.ts';
import { begin, type Conversation } from './conversation.ts';
import { POLICY } from './policy-world.ts';

const MINUTE_MS = 60_000;

let talk: Conversation;
afterEach(async () => {
  await talk.world.close();
});

/** The other one asks nobody for approval, and its people have every right there. */
async function takeOverName(): Promise<GitHubRepo> {
  const { world, repo } = talk;
  world.github.setAppUrl(null);
  await repo.settings.rename('dot-ca');
  const other = await world.github.repo({ owner: 'acme', name: 'other', users: { eve: 'admin', ada: 'admin' } });
  await other.settings.rename('dotca');
  other.writeFiles('main', { [POLICY]: 'environments: { production: { approvals: { required: 0 } } }\n' });
  await world.restart();
  return other;
}

describe('a repository was renamed, another one has its name now, and no webhook told of either', () => {
  test('what waits is compared with its own policy, and its own thread and check run are written', async () => {
    talk = await begin();
    await talk.request();
    const asked = talk.world.github.requests.length;
    await takeOverName();
    const { app, clock } = talk.world;
    clock.turn(10 * MINUTE_MS);
    expect(await tick({ store: app.store, jobs: JOB_ROWS, now: clock.now }, 'reconcile')).toBe(true);
    await talk.world.pass(8 * MINUTE_MS, MINUTE_MS);
    expect(await talk.state()).toBe('awaiting-approval');
    expect(talk.production().main).toBe(talk.old.digest);
    const paths = talk.world.github.requests.slice(asked).map(({ path }) => path);
    expect(paths).toContain('/repos/acme/dot-ca/contents/.github/promotion.yml');
    expect(paths.filter((path) => path.startsWith('/repos/acme/dotca/'))).toEqual([]);
    await talk.world.end();
  });
});
