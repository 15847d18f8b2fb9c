// Stops a process in the middle of its work, lets another one take over and move production on, and then lets it go on.
import { setTimeout as delay } from 'node:timers/promises';
import { findChainProblem } from '../../../src/domain/audit/audit.ts';
import { listAudit, listAuditedRepoIds } from '../../../src/store/audit.ts';
import { listDeadJobs } from '../../../src/store/queue/job-upkeep.ts';
import { createHash } from 'node:crypto';
import type { Server } from '../crash/server.ts';
import type { How } from './gate.ts';
import { IMAGE } from '../image.ts';
import { COMMITS, openWorld, sourceOf, type World } from './world.ts';

/** The n-th request to that host after the approval. */
export type Stop = { readonly host: 'registry' | 'github'; readonly n: number; readonly how: How };

/** Longer than the lease of a job and the longest write together. */
export const TAKEN_OVER_AFTER_MS = 120_000;
const PROMOTED_WITHIN_MS = 10_000;
const WAITING_MS = 150_000;
const NOTICED_WITHIN_MS = 10_000;
const NOTICED = /another worker took over this job|a job failed and will be retried/;

type Options = Parameters<typeof openWorld>[0];

/** Which requests an undisturbed process makes from the approval on, per host. */
export async function listRequests(options: Options): Promise<Readonly<Record<Stop['host'], readonly string[]>>> {
  const world = await openWorld(options);
  try {
    const server = await world.start();
    await say(world, 'ada', `/promote ${sourceOf(COMMITS[1] ?? '')}`);
    const before = { registry: world.gates.registry.seen.length, github: world.gates.github.seen.length };
    await say(world, 'bob', '/approve P1');
    await server.stop();
    return {
      registry: world.gates.registry.seen.slice(before.registry),
      github: world.gates.github.seen.slice(before.github),
    };
  } finally {
    await world.close();
  }
}

/** What went wrong; none where the process that was stopped changed nothing when it woke. */
export async function play(stop: Stop, options: Options): Promise<readonly string[]> {
  const world = await openWorld(options);
  const { gates, repo, issue } = world;
  try {
    const sleeper = await world.start();
    await say(world, 'ada', `/promote ${sourceOf(COMMITS[1] ?? '')}`);
    const reached = gates[stop.host].hold(stop.n, stop.how);
    await repo.comment({ issue, by: 'bob', body: '/approve P1' });
    await reached;
    await world.pause(sleeper);

    await world.turnClock(TAKEN_OVER_AFTER_MS);
    const other = await world.start();
    await world.rest();
    await promoted(world, 1);
    await say(world, 'ada', `/promote ${sourceOf(COMMITS[2] ?? '')}`);
    await say(world, 'bob', '/approve P2');
    await promoted(world, 2);
    await other.stop();
    const then = await takeSnapshot(world);
    const before = listWrites(world);

    gates[stop.host].letGo();
    sleeper.signal('SIGCONT');
    await noticed(sleeper);
    await sleeper.stop();
    const after = listWrites(world);
    const late = [...after.registry.slice(before.registry.length), ...after.github.slice(before.github.length)];
    // What it may have shown of old is shown anew by whoever comes next.
    const last = await world.start();
    await world.rest();
    await last.stop();
    const problems = [...(await findProblems(world)), ...compare(stop, then, await takeSnapshot(world))];
    if (late.length > 0) problems.push(`it wrote after it woke: ${late.join(', ')}`);
    return problems.length === 0 ? [] : [...problems, sleeper.said(), other.said()];
  } finally {
    await world.close();
  }
}

export async function say(world: World, by: string, body: string): Promise<void> {
  await world.repo.comment({ issue: world.issue, by, body });
  await world.rest();
}

/** A comment may wait for minutes, with no job due meanwhile: then the clock is turned. */
export async function promoted(world: World, number: number): Promise<void> {
  const find = world.store.db.selectFrom('promotions').select('state').where('number', '=', number);
  for (let turns = 0; ; turns += 1) {
    const late = performance.now() + PROMOTED_WITHIN_MS;
    while (performance.now() < late) {
      const row = await find.executeTakeFirst();
      if (row?.state === 'promoted') return world.rest();
      await delay(20);
    }
    if (turns === 2) throw new Error(`P${number} was not promoted`);
    await world.turnClock(WAITING_MS);
  }
}

/** Until the one that woke saw that its work is another's now. */
async function noticed(server: Server): Promise<void> {
  const late = performance.now() + NOTICED_WITHIN_MS;
  while (!NOTICED.test(server.said())) {
    if (performance.now() > late) throw new Error(`it did not notice that it was overtaken:\n${server.said()}`);
    await delay(20);
  }
}

/** Requests that are no longer the same when they come twice. */
function listWrites({ gates }: World): Readonly<Record<Stop['host'], readonly string[]>> {
  return { registry: gates.registry.seen.filter(isWrite), github: gates.github.seen.filter(isWrite) };
}

function isWrite(line: string): boolean {
  return /^(PUT|POST|DELETE) /.test(line) && !/\/access_tokens$|\/reactions$/.test(line);
}

type Seen = Readonly<Record<string, unknown>>;

async function takeSnapshot({ registry, repo, issue, store }: World): Promise<Seen> {
  const [repoId = 0] = await listAuditedRepoIds(store.db);
  const promotions = await store.db.selectFrom('promotions').select(['number', 'state', 'version']).execute();
  const journal = await store.db
    .selectFrom('tag_moves')
    .select(['tag', 'state', 'updated_at'])
    .orderBy('tag')
    .execute();
  return {
    ...Object.fromEntries(Object.entries(registry.tags(IMAGE)).map(([tag, digest]) => [`tag ${tag}`, digest])),
    comments: repo.comments(issue).map(({ author, body }) => `${author}: ${plain(body)}`),
    runs: COMMITS.flatMap((commit) => repo.checkRuns(commit)).map(({ id, title, conclusion, summary }) => ({
      id,
      title,
      conclusion,
      summary: plain(summary ?? ''),
    })),
    deployments: repo.deployments(),
    audit: await listAudit(store.db, { repoId, afterSeq: 0, limit: 1000 }),
    promotions,
    journal,
  };
}

/** A text that is shown once more tells of a longer trail. */
function plain(text: string): string {
  return text.replaceAll(/audit \d+·[0-9a-f]{8}/g, 'audit');
}

/** A write that had left the process before it was stopped is the one thing that nobody can call back. */
function compare({ host, how }: Stop, then: Seen, now: Seen): string[] {
  const changed = Object.keys({ ...then, ...now }).filter(
    (about) => JSON.stringify(then[about]) !== JSON.stringify(now[about]),
  );
  const onItsWay =
    host === 'registry' && how === 'late' && changed.length === 1 && changed[0]?.startsWith('tag ') === true;
  return onItsWay
    ? []
    : changed.map((about) => `${about}: ${JSON.stringify(then[about])} became ${JSON.stringify(now[about])}`);
}

export async function findProblems({ github, repo, issue, store, registry, images }: World): Promise<string[]> {
  const problems = [...github.violations];
  const cards = repo.comments(issue).filter(({ body }) => /^<!-- imprimatur P\d+ -->/.test(body));
  if (cards.length !== 2) problems.push(`${cards.length} cards of two promotions`);
  const runs = COMMITS.flatMap((commit) => repo.checkRuns(commit)).map(({ conclusion }) => conclusion);
  if (runs.join() !== 'success,success') problems.push(`check runs say: ${runs.join(', ')}`);
  if (repo.deployments().length !== 2) problems.push(`${repo.deployments().length} deployments of two promotions`);
  const kept = COMMITS.slice(1).map((commit) => registry.tag(IMAGE, `main-${sourceOf(commit)}`));
  if (
    kept.join() !==
    images
      .slice(1)
      .map(({ digest }) => digest)
      .join()
  )
    problems.push(`kept tags: ${kept.join(', ')}`);
  for (const repoId of await listAuditedRepoIds(store.db)) {
    const chain = await listAudit(store.db, { repoId, afterSeq: 0, limit: 1000 });
    const problem = findChainProblem(chain, { repoId, sha256 });
    if (problem !== null) problems.push(`the chain is broken: ${JSON.stringify(problem)}`);
  }
  const dead = await listDeadJobs(store.db, 10);
  if (dead.length > 0) problems.push(`dead jobs: ${dead.map(({ kind, error }) => `${kind}: ${error}`).join('; ')}`);
  return problems;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
