// The environment is free, or production moved: revisits each open promotion of the environment, oldest first.
import { decide, type PolicyReading, type PromotionEvent } from '../../domain/decide.ts';
import { OutsideError } from '../../net/outside-error.ts';
import { movesProduction, promotedAt, type Promotion } from '../../domain/promotion/promotion.ts';
import { findLastPromoted, listOpenPromotions } from '../../store/promotions/promotions.ts';
import type { PolicyChange } from '../../domain/policy/policy-change.ts';
import type { PolicyFile } from '../../store/policies.ts';
import { findRepo } from '../../store/repos.ts';
import { commitAndContinue, commitOf } from '../core/commit.ts';
import { comparePolicy, readingOf, type PolicyComparison } from '../examine/compare-policy.ts';
import { DONE, type Job, type JobDefinition, type JobOutcome } from '../core/handler.ts';
import { byPromotion } from '../core/job-description.ts';
import { loadContext, loadPromotion } from '../core/load.ts';
import { loadReleaseContext } from '../people/reviewers.ts';
import { isComparisonOld, readProductionOf } from '../examine/read-production.ts';
import type { Services } from '../core/services.ts';

export const revisitEnvironment: JobDefinition<'revisit-environment'> = {
  key: ({ repoId, environment }) => `${repoId}/${environment}`,
  queue: 'none',
  traits: [],
  handle: handleEnvironment,
};

async function handleEnvironment({ payload }: Job<'revisit-environment'>, { store }: Services): Promise<JobOutcome> {
  const { repoId, environment } = payload;
  const repo = await findRepo(store.db, repoId);
  if (repo === null) throw new Error(`repository ${repoId} is not in the database`);
  const open = await listOpenPromotions(store.db, { repoId, environment });
  const effects = open.filter(isWaiting).map(({ id }) => ({ kind: 'revisit-promotion', promotionId: id }) as const);
  return effects.length === 0 ? DONE : { kind: 'done', commit: { repo, effects } };
}

/** While the policy file can't be read, nothing is promoted. A waiting promotion reads it again, in case no push arrives. */
const RECHECK_AFTER_MS = 10 * 60 * 1000;

/**
 * Ends it if a later request reached production, has it examined again under another policy than it was planned under,
 * else plans it again over what production holds now.
 */
export const revisitPromotion: JobDefinition<'revisit-promotion'> = {
  key: byPromotion,
  queue: 'none',
  traits: ['asks-registry'],
  handle: handlePromotion,
};

async function handlePromotion(job: Job<'revisit-promotion'>, services: Services): Promise<JobOutcome> {
  const promotion = await loadPromotion(services, job.payload.promotionId);
  // Half-written tags are for the apply job alone to judge: it knows the journal.
  if (promotion.state.kind === 'applying') return DONE;
  const { repo, environment } = promotion;
  const last = await findLastPromoted(services.store.db, { repoId: repo.id, environment });
  const overtaken = last !== null && overtakes(last, promotion);
  if (overtaken) return decided(services, promotion, { kind: 'overtaken', by: last.number });
  if (!isWaiting(promotion)) return DONE;
  const today = await readCurrentPolicy(services, promotion);
  if (today.kind === 'changed') return decided(services, promotion, { kind: 'policy-changed', change: today.change });
  const shown = await showPolicy(services, { job, promotion, today });
  if (!shown) return { kind: 'again', at: services.now(), because: 'the promotion changed while its policy was read' };
  if (today.kind === 'barred') {
    // An approval reads the file. For an approved promotion, only this job does.
    if (promotion.state.kind === 'awaiting-approval') return DONE;
    return { kind: 'again', at: services.now() + RECHECK_AFTER_MS, because: today.because };
  }
  const readable = await loadPromotion(services, promotion.id);
  const production = await readProductionOf(services, readable);
  const compared = readable.images.flatMap(({ repository, changes }) =>
    changes === undefined ? [] : [{ repository, promotion: changes.held.promotion }],
  );
  const isOld = await isComparisonOld(services, { repoId: repo.id, environment }, compared);
  return decided(services, readable, { kind: 'production-read', production, isComparisonOld: isOld });
}

/** Why the policy file can't be read, or which one it is; false if somebody else decided meanwhile. */
async function showPolicy(
  services: Services,
  about: {
    readonly job: Job<'revisit-promotion'>;
    readonly promotion: Promotion;
    readonly today: PolicyView;
  },
): Promise<boolean> {
  const { job, promotion, today } = about;
  const { reading, file: policyFile } = today;
  if (reading === null) return true;
  const decision = decide(promotion, { kind: 'policy-seen', ...reading }, await loadContext(services, promotion));
  const commit = commitOf(promotion, decision);
  return commit === null || (await commitAndContinue(services, job, { ...commit, policyFile })) === 'committed';
}

async function decided(services: Services, promotion: Promotion, event: PromotionEvent): Promise<JobOutcome> {
  const decision = decide(promotion, event, await loadReleaseContext(services, promotion));
  return { kind: 'done', commit: commitOf(promotion, decision) };
}

/** `reading` null: nothing is known about the file. */
type PolicyView = Pick<PolicyComparison, 'kind'> & {
  readonly change: PolicyChange | null;
  readonly because: string;
  readonly reading: PolicyReading | null;
  readonly file: PolicyFile | null;
};

/** Retried even after a final refusal of GitHub: somebody may give the App its rights back. */
async function readCurrentPolicy(services: Services, promotion: Promotion): Promise<PolicyView> {
  try {
    const today = await comparePolicy(services, promotion);
    const because = today.kind === 'same' ? '' : `the policy says ${today.refusal.code}`;
    const file = today.kind === 'same' ? today.file : null;
    const change = today.kind === 'changed' ? today.change : null;
    return { kind: today.kind, because, change, reading: readingOf(today), file };
  } catch (error) {
    if (!(error instanceof OutsideError) || error.retryable) throw error;
    return { kind: 'barred', because: error.message, change: null, reading: null, file: null };
  }
}

/** Approved or waiting for approval: nothing is being written. */
export function isWaiting({ state }: Promotion): boolean {
  return state.kind === 'awaiting-approval' || state.kind === 'scheduled';
}

/** A rollback re-plans waiting promotions but does not supersede them. A version alone changes nothing. */
export function overtakes(last: Promotion, { number, createdAt }: Promotion): boolean {
  if (last.kind === 'rollback' || !movesProduction(last)) return false;
  return last.number > number && (promotedAt(last) ?? 0) >= createdAt;
}
