// Two processes share a database while comments of a few threads come from all sides: each thread keeps its order.
import { afterEach, expect, test } from 'vitest';
import { Worker } from '../../src/engine/queue/worker.ts';
import { startPostgres, type Postgres } from '../support/postgres.ts';
import { begin, type Conversation } from './conversation.ts';

let talk: Conversation;
let postgres: Postgres | null = null;
afterEach(async () => {
  await talk.world.close();
  await postgres?.stop();
  postgres = null;
});

const THREADS = 2;
const COMMENTS = 8;

test.each(['sqlite', 'postgres'] as const)('on %s', async (engine) => {
  if (engine === 'postgres') postgres = await startPostgres();
  talk = await begin(postgres === null ? {} : { databaseUrl: await postgres.createDatabase() });
  const { world, repo } = talk;
  const { github } = world;
  const issues = [talk.issue, ...Array.from({ length: THREADS - 1 }, () => talk.openIssue())];
  for (const issue of issues) await talk.say('ada', '/status', issue);
  const first = world.app;
  await world.abandon();

  const written: { readonly id: number; readonly guid: string; readonly issue: number }[] = [];
  const fates = ['late', 'lost', 'late', 'late'] as const;
  for (let count = 0; count < THREADS * COMMENTS; count += 1) {
    const issue = issues[count % THREADS] ?? talk.issue;
    // The last one of each thread arrives, so that nothing that was lost is left.
    github.setFate(() => (count >= THREADS * (COMMENTS - 1) ? 'late' : (fates[count % fates.length] ?? 'late')));
    const { id, delivery } = await repo.comment({ issue, by: count % 2 === 0 ? 'ada' : 'bob', body: '/status P9' });
    written.push({ id, guid: delivery.guid, issue });
  }
  github.setFate(null);
  const late = new Set(github.late().map(({ guid }) => guid));
  const guids = written.flatMap(({ guid }) => (late.has(guid) ? [guid] : []));
  const shuffled = guids
    .map((guid, at) => ({ guid, place: (at * 7919) % guids.length }))
    .toSorted((a, b) => a.place - b.place);
  const drains: Promise<void>[] = [];
  for (const { guid } of shuffled) {
    await github.release([guid]);
    for (const worker of [first.worker, world.app.worker]) if (worker instanceof Worker) drains.push(worker.drain());
  }
  await Promise.all(drains);
  await world.pass(30_000, 10_000);

  for (const issue of issues) {
    const ids = written.flatMap((comment) => (comment.issue === issue ? [comment.id] : []));
    expect(eyed(ids)).toEqual(ids);
    expect(ids.map((id) => repo.reactions(id))).toEqual(ids.map(() => ['eyes', '-1']));
    // One for the greeting, and one for each of them.
    expect(talk.replies(issue)).toHaveLength(COMMENTS + 1);
  }
  await world.end();
});

/** In which order these comments were taken up. */
function eyed(ids: readonly number[]): readonly number[] {
  return talk.world.github.requests.flatMap(({ path, body, status }) => {
    const id = Number(/\/issues\/comments\/(\d+)\/reactions$/.exec(path)?.[1]);
    return status === 201 && ids.includes(id) && JSON.stringify(body ?? null).includes('eyes') ? [id] : [];
  });
}
