// The one transaction: state, journal, audit entries, effects and the end of the job that led to them, all or nothing.
import type { AuditEntry } from '../../domain/audit/audit.ts';
import type { Accepted, Decision, JournalEntry } from '../../domain/decide.ts';
import type { Effect } from '../../domain/effect.ts';
import type { RepoName } from '../../domain/image/reference.ts';
import type { Promotion, Repo } from '../../domain/promotion/promotion.ts';
import { appendAudit } from '../../store/audit.ts';
import { writeLongThread, type LongThreadWrite } from '../../store/long-threads.ts';
import { saveMark, type GitHubMark } from '../../store/promotions/github-marks.ts';
import { addJob, finishJob, holdsLease, type Lease, type Origin } from '../../store/queue/jobs.ts';
import { claimIdempotencyKey } from '../../store/queue/idempotency-keys.ts';
import type { PolicyChange } from '../../domain/policy/policy-change.ts';
import { savePolicyChange } from '../../store/policy-changes.ts';
import { savePolicyFile, type PolicyFile } from '../../store/policies.ts';
import { forgetKnownRights, saveKnownRights } from '../../store/people.ts';
import { insertPromotion, updatePromotion } from '../../store/promotions/promotions.ts';
import { saveFormerName } from '../../store/repo-names.ts';
import { lockRepo, markLeft, saveRepo, takePromotionNumber } from '../../store/repos.ts';
import {
  changeStagingCheck,
  openStagingCheck,
  type StagingChange,
  type StagingKey,
} from '../../store/staging-checks.ts';
import { saveEnvironmentTags } from '../../store/environment-tags.ts';
import { writeDrift, type DriftWrite } from '../../store/drifts.ts';
import { insertJournal } from '../../store/promotions/tag-moves.ts';
import {
  dropWaitingComments,
  saveComment,
  saveThread,
  markCommentsHandled,
  type Thread,
  type WaitingComment,
} from '../../store/threads.ts';
import type { Tx } from '../../store/database/database.ts';
import { enqueueComment } from './enqueue-comment.ts';
import type { Intent } from './intent.ts';
import type { JobRows } from './job-description.ts';
import type { Services } from './services.ts';

export type Commit = {
  readonly repo: Repo;
  /** `before` null: it is new. A `before` that is not the current version makes the commit a conflict. */
  readonly promotion?: { readonly before: Promotion | null; readonly after: Promotion };
  /** The text of the promotion's policy file; required if the promotion named another one before. */
  readonly policyFile?: PolicyFile | null;
  readonly journal?: readonly JournalEntry[];
  readonly audit?: readonly AuditEntry[];
  readonly effects?: readonly Effect[];
  readonly intents?: readonly Intent[];
  /** The repository as a delivery names it: its current name and owner. */
  readonly told?: true;
  /** The repository's previous name, from the delivery. */
  readonly formerName?: RepoName;
  readonly thread?: ThreadWrite;
  readonly longThread?: LongThreadWrite;
  readonly marks?: readonly GitHubMark[];
  /** The App has lost access to the repository. */
  readonly leaves?: true;
  readonly stagingChecks?: readonly StagingWrite[];
  readonly drifts?: readonly DriftWrite[];
  /** A push brought another policy file. */
  readonly policyChange?: PolicyChange;
  readonly rights?: RightsWrite;
};

/** Whether GitHub just confirmed that a person has the role that a command needs. */
export type RightsWrite = { readonly personId: number; readonly kind: 'confirmed' | 'denied' };

/** `open` starts to look for the image of a staging commit, or starts again. */
export type StagingWrite = ({ readonly kind: 'open' } & StagingKey) | ({ readonly kind: 'change' } & StagingChange);

/** How far a thread was read, and the comment that was taken. */
export type ThreadWrite = {
  readonly issue: number;
  readonly after: Thread;
  /** Comments without a webhook. */
  readonly found: readonly WaitingComment[];
  /** Ids of the comments that were taken; `origin` of the one whose commands start. */
  readonly taken: readonly number[];
  readonly origin: Origin | null;
};

/** `conflict`: somebody else decided meanwhile; load and decide again. `lease-lost`: the job is another worker's now. */
export type CommitResult = 'committed' | 'conflict' | 'lease-lost';

/** The job that leads to a commit: the log shows what follows under the same delivery. */
export type Cause = Lease & { readonly origin: Origin | null };

const ONCE_FOR_MS = 24 * 60 * 60 * 1000;

/** Stores the commit and finishes the job. Nothing is stored unless the job's lease still holds. */
export async function commitAndFinish(services: Services, job: Cause, commit: Commit | null): Promise<CommitResult> {
  const result = await run(services, async (tx) => {
    if (!(await finishJob(tx, { id: job.id, lease: job.lease, now: services.now() }))) throw new Rollback('lease-lost');
    if (commit !== null) await store(services, tx, { commit, origin: job.origin });
  });
  if (result === 'committed' && commit !== null) logState(services, commit);
  return result;
}

/** Stores the commit and keeps the job running: for a handler that decides before its end. */
export async function commitAndContinue(services: Services, job: Cause, commit: Commit): Promise<CommitResult> {
  const result = await run(services, async (tx) => {
    if (!(await holdsLease(tx, { id: job.id, lease: job.lease }))) throw new Rollback('lease-lost');
    await store(services, tx, { commit, origin: job.origin });
  });
  if (result === 'committed') logState(services, commit);
  return result;
}

/** Logs one line for each step of a promotion. */
function logState({ log }: Services, { promotion }: Commit): void {
  if (promotion === undefined) return;
  const { before, after } = promotion;
  const from = before?.state.kind ?? null;
  if (after.state.kind === from) return;
  const { repo, number, environment, state } = after;
  log.info({ repo: repo.name, promotion: number, environment, from, to: state.kind }, 'a promotion changed its state');
}

/** Finishes a job that only leads to others. */
export async function handOnAndFinish(
  services: Services,
  job: Cause,
  { intents, told }: { readonly intents: readonly Intent[]; readonly told: readonly Repo[] },
): Promise<CommitResult> {
  const now = services.now();
  return run(services, async (tx) => {
    if (!(await finishJob(tx, { id: job.id, lease: job.lease, now }))) throw new Rollback('lease-lost');
    const asking = { jobs: services.jobs, now, origin: job.origin };
    for (const repo of told) await registerRepo(tx, repo, asking);
    for (const intent of intents) await ask(tx, intent, asking);
  });
}

/** The commit for a decision on a stored promotion; null if there is nothing to store. */
export function commitOf(before: Promotion, decision: Decision): Commit | null {
  switch (decision.kind) {
    case 'ignored':
      return null;
    case 'refused':
      return { repo: before.repo, audit: decision.audit };
    case 'accepted':
      return commitOfAccepted(before, decision);
  }
}

/** The commit of an accepted decision: a new promotion (`before` null) or the next version of a stored one. */
export function commitOfAccepted(before: Promotion | null, decision: Accepted): Commit {
  const { promotion, effects, audit, journal } = decision;
  const version = before === null ? 1 : before.version + 1;
  return { repo: promotion.repo, promotion: { before, after: { ...promotion, version } }, effects, audit, journal };
}

class Rollback extends Error {
  readonly result: Exclude<CommitResult, 'committed'>;

  constructor(result: Exclude<CommitResult, 'committed'>) {
    super(result);
    this.result = result;
  }
}

async function run(services: Services, work: (tx: Tx) => Promise<void>): Promise<CommitResult> {
  try {
    await services.store.transaction(work);
    return 'committed';
  } catch (error) {
    if (error instanceof Rollback) return error.result;
    throw error;
  }
}

async function store(
  services: Services,
  tx: Tx,
  { commit, origin }: { readonly commit: Commit; readonly origin: Origin | null },
): Promise<void> {
  const {
    repo,
    promotion,
    journal = [],
    audit = [],
    effects = [],
    intents = [],
    marks = [],
    stagingChecks = [],
    drifts = [],
  } = commit;
  const { jobs } = services;
  const now = services.now();
  // Only a delivery has the current name and installation; a promotion or a command has those of its time.
  if (commit.told === true) await registerRepo(tx, repo, { jobs, now, origin });
  if (commit.formerName !== undefined) await saveFormerName(tx, { repoId: repo.id, name: commit.formerName });
  await lockRepo(tx, repo.id);
  if (promotion !== undefined) {
    await storePolicyFile(tx, { promotion, file: commit.policyFile ?? null, now });
    await storePromotion(tx, promotion);
    if (journal.length > 0) await storeJournal(tx, promotion.after, { journal, now });
  }
  if (audit.length > 0) await appendAudit(tx, { repoId: repo.id, entries: audit, sha256: services.sha256 });
  for (const write of stagingChecks) {
    if (write.kind === 'open') await openStagingCheck(tx, { ...write, now });
    else await changeStagingCheck(tx, write);
  }
  for (const write of drifts) await writeDrift(tx, write);
  if (commit.policyChange !== undefined) await savePolicyChange(tx, repo.id, commit.policyChange);
  if (commit.leaves === true) {
    await markLeft(tx, repo.id, now);
    await dropWaitingComments(tx, repo.id);
  }
  if (commit.thread !== undefined) await storeThread(tx, { repoId: repo.id, thread: commit.thread, now });
  if (commit.rights !== undefined) await storeRights(tx, { repoId: repo.id, rights: commit.rights, now });
  if (commit.longThread !== undefined) await writeLongThread(tx, repo.id, commit.longThread);
  for (const mark of marks) await saveMark(tx, mark, now);
  for (const intent of intents) await ask(tx, intent, { jobs, now, origin: commit.thread?.origin ?? origin });
  for (const effect of effects) {
    const idempotencyKey = 'idempotencyKey' in effect ? (effect.idempotencyKey ?? null) : null;
    const first =
      idempotencyKey === null ||
      (await claimIdempotencyKey(tx, { key: idempotencyKey, until: now + ONCE_FOR_MS, now }));
    if (first) await addJob(tx, { ...jobs.ofEffect(effect, { repo, now }), now, origin });
  }
}

type Asking = { readonly jobs: JobRows; readonly now: number; readonly origin: Origin | null };

async function ask(tx: Tx, intent: Intent, { jobs, now, origin }: Asking): Promise<void> {
  if (intent.kind === 'comment') await enqueueComment(tx, intent, { jobs, now, origin });
  else await addJob(tx, { ...jobs.ofIntent(intent, now), now, origin });
}

async function storeThread(
  tx: Tx,
  { repoId, thread, now }: { readonly repoId: number; readonly thread: ThreadWrite; readonly now: number },
): Promise<void> {
  const { issue, after, found, taken } = thread;
  for (const comment of found) await saveComment(tx, { repoId, issue }, comment);
  await markCommentsHandled(tx, { repoId, ids: taken, now });
  await saveThread(tx, { repoId, issue }, after);
}

async function storeRights(
  tx: Tx,
  { repoId, rights, now }: { readonly repoId: number; readonly rights: RightsWrite; readonly now: number },
): Promise<void> {
  const person = { repoId, personId: rights.personId };
  if (rights.kind === 'confirmed') await saveKnownRights(tx, { ...person, now });
  else await forgetKnownRights(tx, person);
}

/** A delivery named the repository: its name may be new, and what could not be shown there is shown now. */
async function registerRepo(tx: Tx, repo: Repo, { jobs, now, origin }: Asking): Promise<void> {
  const since = await saveRepo(tx, repo, now);
  if (since !== null) await addJob(tx, { ...jobs.ofIntent({ kind: 'repo-changed', repo, since }, now), now, origin });
}

async function storeJournal(
  tx: Tx,
  { id, repo, environment }: Promotion,
  { journal, now }: { readonly journal: readonly JournalEntry[]; readonly now: number },
): Promise<void> {
  await insertJournal(tx, id, journal, now);
  const tags = journal.filter(({ kind }) => kind === 'floating').map(({ tag }) => tag);
  await saveEnvironmentTags(tx, { repoId: repo.id, environment, tags: [...new Set(tags)] });
}

async function storePolicyFile(
  tx: Tx,
  args: {
    readonly promotion: NonNullable<Commit['promotion']>;
    readonly file: PolicyFile | null;
    readonly now: number;
  },
): Promise<void> {
  const { promotion, file, now } = args;
  const { policyBlob } = promotion.after;
  if (policyBlob === 'none') return;
  if (file?.blob === policyBlob) return savePolicyFile(tx, file, now);
  if (promotion.before?.policyBlob !== policyBlob) throw new Error(`the commit lacks the text of policy ${policyBlob}`);
}

async function storePromotion(tx: Tx, { before, after }: NonNullable<Commit['promotion']>): Promise<void> {
  if (before === null) {
    const number = await takePromotionNumber(tx, after.repo.id);
    if (number !== after.number) throw new Rollback('conflict');
    await insertPromotion(tx, after);
    return;
  }
  const result = await updatePromotion(tx, after, before.version);
  if (result === 'conflict') throw new Rollback('conflict');
}
