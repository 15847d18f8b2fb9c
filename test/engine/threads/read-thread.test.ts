// Whose turn it is in a thread, where nothing outside has to be asked.
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Repo } from '../../../src/domain/promotion/promotion.ts';
import { parseRepoName } from '../../../src/domain/image/reference.ts';
import type { Job, JobOutcome } from '../../../src/engine/core/handler.ts';
import { enqueueComment } from '../../../src/engine/core/enqueue-comment.ts';
import { Worker } from '../../../src/engine/queue/worker.ts';
import { countJobs, listDeadJobs } from '../../../src/store/queue/job-upkeep.ts';
import { saveRepo } from '../../../src/store/repos.ts';
import { findThread } from '../../../src/store/threads.ts';
import { readCommandLines } from '../../../src/comments/command-lines.ts';
import { known } from '../../registry/harness.ts';
import { startEngine, type Engine } from '../harness.ts';
import { kindsWith } from '../job-kinds.ts';

const repo: Repo = { id: 7, name: known(parseRepoName('acme/dotca')), installationId: 1 };
const place = { repoId: repo.id, issue: 3 };

let engine: Engine;
beforeEach(async () => {
  engine = await startEngine();
});
afterEach(async () => {
  await engine.close();
});

async function receive(commentId: number, body: string): Promise<void> {
  const { store, jobs, now } = engine.services;
  await store.transaction(async (tx) => {
    await saveRepo(tx, repo, now());
    const by = { id: 5, login: 'ada', kind: 'user' } as const;
    const comment = { kind: 'comment', repo, issue: 3, commentId, by, ...readCommandLines(body) } as const;
    await enqueueComment(tx, comment, { jobs, now: now(), origin: null });
  });
}

/** Runs what is due; commands do as they are told here. */
function drain(command: (job: Job<'command'>) => Promise<JobOutcome>): Promise<void> {
  const kinds = kindsWith({
    command,
    react: async () => ({ kind: 'done', commit: null }),
  });
  return new Worker(engine.services, kinds).drain();
}

test('a command that is dead because of a bug does not block the next comment forever', async () => {
  await receive(11, '/promote staging');
  const ran: number[] = [];
  const command = async ({ payload }: Job<'command'>): Promise<JobOutcome> => {
    ran.push(payload.commentId);
    if (payload.commentId === 11) throw new Error('a bug');
    return { kind: 'done', commit: null };
  };
  await drain(command);
  // Known already to the list's reader, so that GitHub is not asked.
  const thread = await findThread(engine.services.store.db, place);
  expect(thread).toMatchObject({ readUpTo: 11, taking: 11 });
  await receive(10, '/promote staging-abc1234');
  for (let passed = 0; passed < 60; passed += 1) {
    await drain(command);
    engine.turn(1000);
  }
  expect(ran).toEqual([11, 11, 11, 11, 11, 10]);
  expect(await listDeadJobs(engine.services.store.db, 10)).toMatchObject([{ kind: 'command', error: 'a bug' }]);
});

test('a comment waits as long as an earlier command is retried', async () => {
  await receive(11, '/promote staging');
  await receive(10, '/status');
  const ran: number[] = [];
  const command = async ({ payload }: Job<'command'>): Promise<JobOutcome> => {
    ran.push(payload.commentId);
    const at = engine.services.now() + 300_000;
    return ran.length < 3 ? { kind: 'again', at, because: 'GitHub is away' } : { kind: 'done', commit: null };
  };
  for (let passed = 0; passed < 40; passed += 1) {
    await drain(command);
    engine.turn(60_000);
  }
  expect(ran).toEqual([10, 10, 10, 11]);
});

test('without a waiting comment in an unknown thread, nothing is requested', async () => {
  const { store, now } = engine.services;
  await store.transaction((tx) => saveRepo(tx, repo, now()));
  await engine.add({ kind: 'read-thread', key: '7/3', payload: JSON.stringify({ kind: 'read-thread', ...place }) });
  await drain(async () => ({ kind: 'done', commit: null }));
  expect(await countJobs(store.db, now())).toMatchObject({ done: 1, queued: 0, dead: 0 });
});
