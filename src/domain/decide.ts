// The state machine: (promotion, event, context) → a new promotion with effects and audit entries, or a refusal. Total and pure.
import { reaches, type Actor } from './actor.ts';
import { approvalsMissing, subjectOf, type Review } from './approval.ts';
import type { AuditEntry } from './audit.ts';
import type { Effect } from './effect.ts';
import { commitOf, type ImageFacts } from './image-facts.ts';
import type { EnvironmentPolicy, Policy } from './policy.ts';
import {
  imageOf,
  isOpen,
  type BaselineTag,
  type Failure,
  type MovedTag,
  type Notice,
  type Promotion,
  type PromotionState,
  type TagOutcome,
} from './promotion.ts';
import type { CommitSha, Digest, Tag } from './reference.ts';
import type { Refusal } from './refusal.ts';
import type { Finding } from './rule.ts';
import { planTags, rollbackTagName, type TagMove, type TagState } from './tag-plan.ts';
import { isAcceptable, validate } from './validation.ts';

export type PromotionEvent =
  /** The image told its commit: the check run can be opened. */
  | { readonly kind: 'identified'; readonly commit: CommitSha | null; readonly platforms: readonly string[] }
  | {
      readonly kind: 'examined';
      readonly facts: ImageFacts;
      readonly commitTag: Tag | null;
      readonly production: readonly TagState[];
      readonly otherReviewers: Promotion['otherReviewers'];
    }
  | { readonly kind: 'examination-failed'; readonly problem: string }
  | {
      readonly kind: 'reviewed';
      readonly verdict: Review['verdict'];
      readonly by: Actor;
      readonly reason: string | null;
      /** A click is only good on the check run that shows the promotion now. */
      readonly via: { readonly kind: 'comment' } | { readonly kind: 'check-run'; readonly current: boolean };
    }
  | { readonly kind: 'cancelled'; readonly by: Actor }
  | { readonly kind: 'rerequested'; readonly by: Actor }
  /** Production was read again: the lane is free, or the plan's baseline was found moved before anything was written. */
  | { readonly kind: 'production-read'; readonly production: readonly TagState[] }
  /** A promotion that was asked for later reached production. */
  | { readonly kind: 'overtaken'; readonly by: number }
  | { readonly kind: 'applied'; readonly tags: readonly TagOutcome[] }
  | { readonly kind: 'apply-failed'; readonly failure: Failure }
  /** A `mixed` production went back after all. */
  | { readonly kind: 'restored'; readonly tags: readonly TagOutcome[] }
  | { readonly kind: 'time-passed' };

export type DecisionContext = {
  readonly policy: Policy;
  readonly environment: EnvironmentPolicy;
  readonly githubHost: string;
  readonly now: number;
  /** Lower-case hex. */
  readonly sha256: (text: string) => string;
  /** True while another promotion is applying in this environment of this repository. */
  readonly laneBusy: boolean;
};

export type Decision =
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly audit: readonly AuditEntry[] }
  /** The event does not concern this state any more (a late or doubled internal event): nothing to do. */
  | { readonly kind: 'ignored' }
  | Accepted;

export type Accepted = {
  readonly kind: 'accepted';
  readonly promotion: Promotion;
  readonly effects: readonly Effect[];
  readonly audit: readonly AuditEntry[];
  /** The tags to write, when this decision starts `applying`. */
  readonly journal: readonly JournalEntry[];
};

/** One tag of a plan that is carried out, in the order of writing. */
export type JournalEntry = {
  readonly repository: TagMove['repository'];
  readonly tag: Tag;
  readonly kind: TagMove['kind'];
  readonly baseline: Digest | null;
  readonly target: Digest;
};

/** How long an approval may take before the question is withdrawn. */
export const APPROVAL_EXPIRES_AFTER_MS = 14 * 24 * 60 * 60 * 1000;

/** The first decision: a request that nothing refused becomes a promotion that is examined. */
export function decideRequest(promotion: Promotion): Accepted {
  const { id, number, requester, environment, reason, source, createdAt } = promotion;
  return {
    kind: 'accepted',
    promotion,
    effects: [
      { kind: 'collect-facts', promotionId: id },
      { kind: 'expire-promotion', promotionId: id, at: createdAt + APPROVAL_EXPIRES_AFTER_MS },
    ],
    audit: [
      {
        kind: 'requested',
        at: createdAt,
        promotion: number,
        actor: requester,
        details: {
          environment,
          reason,
          source: source.typed,
          tag: source.tag,
          images: promotion.images.map(({ repository, digest }) => `${repository}@${digest}`),
        },
      },
    ],
    journal: [],
  };
}

/** What an event makes of a promotion. */
export function decide(promotion: Promotion, event: PromotionEvent, context: DecisionContext): Decision {
  switch (event.kind) {
    case 'identified':
      return decideIdentified(promotion, event, context);
    case 'examined':
      return decideExamined(promotion, event, context);
    case 'examination-failed':
      return decideExaminationFailed(promotion, event.problem, context);
    case 'reviewed':
      return decideReviewed(promotion, event, context);
    case 'cancelled':
      return decideCancelled(promotion, event.by, context);
    case 'rerequested':
      return decideRerequested(promotion, event.by, context);
    case 'production-read':
      return decideProductionRead(promotion, event.production, context);
    case 'overtaken':
      return decideOvertaken(promotion, event.by, context);
    case 'applied':
      return decideApplied(promotion, event.tags, context);
    case 'apply-failed':
      return decideApplyFailed(promotion, event.failure, context);
    case 'restored':
      return decideRestored(promotion, event.tags, context);
    case 'time-passed':
      return decideTimePassed(promotion, context);
  }
}

type EventOf<Kind extends PromotionEvent['kind']> = Extract<PromotionEvent, { kind: Kind }>;

function decideIdentified(promotion: Promotion, event: EventOf<'identified'>, { now }: DecisionContext): Decision {
  if (promotion.state.kind !== 'examining') return { kind: 'ignored' };
  const images = promotion.images.map((image) => ({ ...image, commit: event.commit, platforms: event.platforms }));
  return {
    kind: 'accepted',
    promotion: { ...promotion, images, updatedAt: now },
    effects: [{ kind: 'update-check-run', promotionId: promotion.id }],
    audit: [],
    journal: [],
  };
}

function decideExamined(promotion: Promotion, event: EventOf<'examined'>, context: DecisionContext): Decision {
  if (promotion.state.kind !== 'examining') return { kind: 'ignored' };
  const { facts, commitTag, production } = event;
  const images = promotion.images.map((image) => ({
    ...image,
    commit: commitOf(facts),
    commitTag,
    platforms: facts.platforms.map(({ platform }) => platform),
  }));
  const findings = validate(facts, {
    policy: context.policy,
    repo: promotion.repo.name,
    githubHost: context.githubHost,
  });
  const examined: Promotion = {
    ...promotion,
    images,
    findings,
    policyBlob: context.policy.blob,
    otherReviewers: event.otherReviewers,
    updatedAt: context.now,
  };
  const entry = (state: PromotionState['kind'], all: readonly Finding[]): AuditEntry => ({
    kind: 'examined',
    at: context.now,
    promotion: promotion.number,
    actor: null,
    details: {
      state,
      policy: context.policy.blob,
      outcomes: all.map(({ rule, platform, outcome, seen }) => ({ rule, platform, outcome, seen })),
    },
  });
  return settle(examined, { production, context, entry });
}

/** Plans the moves of an examined promotion and lets it come to rest where findings, plan and reviews put it. */
function settle(
  promotion: Promotion,
  args: {
    readonly production: readonly TagState[];
    readonly context: DecisionContext;
    readonly entry: (state: PromotionState['kind'], findings: readonly Finding[]) => AuditEntry;
  },
): Accepted {
  const { context, production, entry } = args;
  const replanned = planInto(promotion, production, context);
  const rest = (state: PromotionState, findings: readonly Finding[]): Accepted => ({
    kind: 'accepted',
    promotion: { ...replanned.promotion, findings, state },
    effects: showEffects(promotion.id),
    audit: [entry(state.kind, findings)],
    journal: [],
  });
  const findings = replanned.promotion.findings;
  if (!isAcceptable(findings)) return rest({ kind: 'rejected' }, findings);
  if (replanned.alreadyThere) return rest({ kind: 'superseded', by: { kind: 'production' } }, findings);
  return proceed({ ...replanned.promotion, state: { kind: 'awaiting-approval' } }, context, [
    entry('awaiting-approval', findings),
  ]);
}

/** The promotion with its baseline, moves and the finding on its kept tag made anew from what production holds. */
function planInto(
  promotion: Promotion,
  production: readonly TagState[],
  { environment }: DecisionContext,
): { readonly promotion: Promotion; readonly alreadyThere: boolean } {
  const plan = planTags({
    image: imageOf(promotion),
    environment,
    kind: promotion.kind,
    reason: promotion.reason,
    production,
  });
  const baseline: readonly BaselineTag[] = production
    .filter(({ tag }) => environment.tags.includes(tag))
    .map(({ repository, tag, digest }) => ({ repository, tag, digest }));
  const findings = promotion.findings.filter(({ rule }) => rule !== 'kept-tag');
  if (plan.kind === 'kept-tag-taken') {
    const taken: Finding = {
      rule: 'kept-tag',
      platform: null,
      outcome: 'fail',
      seen: `${plan.tag} already holds ${plan.holds}`,
      wanted: `${plan.tag} free, or holding ${plan.wanted}: kept tags are never moved; build the commit once, or promote the digest that the tag holds`,
    };
    return { promotion: { ...promotion, baseline, moves: [], findings: [...findings, taken] }, alreadyThere: false };
  }
  const moves = plan.kind === 'moves' ? plan.moves : [];
  return { promotion: { ...promotion, baseline, moves, findings }, alreadyThere: plan.kind === 'already-there' };
}

/** From `awaiting-approval`: stays there, waits for the lane, or starts applying, as the reviews have it. */
function proceed(promotion: Promotion, context: DecisionContext, audit: readonly AuditEntry[]): Accepted {
  const subject = context.sha256(subjectOf(promotion));
  const missing = approvalsMissing({
    approvals: context.environment.approvals,
    requester: promotion.requester,
    reviews: promotion.reviews,
    subject,
  });
  const show = showEffects(promotion.id);
  if (missing > 0) return { kind: 'accepted', promotion, effects: show, audit, journal: [] };
  if (context.laneBusy) {
    return {
      kind: 'accepted',
      promotion: { ...promotion, state: { kind: 'scheduled', cause: 'lane' } },
      effects: show,
      audit: [...audit, entryOf(promotion, context, 'scheduled', { cause: 'lane' })],
      journal: [],
    };
  }
  const journal = journalOf(promotion.moves, context.now);
  return {
    kind: 'accepted',
    promotion: { ...promotion, notice: null, state: { kind: 'applying', since: context.now }, updatedAt: context.now },
    effects: [{ kind: 'apply-tag-plan', promotionId: promotion.id }, ...show],
    audit: [
      ...audit,
      entryOf(promotion, context, 'applying', {
        subject,
        tags: journal.map(({ repository, tag, baseline, target }) => ({ repository, tag, from: baseline, to: target })),
      }),
    ],
    journal,
  };
}

function journalOf(moves: readonly TagMove[], now: number): readonly JournalEntry[] {
  return moves.map((move) => {
    const { repository, kind, digest } = move;
    if (move.kind !== 'rollback') return { repository, kind, tag: move.tag, baseline: move.baseline, target: digest };
    const tag = rollbackTagName({ slug: move.slug, at: now, attempt: 1 });
    if (tag === null) throw new Error(`no legal rollback tag for slug ${move.slug}`);
    return { repository, kind, tag, baseline: null, target: digest };
  });
}

function decideExaminationFailed(promotion: Promotion, problem: string, context: DecisionContext): Decision {
  if (promotion.state.kind !== 'examining') return { kind: 'ignored' };
  return fail(promotion, { problem, production: 'untouched', tags: [] }, context);
}

function decideReviewed(promotion: Promotion, event: EventOf<'reviewed'>, context: DecisionContext): Decision {
  const refusal = refuseReview(promotion, event, context);
  const by = { id: event.by.id, login: event.by.login };
  const via = event.via.kind;
  if (refusal !== null) {
    const entry = entryOf(promotion, context, 'review-refused', { verdict: event.verdict, via, code: refusal.code });
    return { kind: 'refused', refusal, audit: [{ ...entry, actor: by }] };
  }
  const review: Review = {
    verdict: event.verdict,
    by,
    at: context.now,
    via,
    subject: context.sha256(subjectOf(promotion)),
  };
  const reviewed = { ...promotion, reviews: [...promotion.reviews, review], updatedAt: context.now };
  const audit: AuditEntry = {
    ...entryOf(promotion, context, 'reviewed', {
      verdict: event.verdict,
      via,
      subject: review.subject,
      role: event.by.role,
      reason: event.reason,
    }),
    actor: by,
  };
  if (event.verdict === 'approve') return proceed(reviewed, context, [audit]);
  return {
    kind: 'accepted',
    promotion: { ...reviewed, state: { kind: 'declined', by, reason: event.reason } },
    effects: showEffects(promotion.id),
    audit: [audit],
    journal: [],
  };
}

function refuseReview(
  promotion: Promotion,
  { by, verdict, via }: EventOf<'reviewed'>,
  { environment, sha256 }: DecisionContext,
): Refusal | null {
  const { number, state, requester } = promotion;
  const { role, selfApproval } = environment.approvals;
  if (by.kind === 'bot') return { code: 'bot-not-permitted', verb: verdict };
  if (!reaches(by.role, role)) return { code: 'not-permitted', verb: verdict, role: by.role, wanted: role };
  if (state.kind !== 'awaiting-approval') {
    return { code: 'not-awaiting-approval', promotion: number, state: state.kind };
  }
  if (via.kind === 'check-run' && !via.current) return { code: 'outdated-check-run', promotion: number };
  if (verdict === 'reject') return null;
  if (by.id === requester.id && !selfApproval) return { code: 'own-request', promotion: number };
  const subject = sha256(subjectOf(promotion));
  const before = promotion.reviews.some(
    (review) => review.verdict === 'approve' && review.by.id === by.id && review.subject === subject,
  );
  return before ? { code: 'already-approved', promotion: number } : null;
}

function decideCancelled(promotion: Promotion, by: Actor, context: DecisionContext): Decision {
  const { number, state } = promotion;
  if (by.kind === 'bot') return { kind: 'refused', refusal: { code: 'bot-not-permitted', verb: 'cancel' }, audit: [] };
  if (!reaches(by.role, 'write')) {
    const refusal = { code: 'not-permitted', verb: 'cancel', role: by.role, wanted: 'write' } as const;
    return { kind: 'refused', refusal, audit: [] };
  }
  if (!isOpen(state) || state.kind === 'applying') {
    return { kind: 'refused', refusal: { code: 'cannot-cancel', promotion: number, state: state.kind }, audit: [] };
  }
  const person = { id: by.id, login: by.login };
  return end(promotion, { kind: 'cancelled', by: person }, { context, actor: person, details: {} });
}

function decideRerequested(promotion: Promotion, by: Actor, context: DecisionContext): Decision {
  const { number, state } = promotion;
  if (!reaches(by.role, 'write')) {
    const refusal = { code: 'not-permitted', verb: 're-run', role: by.role, wanted: 'write' } as const;
    return { kind: 'refused', refusal, audit: [] };
  }
  if (state.kind !== 'awaiting-approval') {
    return {
      kind: 'refused',
      refusal: { code: 'not-awaiting-approval', promotion: number, state: state.kind },
      audit: [],
    };
  }
  return {
    kind: 'accepted',
    promotion: { ...promotion, state: { kind: 'examining', again: true }, updatedAt: context.now },
    effects: [{ kind: 'collect-facts', promotionId: promotion.id }, ...showEffects(promotion.id)],
    audit: [{ ...entryOf(promotion, context, 're-run', {}), actor: { id: by.id, login: by.login } }],
    journal: [],
  };
}

function decideProductionRead(
  promotion: Promotion,
  production: readonly TagState[],
  context: DecisionContext,
): Decision {
  const { kind } = promotion.state;
  if (kind !== 'scheduled' && kind !== 'awaiting-approval' && kind !== 'applying') return { kind: 'ignored' };
  const tags = movedTags(promotion.baseline, production);
  if (tags.length === 0) {
    return kind === 'scheduled'
      ? proceed({ ...promotion, state: { kind: 'awaiting-approval' } }, context, [])
      : { kind: 'ignored' };
  }
  const voided = promotion.reviews.length > 0;
  const notice: Notice | null =
    voided || kind !== 'awaiting-approval' ? { kind: 'production-moved', tags } : promotion.notice;
  return settle(
    { ...promotion, notice, updatedAt: context.now },
    {
      production,
      context,
      entry: (state) =>
        entryOf(promotion, context, 'replanned', {
          state,
          voided: promotion.reviews.map(({ by }) => by.login),
          tags: tags.map(({ tag, from, to }) => ({ tag, from, to })),
        }),
    },
  );
}

function movedTags(baseline: readonly BaselineTag[], production: readonly TagState[]): readonly MovedTag[] {
  return baseline.flatMap(({ repository, tag, digest }) => {
    const now = production.find((state) => state.repository === repository && state.tag === tag);
    return now === undefined || now.digest === digest ? [] : [{ tag, from: digest, to: now.digest }];
  });
}

function decideOvertaken(promotion: Promotion, by: number, context: DecisionContext): Decision {
  if (promotion.state.kind !== 'awaiting-approval' || by <= promotion.number) return { kind: 'ignored' };
  const state = { kind: 'superseded', by: { kind: 'promotion', number: by } } as const;
  return end(promotion, state, { context, actor: null, details: { by } });
}

function decideApplied(promotion: Promotion, tags: readonly TagOutcome[], context: DecisionContext): Decision {
  if (promotion.state.kind !== 'applying') return { kind: 'ignored' };
  return end(
    promotion,
    { kind: 'promoted', at: context.now },
    { context, actor: null, details: { tags: auditTags(tags) } },
  );
}

function decideApplyFailed(promotion: Promotion, failure: Failure, context: DecisionContext): Decision {
  if (promotion.state.kind !== 'applying') return { kind: 'ignored' };
  return fail(promotion, failure, context);
}

function decideRestored(promotion: Promotion, tags: readonly TagOutcome[], context: DecisionContext): Decision {
  const { state } = promotion;
  if (state.kind !== 'failed' || state.failure.production !== 'mixed') return { kind: 'ignored' };
  const failure: Failure = { ...state.failure, production: 'restored', tags };
  return end(
    promotion,
    { kind: 'failed', failure },
    { context, actor: null, details: { tags: auditTags(tags) }, as: 'restored' },
  );
}

function decideTimePassed(promotion: Promotion, context: DecisionContext): Decision {
  if (promotion.state.kind !== 'awaiting-approval') return { kind: 'ignored' };
  if (context.now < promotion.createdAt + APPROVAL_EXPIRES_AFTER_MS) return { kind: 'ignored' };
  return end(promotion, { kind: 'expired' }, { context, actor: null, details: {} });
}

function fail(promotion: Promotion, failure: Failure, context: DecisionContext): Accepted {
  const { problem, production, tags } = failure;
  const ended = end(
    promotion,
    { kind: 'failed', failure },
    { context, actor: null, details: { problem, production, tags: auditTags(tags) } },
  );
  return { ...ended, effects: [...ended.effects, { kind: 'notify-requester', promotionId: promotion.id }] };
}

/** Puts the promotion into an end or resting state; whoever waited for the lane may look again. */
function end(
  promotion: Promotion,
  state: PromotionState,
  args: {
    readonly context: DecisionContext;
    readonly actor: AuditEntry['actor'];
    readonly details: AuditEntry['details'];
    readonly as?: string;
  },
): Accepted {
  const { context, actor, details } = args;
  const leavesLane = promotion.state.kind === 'applying';
  const revisit = {
    kind: 'revisit-environment',
    repoId: promotion.repo.id,
    environment: promotion.environment,
  } as const;
  return {
    kind: 'accepted',
    promotion: { ...promotion, state, updatedAt: context.now },
    effects: leavesLane ? [...showEffects(promotion.id), revisit] : showEffects(promotion.id),
    audit: [{ ...entryOf(promotion, context, args.as ?? state.kind, details), actor }],
    journal: [],
  };
}

function showEffects(promotionId: string): readonly Effect[] {
  return [
    { kind: 'update-check-run', promotionId },
    { kind: 'update-card', promotionId },
  ];
}

function entryOf(
  promotion: Promotion,
  { now }: DecisionContext,
  kind: string,
  details: AuditEntry['details'],
): AuditEntry {
  return { kind, at: now, promotion: promotion.number, actor: null, details };
}

function auditTags(tags: readonly TagOutcome[]): AuditEntry['details'][string] {
  return tags.map(({ repository, tag, kind, from, holds }) => ({ repository, tag, kind, from, holds }));
}
