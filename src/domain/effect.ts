// What the engine does after a decision. An effect names what to show, never its content.
import type { UnconfirmedDifferences } from './promotion/drift.ts';
import type { GitTagAnswer } from './promotion/git-tag.ts';
import type { CancelCause } from './promotion/promotion.ts';
import type { CommitSha, Tag } from './image/reference.ts';
import type { Reply } from './reply.ts';

export type Effect =
  | ThreadText
  /** Opens the issue in which a full thread continues, unless there is one, and then posts what the thread refused. */
  | { readonly kind: 'continue-thread'; readonly repoId: number; readonly issue: number; readonly text: ThreadText }
  /** Collects the facts of the promotion's image, and decides on them. */
  | { readonly kind: 'collect-facts'; readonly promotionId: string }
  | { readonly kind: 'update-check-run'; readonly promotionId: string }
  | { readonly kind: 'apply-tag-plan'; readonly promotionId: string }
  /** Creates the GitHub Deployment that follows a promotion. */
  | { readonly kind: 'create-deployment'; readonly promotionId: string }
  /** Retries hourly to undo a half-moved production. */
  | { readonly kind: 'restore-production'; readonly promotionId: string; readonly at: number }
  /** Revisits the open promotions of an environment: the environment is free, or production moved. */
  | { readonly kind: 'revisit-environment'; readonly repoId: number; readonly environment: string }
  | { readonly kind: 'revisit-promotion'; readonly promotionId: string }
  /** Compares it with GitHub and the registry, and reconciles the differences. */
  | { readonly kind: 'reconcile-promotion'; readonly promotionId: string; readonly at: number }
  /** Revisits waiting promotions: the policy file may have been edited. */
  | { readonly kind: 'revisit-policy'; readonly repoId: number }
  | { readonly kind: 'expire-promotion'; readonly promotionId: string; readonly at: number }
  /** Ends it unless it is writing tags: the App has lost access to its repository. */
  | {
      readonly kind: 'withdraw-promotion';
      readonly promotionId: string;
      readonly because: Exclude<CancelCause, 'person'>;
    }
  /** Looks for the image of a pushed staging commit, and examines it once it exists. */
  | { readonly kind: 'watch-staging'; readonly repoId: number; readonly commit: CommitSha }
  /** Shows the state of that check in the commit's check run. */
  | { readonly kind: 'update-staging-check'; readonly repoId: number; readonly commit: CommitSha }
  /** Reports on the tagged commit why a pushed git tag names no image yet. */
  | {
      readonly kind: 'answer-git-tag';
      readonly repoId: number;
      readonly commit: CommitSha;
      readonly tag: Tag;
      readonly answer: GitTagAnswer;
    }
  /** Takes the next comment of a thread, after adding comments that GitHub lists but no webhook brought. */
  | { readonly kind: 'read-thread'; readonly repoId: number; readonly issue: number }
  /** Checks whether an environment still holds what was promoted. `unconfirmed`: the new differences of the previous check. */
  | {
      readonly kind: 'check-drift';
      readonly repoId: number;
      readonly environment: string;
      readonly at: number;
      readonly unconfirmed: UnconfirmedDifferences | null;
    }
  /** Reports a drift, its changes, and its end. */
  | { readonly kind: 'show-drift'; readonly repoId: number; readonly driftId: string }
  /** Looks for the image that a promotion waits for. */
  | { readonly kind: 'poll-image'; readonly promotionId: string }
  | {
      readonly kind: 'react';
      readonly repoId: number;
      readonly commentId: number;
      readonly reaction: 'eyes' | 'rocket' | '-1';
      /** As for a reply. */
      readonly idempotencyKey?: string;
    };

/** A new comment in a thread. */
export type ThreadText =
  | { readonly kind: 'update-card'; readonly promotionId: string }
  /** Posts a new comment that mentions the requester. */
  | { readonly kind: 'notify-requester'; readonly promotionId: string }
  /** Answers in a thread. With `idempotencyKey`, nothing happens when the key was used before. */
  | {
      readonly kind: 'reply';
      readonly repoId: number;
      readonly issue: number;
      readonly reply: Reply;
      /** The login of the person who commented or clicked; absent if the reply answers nobody, and in jobs of an earlier version. */
      readonly to?: string;
      readonly idempotencyKey: string | null;
    };

export type EffectKind = Effect['kind'];
