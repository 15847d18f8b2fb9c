// Decides what an examination means for a promotion, and who may request another one.
import { reaches, type Actor } from '../actor.ts';
import { subjectOf } from '../promotion/approval.ts';
import type { Decision, DecisionContext, EventOf } from './decision.ts';
import { overrideByForce } from '../finding.ts';
import { keptChanges } from '../image/changes.ts';
import { keptSameCode } from '../image/same-code.ts';
import {
  commitOf,
  commitSummaryOf,
  NOTHING_COLLECTED,
  platformNamesOf,
  type ImageFacts,
} from '../image/image-facts.ts';
import { kindOfTag } from '../image/tag-kind.ts';
import type { PinnedImage } from '../image/tag-plan.ts';
import type { FailureProblem } from '../promotion/failure.ts';
import { policySeen, type MovedTag, type Notice, type Promotion } from '../promotion/promotion.ts';
import { needsAnotherPerson } from '../policy/approval-rules.ts';
import { policyMarks } from '../policy/effective-rules.ts';
import { environmentPolicyFor, type Policy } from '../policy/policy.ts';
import { ruledKindOf, withTarget } from '../promotion/target-origin.ts';
import type { Refusal } from '../refusal.ts';
import { validate } from '../validation.ts';
import { entryOf, failBeforeWriting, showEffects, targetDetails } from './accept.ts';
import { movedTags } from './production.ts';
import { expiryTimer } from './request.ts';
import { rulesOf } from './release.ts';
import { settle } from './settle.ts';

export function decideIdentified(
  promotion: Promotion,
  event: EventOf<'identified'>,
  { now }: DecisionContext,
): Decision {
  if (promotion.state.kind !== 'examining') return { kind: 'ignored' };
  const images = promotion.images.map((image) => identify(image, event.images));
  return {
    kind: 'accepted',
    promotion: { ...promotion, images, updatedAt: now },
    effects: [{ kind: 'update-check-run', promotionId: promotion.id }],
    audit: [],
    journal: [],
  };
}

/** The rules judge the facts. Reviews from before a Re-run still count if the outcomes are the same. */
export function decideExamined(before: Promotion, event: EventOf<'examined'>, context: DecisionContext): Decision {
  if (before.state.kind !== 'examining') return { kind: 'ignored' };
  const promotion = withTarget(before, event.target ?? null);
  const kind = ruledKindOf(promotion);
  const { policy, environment, production, otherReviewers, contributors, openBranch } = event;
  const { githubHost, now, sha256 } = context;
  // The first time, there is no earlier plan that could have changed.
  const { again } = before.state;
  const facts = event.images.map((examined) => examined.facts);
  const images = promotion.images.map((image) => {
    const examined = event.images.find((one) => isOf(image, one.facts));
    const { changes: _before, sameCode: _then, ...identified } = identify(image, facts);
    const { changes, sameCode } = examined?.facts ?? NOTHING_COLLECTED;
    const kept = {
      ...keptChanges(changes.kind === 'known' ? changes.value : null),
      ...keptSameCode(sameCode.kind === 'known' ? sameCode.value : null),
    };
    return { ...identified, ...kept, commitTag: examined?.commitTag ?? null };
  });
  const governing = environmentPolicyFor({ policy, environment, kind });
  const isReviewed = needsAnotherPerson(rulesOf(promotion, governing, context));
  const about = { policy, repo: promotion.repo.name, githubHost, isReviewed };
  const judged = promotion.images.flatMap((image) => validate(factsOf(image, facts), about, kind));
  const findings = promotion.force ? judged.map(overrideByForce) : judged;
  const moved = movedTags(promotion.baseline, production);
  const marks = policyMarks({ policy, environment, kind, sha256 });
  // Authors that are known stay known where GitHub does not list them again: the policy of the request may refuse them.
  const { openBranch: _branch, unmergedInto: _unmerged, ...rest } = policySeen(promotion, { problems: [], blob: null });
  const unmergedInto = unmergedBranches(promotion, { policy, facts });
  return settle(
    {
      ...rest,
      ...(contributors === null ? {} : { contributors }),
      ...(openBranch === null ? {} : { openBranch }),
      ...(unmergedInto.length === 0 ? {} : { unmergedInto }),
      images,
      findings,
      otherReviewers,
      ...marks,
      updatedAt: now,
    },
    {
      environment: governing,
      subjectBefore: context.sha256(subjectOf(before)),
      production,
      context,
      because: noticeOf({
        moved,
        targetChanged: again && kind !== ruledKindOf(before),
        policyChanged: again && marks.rulesHash !== before.rulesHash,
      }),
      entry: (settlement) =>
        entryOf(promotion, context, 'examined', {
          state: settlement.state,
          policy: policy.blob,
          rules: marks.rulesHash,
          ...targetDetails(promotion),
          voided: settlement.voided,
          outcomes: settlement.findings,
        }),
    },
  );
}

export function decideExaminationFailed(
  promotion: Promotion,
  problem: FailureProblem,
  context: DecisionContext,
): Decision {
  if (promotion.state.kind !== 'examining') return { kind: 'ignored' };
  return failBeforeWriting(promotion, problem, context);
}

/**
 * `awaiting-approval` → `examining`, and `checks-failed` → `examining`: the digest is pinned, but a part that was missing may
 * be back, a registry may answer again, or the commit may have reached its branch.
 */
export function decideRerequested(promotion: Promotion, by: Actor, context: DecisionContext): Decision {
  const { id, state } = promotion;
  const refusal = refuseRerun(promotion, by);
  if (refusal !== null) return { kind: 'refused', refusal, audit: [] };
  const show = showEffects(id);
  // The timer of a promotion that failed its checks may have run out meanwhile.
  const timer = state.kind === 'checks-failed' ? [expiryTimer(promotion, context.now)] : [];
  return {
    kind: 'accepted',
    promotion: { ...promotion, state: { kind: 'examining', again: true }, updatedAt: context.now },
    effects: [{ kind: 'collect-facts', promotionId: id }, ...show, ...timer],
    audit: [{ ...entryOf(promotion, context, 're-run', {}), actor: { id: by.id, login: by.login } }],
    journal: [],
  };
}

/** For a hotfix: the next image of these branches would take its commit back. A rollback brings nothing new. */
function unmergedBranches(
  { kind, source }: Promotion,
  { policy, facts }: { readonly policy: Policy; readonly facts: readonly ImageFacts[] },
): readonly string[] {
  if (kind !== 'promotion' || source.tag === null || kindOfTag(source.tag, policy).kind !== 'hotfix') return [];
  const lineage = facts[0]?.lineage;
  return lineage?.kind === 'known' && lineage.value.kind === 'on-branch' ? (lineage.value.notOn ?? []) : [];
}

function identify(image: PinnedImage, images: readonly ImageFacts[]): PinnedImage {
  const facts = factsOf(image, images);
  const { summary: _before, ...rest } = image;
  return { ...rest, commit: commitOf(facts), ...commitSummaryOf(facts), platforms: platformNamesOf(facts) };
}

/** Nothing is known about an image that was not examined. */
function factsOf(image: PinnedImage, images: readonly ImageFacts[]): ImageFacts {
  const { repository, digest } = image;
  return images.find((facts) => isOf(image, facts)) ?? { ...NOTHING_COLLECTED, repository, digest, tag: null };
}

function isOf({ repository, digest }: PinnedImage, facts: ImageFacts): boolean {
  return facts.repository === repository && facts.digest === digest;
}

function refuseRerun({ number, state }: Promotion, by: Actor): Refusal | null {
  if (by.kind === 'bot') return { code: 'bot-not-permitted', verb: 're-run' };
  if (!reaches(by.role, 'write')) return { code: 'not-permitted', verb: 're-run', role: by.role, wanted: 'write' };
  if (state.kind === 'awaiting-approval' || state.kind === 'checks-failed') return null;
  return { code: 'not-awaiting-approval', promotion: number, state: state.kind };
}

function noticeOf(change: {
  readonly moved: readonly MovedTag[];
  readonly targetChanged: boolean;
  readonly policyChanged: boolean;
}): Notice {
  if (change.moved.length > 0) return { kind: 'production-moved', tags: change.moved };
  if (change.targetChanged) return { kind: 'target-changed' };
  return { kind: change.policyChanged ? 'policy-changed' : 'outcomes-changed' };
}
