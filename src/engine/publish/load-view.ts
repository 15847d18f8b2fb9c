// Loads the current state of a promotion, for everything that shows it.
import { findPolicyChange } from '../../store/policy-changes.ts';
import { subjectOf } from '../../domain/promotion/approval.ts';
import type { EnvironmentPolicy } from '../../domain/policy/policy.ts';
import { defaultTarget, digestBefore, originOf, todayOf } from '../../domain/promotion/history.ts';
import type { NamedTarget } from '../../domain/promotion/target-origin.ts';
import { checkRunUrl, commentUrl } from '../../domain/promotion/github-url.ts';
import { approvalRulesOf } from '../../domain/policy/approval-rules.ts';
import { isOpen, promotedAt, type Promotion, type Thread } from '../../domain/promotion/promotion.ts';
import { MAX_THREAD_COMMENTS } from '../../domain/promotion/thread-limit.ts';
import { hostOf } from '../../domain/image/reference.ts';
import { outcomesOf } from '../core/journal.ts';
import type { PlacedComment } from '../../github/comments/publish-comment.ts';
import type { PromotionView, ThreadView } from '../../messages/promotion-view.ts';
import { findLongThread, listContinuations } from '../../store/long-threads.ts';
import { findPromotedBy } from '../../store/promotions/deployments.ts';
import { findAuditHead } from '../../store/audit.ts';
import { listHeld } from '../../store/promotions/history.ts';
import { listMarks } from '../../store/promotions/github-marks.ts';
import { findDeadJobOf } from '../../store/queue/job-upkeep.ts';
import { listOpenPromotions } from '../../store/promotions/promotions.ts';
import { listJournal } from '../../store/promotions/tag-moves.ts';
import { loadFloors, loadPlannedPolicy, loadRequestPolicy } from '../core/load.ts';
import { approvalsIn } from '../people/reviewers.ts';
import { listTakenNames } from '../people/taken-names.ts';
import type { Services, Settings } from '../core/services.ts';

export type ViewServices = Pick<Services, 'store' | 'jobs' | 'registryTokenWatch' | 'sha256'> & {
  readonly settings: Pick<Settings, 'githubHost' | 'registryHost' | 'floors'>;
};

/** `card`: where it is, if that may not be stored yet. */
export async function loadView(
  services: ViewServices,
  promotion: Promotion,
  { card: found }: { readonly card?: PlacedComment | null } = {},
): Promise<PromotionView> {
  const { store, jobs, settings, sha256 } = services;
  const { repo, environment, thread } = promotion;
  const [journal, auditHead, marks, open, deadJob, environmentPolicy, request, floors, policyChange] =
    await Promise.all([
      listJournal(store.db, promotion.id),
      findAuditHead(store.db, repo.id),
      listMarks(store.db, promotion.id),
      listOpenPromotions(store.db, { repoId: repo.id, environment }),
      isOpen(promotion.state)
        ? findDeadJobOf(store.db, { key: promotion.id, kinds: jobs.kindsWith('moves-promotion') })
        : null,
      loadPlannedPolicy(services, promotion),
      loadRequestPolicy(services, promotion),
      loadFloors(services, repo),
      findPolicyChange(store.db, repo.id, promotion.policyBlob),
    ]);
  const replacedBy = await findReplacement(services, promotion);
  const githubUrl = `https://${settings.githubHost}`;
  const checkRun = marks.find(({ kind }) => kind === 'check-run');
  const noted = marks.find(({ kind }) => kind === 'card');
  const card = found ?? (noted === undefined ? null : { id: noted.githubId, issue: Number(noted.target) });
  const ofQueueKey = open.find(({ state }) => state.kind === 'applying');
  return {
    promotion,
    environment: environmentPolicy,
    policyChange,
    rules: environmentPolicy === null ? [] : approvalRulesOf(promotion, { today: environmentPolicy, request, floors }),
    subject: sha256(subjectOf(promotion)),
    outcomes: outcomesOf(journal),
    auditHead,
    githubUrl,
    checkRunUrl:
      checkRun === undefined ? null : checkRunUrl(settings.githubHost, { repo: repo.name, id: checkRun.githubId }),
    cardUrl: card === null || thread === null ? null : commentUrl(settings.githubHost, { repo: repo.name, ...card }),
    thread: thread === null ? null : await loadThreadView(services, { repo, thread, card }),
    // A rollback would start from the promotion that replaced it.
    rollbackTarget: replacedBy === null ? await findRollbackTarget(services, promotion, environmentPolicy) : null,
    replacedBy,
    deadJob,
    tokenWarning: tokenWarningFor(services, promotion),
    takenNames:
      promotion.state.kind === 'awaiting-approval'
        ? await listTakenNames(store, repo, approvalsIn({ environmentPolicy, requestPolicy: request }))
        : [],
    blockedBy: ofQueueKey === undefined || ofQueueKey.id === promotion.id ? null : ofQueueKey.number,
  };
}

async function loadThreadView(
  { store }: Pick<ViewServices, 'store'>,
  { repo, thread, card }: Pick<Promotion, 'repo'> & { readonly thread: Thread; readonly card: PlacedComment | null },
): Promise<ThreadView> {
  const { issue } = thread;
  const start = card === null ? issue : card.issue;
  const issues = await listContinuations(store.db, { repoId: repo.id, issue: start });
  const last = issues.at(-1) ?? start;
  const cardIn = card === null ? last : card.issue;
  const known = await findLongThread(store.db, { repoId: repo.id, issue: cardIn });
  const isFull = known !== null && (known.continuedIn !== null || known.comments >= MAX_THREAD_COMMENTS);
  return { issue, cardIn, isFull, continuedIn: last === cardIn ? null : last };
}

/**
 * From this promotion back: other cards show what came after it. If it left the tags on different images, the image before,
 * by its digest: the default target may be an older one.
 */
async function findRollbackTarget(
  { store }: ViewServices,
  { repo, environment, images, state, number, baseline }: Promotion,
  policy: EnvironmentPolicy | null,
): Promise<NamedTarget | null> {
  const [image] = images;
  const before = state.kind === 'failed' ? digestBefore(state.failure) : null;
  if (image === undefined || (state.kind !== 'deployment-failed' && before === null)) return null;
  const { repository, digest: current } = image;
  const held = await listHeld(store.db, { repoId: repo.id, environment, repository });
  const today = policy === null ? { floating: baseline.map(({ tag }) => tag), deployedTo: null } : todayOf(policy);
  if (before !== null) {
    const earlier = held.filter(({ promotion }) => promotion < number);
    return { name: before, digest: before, origin: originOf({ history: earlier, digest: before, ...today }) };
  }
  const history = held.slice(0, 1 + held.findLastIndex(({ promotion }) => promotion === number));
  return defaultTarget({ history, current, ...today });
}

async function findReplacement({ store }: ViewServices, promotion: Promotion): Promise<number | null> {
  const { repo, environment, state } = promotion;
  if (state.kind !== 'deployed' && state.kind !== 'deployment-failed') return null;
  const then = await findPromotedBy(store.db, { repoId: repo.id, environment, at: state.since });
  return then !== null && (promotedAt(then) ?? 0) > state.at ? then.number : null;
}

/** Only the token for ghcr.io is watched, and an ended promotion no longer needs it. */
function tokenWarningFor(
  { registryTokenWatch }: ViewServices,
  { images, state }: Promotion,
): PromotionView['tokenWarning'] {
  const isConcerned = isOpen(state) && images.some(({ repository }) => hostOf(repository) === 'ghcr.io');
  return isConcerned ? registryTokenWatch.warning() : null;
}
