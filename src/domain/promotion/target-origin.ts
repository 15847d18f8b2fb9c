// How the target of a rollback is known: only one that our own journal shows the environment held needs no further approval.
import type { Digest } from '../image/reference.ts';
import type { DeploymentStatus, PromotionKind, RuledKind } from './promotion-kind.ts';

export type TargetOrigin =
  /** By this promotion, the newest one that put it there. */
  | ({ readonly kind: 'held'; readonly promotion: number } & TargetOutcome)
  /** The environment held it before its first promotion, as the approved plan of that promotion says. */
  | { readonly kind: 'baseline'; readonly promotion: number }
  /** It needs the environment's approvals. `promotion`: the newest one that put it there, if any. */
  | {
      readonly kind: 'unproven';
      readonly because: UnprovenCause;
      readonly promotion: number | null;
      readonly forced: boolean;
      /** Left out where no promotion put it there; an older version did not keep it. */
      readonly outcome?: TargetOutcome['outcome'];
    };

/** What became of a target in its environment. */
export type TargetOutcome = {
  /** The latest report of a deployer, `promoted` without one. */
  readonly outcome: 'promoted' | DeploymentStatus;
  readonly forced: boolean;
};

/** `name`: as `/rollback to` accepts it. */
export type NamedTarget = { readonly name: string; readonly digest: Digest; readonly origin: TargetOrigin };

/**
 * `other-tags`: not under the floating tags that the environment has today. `other-deployment`: not in the environment of
 * GitHub's that it is deployed to today. `left`: by a rollback, since it was last
 * promoted. `not-recorded`: the rollback was requested by an older version of Imprimatur.
 */
export type UnprovenCause =
  'never-held' | 'other-tags' | 'other-deployment' | 'deployment-failed' | 'left' | 'not-recorded';

type Rollback = { readonly kind: PromotionKind; readonly source: { readonly target?: TargetOrigin } };

/** True for a rollback to what the environment is known to have held: it was approved when it was promoted. */
export function isHeldTarget({ kind, source: { target } }: Rollback): boolean {
  return kind === 'rollback' && target !== undefined && target.kind !== 'unproven';
}

/** The rollback with what is known of its target now; null: it is no rollback. */
export function withTarget<Of extends Rollback>(promotion: Of, target: TargetOrigin | null): Of {
  return target === null ? promotion : { ...promotion, source: { ...promotion.source, target } };
}

/** The kind of rules and approvals that apply to a promotion. */
export function ruledKindOf(promotion: Rollback): RuledKind {
  if (promotion.kind !== 'rollback' || isHeldTarget(promotion)) return promotion.kind;
  const { target } = promotion.source;
  const isKnown = target?.kind === 'unproven' && target.because !== 'never-held';
  return isKnown ? 'unproven-rollback' : 'rollback-to-new';
}

/** True if the environment never held the image: the rules of a promotion apply, whatever the command was. */
export function bringsNewImage(promotion: Rollback): boolean {
  const kind = ruledKindOf(promotion);
  return kind === 'promotion' || kind === 'rollback-to-new';
}
