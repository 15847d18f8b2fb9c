// Promotions in every state, and events by name, for the tests of the state machine.
import type { TagState } from '../../../src/domain/image/tag-plan.ts';
import {
  decide as decideInDomain,
  type Accepted,
  type Decision,
  type ExaminedImage,
  type PromotionEvent,
} from '../../../src/domain/decide.ts';
import { planIdOf, subjectOf, type SeenPlan } from '../../../src/domain/promotion/approval.ts';
import type { Promotion, StateKind } from '../../../src/domain/promotion/promotion.ts';
import {
  ALICE,
  actor,
  BOB,
  CAROL,
  COMMIT,
  commit,
  context,
  environment,
  facts,
  FOREIGN,
  IMAGE,
  NEW,
  NOW,
  OLD,
  policy,
  production,
  promotion,
  sha256,
  tag,
  unread,
  type TestContext,
} from '../build.ts';
import { badYaml, DENIED, failure } from '../problem.ts';

export const KEPT = 'main-staging-abc1234';
export const BEFORE = production({ main: OLD, latest: OLD, [KEPT]: null });
export const MOVED = production({ main: FOREIGN, latest: FOREIGN, [KEPT]: null });

const written = { repository: IMAGE, tag: tag('main'), kind: 'floating', from: OLD, holds: NEW } as const;
const mixed = failure({ production: 'mixed', tags: [written] });

/** Stands for the plan that the promotion has when it is decided about. */
export const TODAY: SeenPlan = { kind: 'named', plan: 'today' };

/** One event of each kind, and of each verdict where the kind has several. */
export const EVENTS = {
  identified: { kind: 'identified', images: [facts()] },
  'examined well': examined({}),
  'examined badly': examined({ facts: facts({ missingParts: unread('HTTP 502') }) }),
  'examination-failed': { kind: 'examination-failed', problem: mixed.problem },
  approved: approve(BOB),
  rejected: {
    kind: 'reviewed',
    verdict: 'reject',
    by: actor(BOB),
    reason: 'not now',
    via: { kind: 'comment', id: 500, issue: 3, app: null },
    seen: TODAY,
  },
  cancelled: { kind: 'cancelled', by: actor(ALICE) },
  rerequested: { kind: 'rerequested', by: actor(BOB) },
  'production as planned': { kind: 'production-read', production: BEFORE },
  'production moved': { kind: 'production-read', production: MOVED },
  'kept tag taken': {
    kind: 'production-read',
    production: production({ main: FOREIGN, latest: OLD, [KEPT]: FOREIGN }),
  },
  'production holds it': { kind: 'production-read', production: production({ main: NEW, latest: NEW, [KEPT]: NEW }) },
  'policy-changed': { kind: 'policy-changed', change: null },
  'policy-broken': { kind: 'policy-seen', problems: [badYaml('what is this?')], blob: null },
  'source went on': { kind: 'source-read', holds: FOREIGN },
  'source as pinned': { kind: 'source-read', holds: NEW },
  'image-appeared': { kind: 'image-appeared', tag: tag('staging-abc1234'), digest: NEW },
  'image-unreadable': { kind: 'image-unreadable', problem: DENIED },
  'deployment started': { kind: 'deployment-status', status: 'deploying', since: NOW, url: null, isCurrent: true },
  'deployment succeeded': { kind: 'deployment-status', status: 'deployed', since: NOW, url: null, isCurrent: true },
  'deployment failed': {
    kind: 'deployment-status',
    status: 'deployment-failed',
    since: NOW,
    url: null,
    isCurrent: true,
  },
  'others deployed': {
    kind: 'deployed-by-others',
    deployment: { id: 900, environment: 'production', commit: commit('f'.repeat(40)), digests: [], createdAt: NOW },
    by: CAROL,
  },
  'deployment-refused': { kind: 'deployment-refused', problem: DENIED },
  'deployment-retried': { kind: 'deployment-retried' },
  withdrawn: { kind: 'withdrawn', because: 'installation-gone' },
  overtaken: { kind: 'overtaken', by: 13 },
  applied: { kind: 'applied', tags: [written] },
  'apply-stopped': { kind: 'apply-stopped', problem: mixed.problem },
  'apply-failed': { kind: 'apply-failed', failure: mixed, undoAgain: true },
  restored: { kind: 'restored', tags: [{ ...written, holds: OLD }] },
  'time is up': { kind: 'time-passed' },
} as const satisfies Record<string, PromotionEvent>;

export type EventName = keyof typeof EVENTS;

export function examined({
  facts: seen = facts(),
  commitTag = tag('staging-abc1234'),
  ...change
}: Partial<Extract<PromotionEvent, { kind: 'examined' }> & ExaminedImage>): Extract<
  PromotionEvent,
  { kind: 'examined' }
> {
  return {
    kind: 'examined',
    policy: policy(),
    environment: environment(),
    images: [{ facts: seen, commitTag }],
    production: BEFORE,
    otherReviewers: 'some',
    contributors: null,
    openBranch: null,
    ...change,
  };
}

export function approve(by: Promotion['requester']): Extract<PromotionEvent, { kind: 'reviewed' }> {
  return {
    kind: 'reviewed',
    verdict: 'approve',
    by: actor(by),
    reason: null,
    via: { kind: 'comment', id: 500, issue: 3, app: null },
    seen: TODAY,
  };
}

/** The decision under the policy of the context: the promotion was planned under it, and it is examined under it. */
export function decide(before: Promotion, event: PromotionEvent, { policy: today, ...at }: TestContext): Decision {
  const told = event.kind === 'examined' ? { ...event, policy: today, environment: at.environmentPolicy } : event;
  return decideInDomain(before, withTodaysPlan(told, before), at);
}

/** Who reviews has seen the plan of now, unless a test says otherwise. */
function withTodaysPlan(event: PromotionEvent, before: Promotion): PromotionEvent {
  if (event.kind !== 'reviewed' || event.seen !== TODAY) return event;
  return { ...event, seen: { kind: 'named', plan: planIdOf(sha256(subjectOf(before))) } };
}

/** The decision where it must be an accepted one. */
export function accept(before: Promotion, event: PromotionEvent, at: TestContext = context()): Accepted {
  const decision = decide(before, event, at);
  if (decision.kind !== 'accepted')
    throw new Error(`${event.kind} in ${before.state.kind}: ${JSON.stringify(decision)}`);
  return decision;
}

/** Production was read and had moved; then the image was compared with what production holds now. */
export function replan(before: Promotion, held: readonly TagState[], at: TestContext = context()): Accepted {
  const { promotion: compared } = accept(before, { kind: 'production-read', production: held }, at);
  return accept(compared, examined({ production: held }), at);
}

/** What a row shows of a decision: the next state, a refusal's code, or `-` for nothing to do. */
export function summary(decision: Decision): string {
  if (decision.kind === 'refused') return decision.refusal.code;
  return decision.kind === 'accepted' ? decision.promotion.state.kind : '-';
}

/** What the effects of a decision are, by kind. */
export function effectsOf(decision: Decision): readonly string[] {
  return decision.kind === 'accepted' ? decision.effects.map(({ kind }) => kind) : [];
}

function waiting(): Promotion {
  return accept(promotion(), EVENTS['examined well']).promotion;
}

function applying(): Promotion {
  return accept(waiting(), EVENTS.approved).promotion;
}

/** The statuses among the events then are news. */
function earlier<T extends { readonly since: number }>(status: T): T {
  return { ...status, since: NOW - 1000 };
}

/** A promotion that came to this state the way promotions do. */
export function promotionIn(state: StateKind): Promotion {
  switch (state) {
    case 'waiting-for-image':
      return promotion({
        images: [],
        state: { kind: state, repository: IMAGE, commit: COMMIT, tags: [tag('staging-abc1234')], until: NOW + 1 },
      });
    case 'examining':
      return promotion();
    case 'awaiting-approval':
      return waiting();
    case 'scheduled':
      return accept(waiting(), EVENTS.approved, context({ environmentBusy: true })).promotion;
    case 'applying':
      return applying();
    case 'promoted':
      return accept(applying(), EVENTS.applied).promotion;
    case 'deploying':
      return accept(promotionIn('promoted'), earlier(EVENTS['deployment started'])).promotion;
    case 'deployed':
      return accept(promotionIn('promoted'), earlier(EVENTS['deployment succeeded'])).promotion;
    case 'deployment-failed':
      return accept(promotionIn('promoted'), earlier(EVENTS['deployment failed'])).promotion;
    case 'failed':
      return accept(applying(), EVENTS['apply-failed']).promotion;
    case 'checks-failed':
      return accept(promotion(), EVENTS['examined badly']).promotion;
    case 'rejected':
      return accept(waiting(), EVENTS.rejected).promotion;
    case 'cancelled':
      return accept(waiting(), EVENTS.cancelled).promotion;
    case 'superseded':
      return accept(waiting(), EVENTS.overtaken).promotion;
    case 'expired':
      return accept(waiting(), EVENTS['time is up'], context({ now: NOW + 15 * 24 * 60 * 60 * 1000 })).promotion;
  }
}
