// The state machine: (promotion, event, context) → a new promotion with effects and audit entries, or a refusal. Total and pure.
import { revisitEnvironment } from './decide/accept.ts';
import type { Decision, DecisionContext, PromotionEvent } from './decide/decision.ts';
import {
  decideDeployedByOthers,
  decideDeploymentRefused,
  decideDeploymentRetried,
  decideDeploymentStatus,
  decideUncountedStatus,
} from './decide/deployment.ts';
import { decideExaminationFailed, decideExamined, decideIdentified, decideRerequested } from './decide/examine.ts';
import { decideApplied, decideApplyFailed, decideApplyStopped, decideRestored } from './decide/outcome.ts';
import { decidePolicyChanged, decidePolicySeen } from './decide/policy.ts';
import { decideProductionRead, decideSourceRead } from './decide/production.ts';
import { decideReviewed } from './decide/review.ts';
import { decideImageAppeared, decideImageUnreadable } from './decide/waiting.ts';
import { decideCancelled, decideOvertaken, decideTimePassed, decideWithdrawn } from './decide/withdraw.ts';
import type { Promotion } from './promotion/promotion.ts';

export type {
  Accepted,
  Decision,
  DecisionContext,
  EventOf,
  ExaminedImage,
  JournalEntry,
  PolicyReading,
  PromotionEvent,
} from './decide/decision.ts';
export { APPROVAL_EXPIRES_AFTER_MS, decideRequest } from './decide/request.ts';
export { refuseReviewed } from './decide/review.ts';

/** Applies an event to a promotion. When it leaves `applying`, the promotions that wait for the environment are revisited. */
export function decide(promotion: Promotion, event: PromotionEvent, context: DecisionContext): Decision {
  const decision = dispatch(promotion, event, context);
  const wasApplying = promotion.state.kind === 'applying';
  if (!wasApplying || decision.kind !== 'accepted' || decision.promotion.state.kind === 'applying') return decision;
  return { ...decision, effects: [...decision.effects, revisitEnvironment(promotion)] };
}

function dispatch(promotion: Promotion, event: PromotionEvent, context: DecisionContext): Decision {
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
    case 'policy-seen':
      return decidePolicySeen(promotion, event, context);
    case 'policy-changed':
      return decidePolicyChanged(promotion, event, context);
    case 'production-read':
      return decideProductionRead(promotion, event, context);
    case 'source-read':
      return decideSourceRead(promotion, event.holds, context);
    case 'image-appeared':
      return decideImageAppeared(promotion, event, context);
    case 'image-unreadable':
      return decideImageUnreadable(promotion, event.problem, context);
    case 'deployment-status':
      return decideDeploymentStatus(promotion, event, context);
    case 'uncounted-status':
      return decideUncountedStatus(promotion, event, context);
    case 'deployed-by-others':
      return decideDeployedByOthers(promotion, event, context);
    case 'deployment-refused':
      return decideDeploymentRefused(promotion, event.problem, context);
    case 'deployment-retried':
      return decideDeploymentRetried(promotion, context);
    case 'withdrawn':
      return decideWithdrawn(promotion, event.because, context);
    case 'overtaken':
      return decideOvertaken(promotion, event.by, context);
    case 'applied':
      return decideApplied(promotion, event, context);
    case 'apply-failed':
      return decideApplyFailed(promotion, event, context);
    case 'apply-stopped':
      return decideApplyStopped(promotion, event.problem, context);
    case 'restored':
      return decideRestored(promotion, event.tags, context);
    case 'time-passed':
      return decideTimePassed(promotion, context);
  }
}
