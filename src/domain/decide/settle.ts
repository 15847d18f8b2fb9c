// Decides the next state of an examined promotion from its plan, its findings and its reviews.
import type { Review } from '../promotion/review.ts';
import { covers, planIdOf, plansShown, subjectOf } from '../promotion/approval.ts';
import type { AuditEntry } from '../audit/audit.ts';
import type { Effect } from '../effect.ts';
import type { Accepted, DecisionContext } from './decision.ts';
import type { Notice, Promotion, PromotionState, StateKind } from '../promotion/promotion.ts';
import type { EnvironmentPolicy } from '../policy/policy.ts';
import { isAcceptable, type Finding } from '../finding.ts';
import { planTags, type TagMove, type TagState } from '../image/tag-plan.ts';
import { isOfPlan, validatePlan } from '../validation.ts';
import { showEffects } from './accept.ts';
import { proceed, withLiveNotice } from './release.ts';

export type Settlement = {
  readonly state: StateKind;
  readonly findings: readonly Finding[];
  /** Logins of those whose approval counted until now and no longer counts. */
  readonly voided: readonly string[];
};

/** Plans the moves of an examined promotion and puts it into the state that findings, plan and reviews decide. */
export function settle(
  promotion: Promotion,
  args: {
    /** The promotion's subject before the event; its own where the event left the subject's parts alone. */
    readonly subjectBefore?: string;
    /** What holds for the plan. */
    readonly environment: EnvironmentPolicy;
    readonly production: readonly TagState[];
    readonly context: DecisionContext;
    /** The notice for people whose reviews become void. */
    readonly because: Notice;
    readonly entry: (settlement: Settlement) => AuditEntry;
  },
): Accepted {
  const { context, environment, production, entry } = args;
  const subjectBefore = args.subjectBefore ?? context.sha256(subjectOf(promotion));
  const { planned, alreadyThere } = planInto(promotion, { environment, production });
  const { findings, reviews } = planned;
  const changed = context.sha256(subjectOf(planned)) !== subjectBefore;
  const approvals = reviews.filter(({ verdict, subject }) => verdict === 'approve' && subject === subjectBefore);
  const voided = changed ? approvals.filter((review) => covers(review, subjectBefore)) : [];
  // Those that were voided before, as the rules of the plan could not be read any more.
  const voidedBefore = approvals.filter((review) => review.void === true);
  const shown = plansShown(promotion);
  // The reviewers were shown another plan than this one.
  const seen = changed && shown !== 'none' ? 'later' : shown;
  const told = changed ? { ...planned, notice: args.because, plannedAt: context.now } : planned;
  const entryFor = (state: StateKind): AuditEntry =>
    entry({ state, findings, voided: voided.map(({ by }) => by.login) });
  const rest = (state: PromotionState): Accepted => ({
    kind: 'accepted',
    promotion: withLiveNotice({ ...told, plansShown: seen, state }, context),
    effects: showEffects(promotion.id),
    audit: [entryFor(state.kind)],
    journal: [],
  });
  if (!isAcceptable(findings)) return rest({ kind: 'checks-failed' });
  if (alreadyThere) return rest({ kind: 'superseded', by: { kind: 'production' } });
  const asked = {
    ...told,
    plansShown: seen === 'none' ? 'first' : seen,
    state: { kind: 'awaiting-approval' },
  } as const;
  const next = proceed(asked, { environment, context, audit: [entryFor('awaiting-approval')] });
  const isAsked = next.promotion.state.kind === 'awaiting-approval';
  if (!isAsked) return next;
  return {
    ...next,
    effects: [...next.effects, ...notifyVoided(next.promotion, [...voided, ...voidedBefore], context)],
  };
}

/** A new comment that mentions them, as an edited card notifies nobody; once for each plan. */
function notifyVoided(
  promotion: Promotion,
  voided: readonly Review[],
  { sha256 }: Pick<DecisionContext, 'sha256'>,
): readonly Effect[] {
  const { id, repo, number, thread, requester } = promotion;
  if (voided.length === 0 || thread === null) return [];
  const plan = planIdOf(sha256(subjectOf(promotion)));
  const people = [...new Set([...voided.map(({ by }) => by.login), requester.login])];
  const reply = { kind: 'approvals-void', promotion: number, plan, people } as const;
  const idempotencyKey = `approvals-void/${id}/${plan}`;
  return [{ kind: 'reply', repoId: repo.id, issue: thread.issue, reply, idempotencyKey }];
}

/** The promotion with its baseline, its moves and the findings on its plan computed again from what production holds. */
function planInto(
  promotion: Promotion,
  { environment, production }: { readonly environment: EnvironmentPolicy; readonly production: readonly TagState[] },
): { readonly planned: Promotion; readonly alreadyThere: boolean } {
  const { kind, reason, force, versionTag } = promotion;
  const plans = promotion.images.map((image) => {
    const plan = planTags({ image, environment, kind, force, versionTag, reason, production });
    return { plan, findings: validatePlan(plan, { image: image.repository, versionTag }, kind) };
  });
  // If one image's tags can't be planned, nothing is planned.
  const moves = plans.flatMap(({ plan }) => (plan.kind === 'moves' ? plan.moves : []));
  const isPlannable = plans.every(({ plan }) => plan.kind === 'moves' || plan.kind === 'already-there');
  // In the policy's order, not in the order of reading: an approval covers the baseline.
  const baseline = environment.tags.flatMap((floating) =>
    production
      .filter(({ tag }) => tag === floating)
      .map(({ repository, tag, digest }) => ({ repository, tag, digest })),
  );
  const others = promotion.findings.filter((finding) => !isOfPlan(finding));
  return {
    planned: {
      ...promotion,
      baseline,
      moves: isPlannable ? ORDER.flatMap((order) => moves.filter((move) => move.kind === order)) : [],
      findings: [...others, ...plans.flatMap(({ findings }) => findings)],
    },
    alreadyThere: plans.length > 0 && plans.every(({ plan }) => plan.kind === 'already-there'),
  };
}

/** Floating tags last, whichever image they are of. */
const ORDER = ['rollback', 'permanent', 'floating'] as const satisfies readonly TagMove['kind'][];
