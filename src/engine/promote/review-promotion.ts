// Approvals and rejections, by comment or by a click on the check run.
import type { CommandOf } from '../../domain/command.ts';
import { reaches, type Actor } from '../../domain/actor.ts';
import { decide, refuseReviewed, type DecisionContext, type PromotionEvent } from '../../domain/decide.ts';
import { showEffects } from '../../domain/decide/accept.ts';
import type { Effect } from '../../domain/effect.ts';
import { OutsideError } from '../../net/outside-error.ts';
import type { SeenPlan } from '../../domain/promotion/approval.ts';
import type { Reviewer } from '../../domain/eligibility.ts';
import { knownCommit, type Promotion } from '../../domain/promotion/promotion.ts';
import type { Refusal } from '../../domain/refusal.ts';
import { findMark } from '../../store/promotions/github-marks.ts';
import { findPromotion } from '../../store/promotions/promotions.ts';
import { answered, dailyIdempotencyKey, refused, type Answer, type Asked } from '../core/answer.ts';
import { commitOf, type Commit } from '../core/commit.ts';
import { comparePolicy, readingOf, type PolicyComparison } from '../examine/compare-policy.ts';
import { findMeant, findSeenPlan, type FoundPromotion } from '../core/find-promotion.ts';
import type { Sender } from '../core/intent.ts';
import { DONE, type IntentDefinition, type Job, type JobOutcome } from '../core/handler.ts';
import { loadActor, loadContext } from '../core/load.ts';
import { hasRetryBudget } from '../core/retry-budget.ts';
import { withSource } from '../examine/read-source.ts';
import { approvalsIn, describeReviewer, loadPins, loadReviewers, pinnedNamesOf } from '../people/reviewers.ts';
import type { Services } from '../core/services.ts';
import { refuseOnStaging } from './note-on-staging.ts';

type Reviewed = Extract<PromotionEvent, { kind: 'reviewed' }>;

/** `/approve` and `/reject`. */
export async function reviewByComment(
  services: Services,
  asked: Asked,
  command: CommandOf<'approve' | 'reject'>,
): Promise<Answer> {
  const { kind: verdict, id } = command;
  const reason = command.kind === 'reject' ? command.reason : null;
  const found = await findReviewed(services, asked, command);
  if (found.kind === 'refused') return refused(asked, found.refusal);
  const { promotion } = found;
  const time = asked.sentAt === undefined ? {} : { sentAt: asked.sentAt };
  const plan = command.kind === 'approve' ? command.plan : null;
  const seen = await findSeenPlan(services, asked, { promotion, id, plan });
  const via = { kind: 'comment', id: asked.commentId, issue: asked.issue, app: asked.app } as const;
  const review = { kind: 'reviewed', verdict, reason, via, seen, ...time } as const;
  const outcome = await decideReview(services, { promotion, by: asked.by, review });
  if (outcome.refusal === null) return answered(asked, outcome.commit);
  return withEffects(outcome.commit, refused(asked, outcome.refusal));
}

/** Without an id, a rejection means the promotion that waits for approval, else one that did and is not writing yet. */
async function findReviewed(
  services: Services,
  asked: Asked,
  { kind: verb, id }: CommandOf<'approve' | 'reject'>,
): Promise<FoundPromotion> {
  const found = await findMeant(services, asked, { verb, id, states: ['awaiting-approval'] });
  if (verb === 'approve' || found.kind === 'found' || found.refusal.code !== 'nothing-waits-here') return found;
  const other = await findMeant(services, asked, { verb, id, states: ['scheduled', 'examining'] });
  return other.kind === 'found' ? other : found;
}

/** A click on `Approve` or `Reject`: good only on the check run that shows the promotion now. */
export const reviewByClick: IntentDefinition<'click'> = {
  key: null,
  queue: 'repo',
  traits: ['decides-for-person'],
  handle,
  unserved: refuseClick,
};

async function handle(job: Job<'click'>, services: Services): Promise<JobOutcome> {
  const promotion = await findOurs(job, services);
  if (promotion === null) return DONE;
  try {
    return { kind: 'done', commit: await decideClick(services, promotion, job) };
  } catch (error) {
    if (!(error instanceof OutsideError) || (error.retryable && hasRetryBudget(job, services))) throw error;
    const refusal = { code: 'github-problem', problem: error.toProblem() } as const;
    return { kind: 'done', commit: clickRefused(promotion, job.payload.by, refusal) };
  }
}

async function refuseClick(job: Job<'click'>, services: Services, refusal: Refusal): Promise<JobOutcome> {
  const promotion = await findOurs(job, services);
  return promotion === null ? DONE : { kind: 'done', commit: clickRefused(promotion, job.payload.by, refusal) };
}

async function findOurs({ payload }: Job<'click'>, { store, log }: Services): Promise<Promotion | null> {
  const { repo, checkRunId, externalId } = payload;
  const stored = await findPromotion(store.db, externalId);
  if (stored !== null && stored.repo.id === repo.id) return { ...stored, repo };
  log.warn({ repo: repo.name, checkRun: checkRunId }, 'ignored a click: the check run belongs to no promotion');
  return null;
}

async function decideClick(
  services: Services,
  promotion: Promotion,
  { payload: click, createdAt }: Job<'click'>,
): Promise<Commit> {
  const { action, checkRunId, plan, sentAt = createdAt } = click;
  const mark = await findMark(services.store.db, { promotionId: promotion.id, kind: 'check-run' });
  const by = await loadActor(services, click);
  const via = { kind: 'check-run', id: checkRunId, current: mark?.githubId === checkRunId } as const;
  const seen: SeenPlan = plan === undefined ? { kind: 'unclear' } : { kind: 'named', plan };
  const review = { kind: 'reviewed', verdict: action, reason: null, via, seen, sentAt } as const;
  const { commit, refusal } = await decideReview(services, { promotion, by, review });
  if (refusal !== null) return withEffects(commit, clickRefused(promotion, click.by, refusal));
  return reaches(by.role, 'write') ? { ...commit, rights: { personId: by.id, kind: 'confirmed' } } : commit;
}

type Given = {
  readonly promotion: Promotion;
  readonly by: Actor;
  readonly review: Omit<Reviewed, 'by'>;
};

/** A review counts under the current policy. If that is not the policy of the plan, it is refused. */
async function decideReview(
  services: Services,
  { promotion, by, review }: Given,
): Promise<{ readonly commit: Commit; readonly refusal: Refusal | null }> {
  const { repo, state } = promotion;
  const { event, context } = await loadReview(services, { promotion, by, review });
  const counts = state.kind === 'awaiting-approval' && by.kind === 'user';
  const today = counts ? await comparePolicy(services, promotion) : null;
  const told = today === null ? null : decide(promotion, newsOf(today), context);
  if (today === null || today.kind === 'same') {
    const current = told?.kind === 'accepted' ? told.promotion : promotion;
    const seen = event.verdict === 'approve' ? await withSource(services, current) : current;
    const decision = decide(seen, event, context);
    if (decision.kind === 'refused') {
      const { audit, refusal } = decision;
      return { commit: { repo, audit, effects: newsOfApp(promotion, refusal, context) }, refusal };
    }
    const before = told?.kind === 'accepted' ? told.audit : [];
    const commit = commitOf(promotion, decision) ?? { repo };
    const audit = [...before, ...(commit.audit ?? [])];
    return { commit: { ...commit, audit, policyFile: today?.file ?? null }, refusal: null };
  }
  const { refusal } = today;
  const { audit } = refuseReviewed(promotion, event, { refusal, context });
  const changed = (told === null ? null : commitOf(promotion, told)) ?? { repo };
  return { commit: { ...changed, audit: [...audit, ...(changed.audit ?? [])] }, refusal };
}

/** If an App has the slug of another one that the policy lists, the card shows it from then on. */
function newsOfApp(
  { id }: Promotion,
  refusal: Refusal,
  context: Pick<DecisionContext, 'environmentPolicy' | 'requestPolicy'>,
): readonly Effect[] {
  if (refusal.code !== 'acted-through-app') return [];
  const { apps } = pinnedNamesOf(approvalsIn(context));
  return apps.includes(refusal.app.toLowerCase()) ? showEffects(id) : [];
}

/** The review with what is known about the reviewer, and about everybody whose approval could count with it. */
async function loadReview(
  services: Services,
  { promotion, by, review }: Given,
): Promise<{ readonly event: Reviewed; readonly context: DecisionContext }> {
  const { repo } = promotion;
  const app = review.via.kind === 'comment' ? review.via.app : null;
  const context = await loadContext(services, promotion);
  const policies = approvalsIn(context);
  const pins = await loadPins(services, repo, { policies, acting: app });
  const reviewer = await describeReviewer(services, { repo, actor: by, policies, pins, verdict: review.verdict });
  const isApproval = review.verdict === 'approve' && promotion.state.kind === 'awaiting-approval';
  const reviewers = isApproval
    ? await loadReviewers(services, promotion, { policies, pins, reviewer })
    : new Map<number, Reviewer>();
  return { event: { ...review, by: reviewer }, context: { ...context, people: { reviewers, pins } } };
}

function newsOf(today: PolicyComparison): PromotionEvent {
  return today.kind === 'changed'
    ? { kind: 'policy-changed', change: today.change }
    : { kind: 'policy-seen', ...readingOf(today) };
}

function withEffects(commit: Commit, { effects = [], stagingChecks = [] }: Commit): Commit {
  return { ...commit, stagingChecks, effects: [...(commit.effects ?? []), ...effects] };
}

/** Those who may not review, whatever the promotion's state: a thread gets each kind once a day. */
const FOR_STRANGERS: readonly Refusal['code'][] = [
  'owner-not-allowed',
  'not-permitted',
  'not-a-reviewer',
  'bot-not-permitted',
  'outside-reviewer',
  'github-problem',
];

/** A click has no comment to react to: the reason goes to the promotion's thread, else to the clicked check run. */
function clickRefused(promotion: Promotion, by: Sender, refusal: Refusal): Commit {
  const { repo, thread } = promotion;
  const commit = knownCommit(promotion);
  if (thread === null) return commit === null ? { repo } : refuseOnStaging({ repo, commit, by: by.login, refusal });
  const { issue } = thread;
  const idempotencyKey = FOR_STRANGERS.includes(refusal.code) ? dailyIdempotencyKey({ repo, issue }, refusal) : null;
  const reply = { kind: 'refusal', refusal } as const;
  return { repo, effects: [{ kind: 'reply', repoId: repo.id, issue, reply, to: by.login, idempotencyKey }] };
}
