// Decides how writing the tags ended: promoted, failed, or a mixed production that was repaired later.
import type { Decision, DecisionContext, EventOf } from './decision.ts';
import type { Effect } from '../effect.ts';
import type { CommitSha } from '../image/reference.ts';
import type { FailureProblem } from '../promotion/failure.ts';
import { movesProduction, type Failure, type Promotion, type TagOutcome } from '../promotion/promotion.ts';
import { deploymentEffects } from './deployment.ts';
import { auditTags, end, entryOf, fail, revisitEnvironment } from './accept.ts';

/** How often the worker retries the undo of a half-moved production. */
export const RESTORE_EVERY_MS = 60 * 60 * 1000;
const READ_BACK_AGAIN_AFTER_MS = 60_000;

export function decideApplied(
  promotion: Promotion,
  { tags, replaced = [] }: EventOf<'applied'>,
  context: DecisionContext,
): Decision {
  if (promotion.state.kind !== 'applying' || promotion.state.undoing !== null) return { kind: 'ignored' };
  const ended = end(
    promotion,
    { kind: 'promoted', at: context.now },
    { context, actor: null, details: { tags: auditTags(tags) } },
  );
  // First, because deployers wait for it and GitHub writes are spaced.
  const effects = [...deploymentEffects(promotion, context.environmentPolicy), ...ended.effects];
  if (!movesProduction(promotion)) return { ...ended, effects };
  return { ...ended, effects: [...effects, ...stagingEffects(promotion, replaced), readBackAgain(promotion, context)] };
}

/** The checks of staging commits say which image is in production now; `replaced` are those of the one before. */
function stagingEffects({ repo, images }: Promotion, replaced: readonly CommitSha[]): readonly Effect[] {
  const commits = new Set([...images.flatMap(({ commit }) => commit ?? []), ...replaced]);
  return [...commits].map((commit) => ({ kind: 'update-staging-check', repoId: repo.id, commit }));
}

/** A paused process, or somebody else, may write after the tags were read back. */
function readBackAgain({ repo, environment }: Promotion, { now }: DecisionContext): Effect {
  const at = now + READ_BACK_AGAIN_AFTER_MS;
  return { kind: 'check-drift', repoId: repo.id, environment, at, unconfirmed: null };
}

/** The decision to undo is stored before the first tag moves back, so that a restart does not reverse it. */
export function decideApplyStopped(promotion: Promotion, problem: FailureProblem, context: DecisionContext): Decision {
  const { state } = promotion;
  if (state.kind !== 'applying' || state.undoing !== null) return { kind: 'ignored' };
  return {
    kind: 'accepted',
    promotion: { ...promotion, state: { ...state, undoing: problem }, updatedAt: context.now },
    effects: [],
    audit: [entryOf(promotion, context, 'undoing', { problem })],
    journal: [],
  };
}

export function decideApplyFailed(
  promotion: Promotion,
  { failure, undoAgain }: EventOf<'apply-failed'>,
  context: DecisionContext,
): Decision {
  if (promotion.state.kind !== 'applying') return { kind: 'ignored' };
  const failed = fail(promotion, failure, context);
  if (failure.production !== 'mixed' || !undoAgain) return failed;
  const retry = { kind: 'restore-production', promotionId: promotion.id, at: context.now + RESTORE_EVERY_MS } as const;
  return { ...failed, effects: [...failed.effects, retry] };
}

export function decideRestored(promotion: Promotion, tags: readonly TagOutcome[], context: DecisionContext): Decision {
  const { state } = promotion;
  if (state.kind !== 'failed' || state.failure.production !== 'mixed') return { kind: 'ignored' };
  const failure: Failure = { ...state.failure, production: 'restored', tags };
  const ended = end(
    promotion,
    { kind: 'failed', failure },
    { context, actor: null, details: { tags: auditTags(tags) }, as: 'restored' },
  );
  return { ...ended, effects: [...ended.effects, revisitEnvironment(promotion)] };
}
