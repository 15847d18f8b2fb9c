// What a play left behind: of each thread what people see and what is stored, and whether anything of it must not be.
import { z } from 'zod';
import { isOpen } from '../../../src/domain/promotion/promotion.ts';
import { findChainProblem } from '../../../src/domain/audit/audit.ts';
import { loadPlannedPolicy } from '../../../src/engine/core/load.ts';
import { readPromotion } from '../../../src/store/promotions/promotion-document.ts';
import { listDeadJobs } from '../../../src/store/queue/job-upkeep.ts';
import { sha256 } from '../../scenarios/world.ts';
import type { Ended } from './run.ts';
import type { StagedThread } from './stage.ts';

const Entry = z.looseObject({
  kind: z.string(),
  promotion: z.number().nullable(),
  actor: z.looseObject({ login: z.string() }).nullable(),
  details: z.looseObject({ subject: z.string().optional(), verdict: z.string().optional() }),
});
type Entry = z.infer<typeof Entry>;

type Stored = Awaited<ReturnType<typeof listStored>>[number];

export type ThreadEnd = {
  readonly promotions: readonly {
    readonly state: string;
    readonly digest: string | null;
    readonly reviews: readonly string[];
    readonly trail: readonly string[];
  }[];
  readonly tags: Readonly<Record<string, string>>;
  readonly cards: readonly string[];
  readonly runs: readonly string[];
  readonly deployments: number;
};

export async function readThreads(ended: Ended): Promise<readonly ThreadEnd[]> {
  const stored = await listStored(ended);
  const entries = await listEntries(ended);
  return ended.stage.threads.map((thread) => readThread(ended, thread, { stored, entries }));
}

function readThread(
  { world }: Ended,
  thread: StagedThread,
  { stored, entries }: { readonly stored: readonly Stored[]; readonly entries: ReadonlyMap<number, readonly Entry[]> },
): ThreadEnd {
  const { github, issue, environment, image, commit } = thread;
  const ours = stored.filter(({ repoId, promotion }) => repoId === github.id && promotion.thread?.issue === issue);
  const tags = Object.entries(world.registry.tags(image)).filter(
    ([tag]) => tag === environment || tag.startsWith(`${environment}-staging-`),
  );
  return {
    promotions: ours.map(({ promotion }) => ({
      state: promotion.state.kind,
      digest: promotion.images[0]?.digest ?? null,
      reviews: promotion.reviews.map(({ verdict, by }) => `${verdict} by ${by.login}`),
      trail: (entries.get(github.id) ?? [])
        .filter((entry) => entry.promotion === promotion.number)
        .map(({ kind, actor }) => `${kind} by ${actor?.login ?? 'the app'}`),
    })),
    tags: Object.fromEntries(tags),
    cards: github
      .comments(issue)
      .filter(({ byApp, body }) => byApp && /^<!-- imprimatur P\d+ -->/.test(body))
      .map(({ body }) => plain(body)),
    runs: github
      .checkRuns(commit)
      .filter(({ name }) => name.endsWith(`/ ${environment}`))
      .map(({ status, conclusion, title }) => `${status} ${conclusion ?? ''} ${plain(title ?? '')}`),
    deployments: github.deployments().filter((one) => one.environment === environment).length,
  };
}

/** Numbers, times, ids and heads of the audit trail hang on the order between threads, and the port on the run. */
function plain(text: string): string {
  return (
    text
      // Looked at until a promotion of the image was through, and which one that is the order of webhooks decides.
      .replaceAll(/^- \S+ \*\*image-owner\*\*.*\n/gm, '')
      .replaceAll(/\d+(?: of \d+)? checks? passed/g, '# checks passed')
      .replaceAll(/127\.0\.0\.1:\d+/g, 'registry')
      .replaceAll(/\bP\d+\b/g, 'P#')
      // A plan covers the registry's address, which is another one in each world.
      .replaceAll(/(\/approve P#) [0-9a-f]{12}/g, '$1 plan')
      .replaceAll(/\d+·[0-9a-f]{8}/g, '#')
      .replaceAll(/\d{4}-\d\d-\d\d[ T][\d:.]+Z?/g, 'then')
      .replaceAll(/\bjust now\b|\b\d+ (?:minute|hour|day)s? ago\b/g, 'before')
      .replaceAll(/rollback-\d{8}-\d{6}/g, 'rollback')
      .replaceAll(/\/(runs|issuecomment|issues|checks)[/-]?\d+/g, '/#')
  );
}

/** What holds whatever was lost, doubled or late; each problem a sentence. */
export async function findBroken(ended: Ended): Promise<readonly string[]> {
  const { world } = ended;
  const { store, worker } = world.app;
  if (worker === null) throw new Error('the app is not configured');
  const problems: string[] = world.github.violations.map((violation) => `GitHub: ${violation}`);
  for (const job of await listDeadJobs(store.db, 20)) problems.push(`a dead job: ${job.kind}: ${job.error ?? ''}`);
  for (const [repoId, chain] of await world.audit()) {
    const problem = findChainProblem(chain, { repoId, sha256 });
    if (problem !== null) problems.push(`the audit trail of ${repoId}: ${JSON.stringify(problem)}`);
  }
  const entries = await listEntries(ended);
  for (const { repoId, promotion } of await listStored(ended)) {
    const name = `P${promotion.number} of ${repoId}`;
    const trail = (entries.get(repoId) ?? []).filter((entry) => entry.promotion === promotion.number);
    const policy = await loadPlannedPolicy({ store, settings: { registryHost: world.registry.host } }, promotion);
    const required = policy?.approvals.required ?? Infinity;
    problems.push(...findUnreviewed(trail, required).map((problem) => `${name}: ${problem}`));
    if (trail.filter(({ kind }) => kind === 'requested').length !== 1) problems.push(`${name}: not asked for once`);
    const isResting = !isOpen(promotion.state) || promotion.state.kind === 'awaiting-approval';
    if (!isResting) problems.push(`${name}: stands still at ${promotion.state.kind}`);
  }
  problems.push(...(await findTwice(ended)));
  return problems;
}

/** Tags may move only after as many different people as the policy asks for approved that very subject. */
function findUnreviewed(trail: readonly Entry[], required: number): readonly string[] {
  return trail.flatMap((entry, at) => {
    if (entry.kind !== 'applying') return [];
    const { subject } = entry.details;
    const approvals = trail
      .slice(0, at)
      .filter(
        ({ kind, details }) => kind === 'reviewed' && details.verdict === 'approve' && details.subject === subject,
      );
    const people = new Set(approvals.map(({ actor }) => actor?.login));
    return people.size >= required ? [] : [`its tags moved after ${people.size} of ${required} approvals`];
  });
}

async function findTwice({ world, stage }: Ended): Promise<readonly string[]> {
  const { db } = world.app.store;
  const problems: string[] = [];
  const jobs = await db.selectFrom('jobs').select(['origin']).where('kind', '=', 'delivery').execute();
  const origins = jobs.map(({ origin }) => origin);
  if (new Set(origins).size !== origins.length) problems.push('a delivery was taken in twice');
  const repos = new Map(stage.threads.map(({ github }) => [github.id, github]));
  for (const github of repos.values()) {
    for (const { number } of github.threads()) {
      const markers = github
        .comments(number)
        .filter(({ byApp }) => byApp)
        .map(({ body }) => body.split('\n', 1)[0] ?? '')
        .filter((line) => line.startsWith('<!-- imprimatur'));
      if (new Set(markers).size !== markers.length)
        problems.push(`${github.fullName()}#${number}: a comment stands twice`);
    }
    const made = github.deployments().map(({ payload }) => JSON.stringify(payload));
    if (new Set(made).size !== made.length) problems.push(`${github.fullName()}: a deployment was made twice`);
  }
  return problems;
}

async function listStored({
  world,
}: Ended): Promise<readonly { readonly repoId: number; readonly promotion: ReturnType<typeof readPromotion> }[]> {
  const { db } = world.app.store;
  const rows = await db.selectFrom('promotions').select(['repo_id', 'document']).orderBy('number').execute();
  return rows.map((row) => ({ repoId: row.repo_id, promotion: readPromotion(row.document) }));
}

async function listEntries({ world }: Ended): Promise<ReadonlyMap<number, readonly Entry[]>> {
  const chains = await world.audit();
  return new Map(
    [...chains].map(([repoId, rows]) => [repoId, rows.map(({ entry }) => Entry.parse(JSON.parse(entry)))]),
  );
}
