// What the engine is asked to do after a decision: identity, not content, wherever state is shown.
import type { UnconfirmedDifferences } from './promotion/drift.ts';
import type { GitTagAnswer } from './promotion/git-tag.ts';
import type { CancelCause } from './promotion/promotion.ts';
import type { CommitSha, Tag } from './image/reference.ts';
import type { Reply } from './reply.ts';

export type Effect =
  /** Collects the facts of the promotion's image, and decides on them. */
  | { readonly kind: 'collect-facts'; readonly promotionId: string }
  | { readonly kind: 'update-check-run'; readonly promotionId: string }
  | { readonly kind: 'update-card'; readonly promotionId: string }
  | { readonly kind: 'apply-tag-plan'; readonly promotionId: string }
  /** Makes the GitHub Deployment that follows a promotion. */
  | { readonly kind: 'create-deployment'; readonly promotionId: string }
  /** Tries again to undo a half-moved production; hourly. */
  | { readonly kind: 'restore-production'; readonly promotionId: string; readonly at: number }
  /** Posts a fresh line that mentions the requester. */
  | { readonly kind: 'notify-requester'; readonly promotionId: string }
  /** Looks again at the open promotions of an environment: the environment is free, or production moved. */
  | { readonly kind: 'revisit-environment'; readonly repoId: number; readonly environment: string }
  | { readonly kind: 'revisit-promotion'; readonly promotionId: string }
  /** Compares it with what GitHub and the registry hold, and puts right what differs. */
  | { readonly kind: 'reconcile-promotion'; readonly promotionId: string; readonly at: number }
  /** Looks again at those who wait: the policy file may have been edited. */
  | { readonly kind: 'revisit-policy'; readonly repoId: number }
  | { readonly kind: 'expire-promotion'; readonly promotionId: string; readonly at: number }
  /** Ends it where it is not writing: the App may not act in its repository any more. */
  | {
      readonly kind: 'withdraw-promotion';
      readonly promotionId: string;
      readonly because: Exclude<CancelCause, 'person'>;
    }
  /** Looks for the image of a pushed staging commit, and examines it when it is there. */
  | { readonly kind: 'watch-staging'; readonly repoId: number; readonly commit: CommitSha }
  /** Shows where that stands in the check run of the commit. */
  | { readonly kind: 'update-staging-check'; readonly repoId: number; readonly commit: CommitSha }
  /** Tells on the tagged commit why a pushed git tag names nothing yet. */
  | {
      readonly kind: 'answer-git-tag';
      readonly repoId: number;
      readonly commit: CommitSha;
      readonly tag: Tag;
      readonly answer: GitTagAnswer;
    }
  /** Takes the next comment of a thread; before that, reads what GitHub lists and no webhook told of. */
  | { readonly kind: 'read-thread'; readonly repoId: number; readonly issue: number }
  /** Looks whether an environment still holds what was promoted; `unconfirmed` is what the look before saw first. */
  | {
      readonly kind: 'check-drift';
      readonly repoId: number;
      readonly environment: string;
      readonly at: number;
      readonly unconfirmed: UnconfirmedDifferences | null;
    }
  /** Tells of a drift, how it changed, and that it is over. */
  | { readonly kind: 'show-drift'; readonly repoId: number; readonly driftId: string }
  /** Looks for the image that a promotion waits for. */
  | { readonly kind: 'poll-image'; readonly promotionId: string }
  /** Answers in a thread. With `idempotencyKey`, nothing happens when the key was used before. */
  | {
      readonly kind: 'reply';
      readonly repoId: number;
      readonly issue: number;
      readonly reply: Reply;
      /** The login of who commented or clicked; absent where the reply answers nobody, and in jobs of an earlier version. */
      readonly to?: string;
      readonly idempotencyKey: string | null;
    }
  | {
      readonly kind: 'react';
      readonly repoId: number;
      readonly commentId: number;
      readonly reaction: 'eyes' | 'rocket' | '-1';
      /** As for a reply. */
      readonly idempotencyKey?: string;
    };

export type EffectKind = Effect['kind'];
