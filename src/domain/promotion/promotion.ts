// A promotion: one set of images, each pinned by digest, on its way to one environment.
import type { Person } from '../actor.ts';
import type { IneligibilityCode } from '../ineligibility.ts';
import type { OutsideProblem } from '../outside-problem.ts';
import type { Review } from './review.ts';
import type { PolicyProblem } from '../policy/policy-problem.ts';
import type { CommitSha, Digest, ImageRepository, RepoName, Tag } from '../image/reference.ts';
import type { FailureProblem } from './failure.ts';
import type { Finding } from '../finding.ts';
import type { DeploymentStatus, PromotionKind } from './promotion-kind.ts';
import type { PinnedImage, TagMove } from '../image/tag-plan.ts';
import type { TargetOrigin } from './target-origin.ts';

export type Promotion = {
  readonly id: string;
  /** Counted per repository; people write it `P12`. */
  readonly number: number;
  readonly repo: Repo;
  /** The name of the repository when this was requested: what was its image then stays so where it is renamed. */
  readonly requestedAs: RepoName;
  readonly environment: string;
  readonly kind: PromotionKind;
  readonly requester: Person;
  readonly reason: string | null;
  /** Failed findings are overridden, and shown as such; approvals are not. */
  readonly force: boolean;
  /** `v1.2.3`, if `as v1.2.3` was given. */
  readonly versionTag: Tag | null;
  readonly source: PromotionSource;
  /** What the source tag holds now, if that is no longer the pinned digest. For people only. */
  readonly sourceMovedTo?: Digest;
  readonly images: readonly PinnedImage[];
  /** What each floating tag held when the moves were planned. */
  readonly baseline: readonly BaselineTag[];
  readonly findings: readonly Finding[];
  readonly reviews: readonly Review[];
  readonly moves: readonly TagMove[];
  /**
   * Git blob id of the policy file that holds for the plan, or `none`. A file that was edited in what is no rule takes
   * its place without a new plan.
   */
  readonly policyBlob: string;
  /** SHA-256 (hex) of the effective rules that the plan was made under. */
  readonly rulesHash: string;
  /** Since when its reviews cover the current subject; absent before the first plan. */
  readonly plannedAt?: number;
  /** Whether people were asked to approve a plan, and whether it was re-planned since; left out before the first plan. */
  readonly plansShown?: 'none' | 'first' | 'later';
  /** Why the file can't be read now. Until it can, reviews are refused and nothing proceeds. */
  readonly policyProblems?: readonly PolicyProblem[];
  /** Who wrote the commits between what production held and this image; left out where that is not known. */
  readonly contributors?: Contributors;
  /** The branches that the commit of this hotfix was not on when it was examined; left out for all but hotfixes. */
  readonly unmergedInto?: readonly string[];
  /** The default branch, if it takes pushes without a pull request; checked only if nobody has to approve. */
  readonly openBranch?: string;
  /** Approvals of this plan that did not count when it was last decided whether there are enough. */
  readonly lostApprovals?: readonly LostApproval[];
  /** Git blob id of the policy file that it was requested under, or `none`; left out where that is not known. */
  readonly requestedUnder?: string;
  /** Whether anybody but the requester could approve, as far as GitHub reported. */
  readonly otherReviewers: 'some' | 'none' | 'unknown';
  /** Why earlier reviews no longer count; after the tags are written, what is wrong with the deployment. */
  readonly notice: Notice | null;
  /** A later deployment status by somebody whose statuses don't count. */
  readonly uncountedReport?: UncountedReport;
  readonly thread: Thread | null;
  readonly state: PromotionState;
  /** Grows by one with each commit; a commit on an older version is refused. */
  readonly version: number;
  readonly createdAt: number;
  readonly updatedAt: number;
};

/** A repository on GitHub. The id is the key: names change. */
export type Repo = { readonly id: number; readonly name: RepoName; readonly installationId: number };

export type Thread = {
  readonly issue: number;
  /** How many comments it had at the request; left out unless GitHub's limit is near. */
  readonly comments?: number;
};

export type PromotionSource = {
  /** As the requester typed it. */
  readonly typed: string;
  /** The tag that held the digest; null for a digest that only our history names. */
  readonly tag: Tag | null;
  /** The commit that a pushed git tag names: the check run shows there. Set for kind `version` only. */
  readonly taggedCommit?: CommitSha;
  /** How the target of a rollback is known. Set for kind `rollback` only. */
  readonly target?: TargetOrigin;
};

export type BaselineTag = {
  readonly repository: ImageRepository;
  readonly tag: Tag;
  readonly digest: Digest | null;
};

/** By GitHub's account of each commit's author, which the person who pushed can choose. */
export type Contributors = {
  /** How many commits there are. */
  readonly commits: number;
  readonly people: readonly (Person & { readonly commits: number })[];
  /** Commits whose author is unknown to GitHub. */
  readonly unknown: readonly CommitSha[];
};

/** Whose approval, and why it does not count. */
export type LostApproval = { readonly by: Person; readonly code: IneligibilityCode };

export type Notice =
  | { readonly kind: 'production-moved'; readonly tags: readonly MovedTag[] }
  | { readonly kind: 'policy-changed' }
  | { readonly kind: 'outcomes-changed' }
  /** What is known about a rollback's target has changed. */
  | { readonly kind: 'target-changed' }
  /** Somebody else deployed another commit there; `environment` is GitHub's. */
  | {
      readonly kind: 'other-deployment';
      readonly environment: string;
      readonly commit: CommitSha;
      /** The digest in its payload, if it is not ours. */
      readonly digest?: Digest;
      /** A login. */
      readonly by: string;
      readonly at: number;
    }
  /** GitHub refused to make the deployment that was to follow. */
  | { readonly kind: 'no-deployment'; readonly problem: OutsideProblem; readonly at: number };

export type MovedTag = {
  readonly repository: ImageRepository;
  readonly tag: Tag;
  readonly from: Digest | null;
  readonly to: Digest | null;
};

export type PromotionState =
  /** The commit is young and its build may still be running; the digest is pinned when the image appears. */
  | {
      readonly kind: 'waiting-for-image';
      readonly repository: ImageRepository;
      readonly commit: CommitSha;
      readonly tags: readonly Tag[];
      readonly until: number;
    }
  /** `again`: it was examined before, so its check run is completed and stays so. */
  | { readonly kind: 'examining'; readonly again: boolean }
  | { readonly kind: 'awaiting-approval' }
  /** `queueKey`: another promotion is applying in this environment. */
  | { readonly kind: 'scheduled'; readonly cause: 'queue' }
  /** `undoing`: why the tags are moved back. This decision is never reversed. */
  | { readonly kind: 'applying'; readonly since: number; readonly undoing: FailureProblem | null }
  | { readonly kind: 'promoted'; readonly at: number }
  | ({ readonly kind: 'deploying' } & DeploymentNews)
  | ({ readonly kind: 'deployed' } & DeploymentNews)
  | ({ readonly kind: 'deployment-failed' } & DeploymentNews)
  | { readonly kind: 'checks-failed' }
  | { readonly kind: 'rejected'; readonly by: Person; readonly reason: string | null }
  | { readonly kind: 'failed'; readonly failure: Failure }
  /** By a person, or because the App lost access there. */
  | { readonly kind: 'cancelled'; readonly by: Person | null; readonly because: CancelCause }
  | { readonly kind: 'superseded'; readonly by: Superseder }
  | { readonly kind: 'expired' };

/** From the latest deployment status that counts; `at` is when the tags were written, `since` when the status came. */
export type DeploymentNews = {
  readonly at: number;
  readonly since: number;
  /** An https URL with the deployer's details. */
  readonly url: string | null;
  /** The account that reported it; an older version did not keep that. */
  readonly by?: Person;
};

export type UncountedReport = {
  readonly by: Person;
  readonly status: DeploymentStatus;
  readonly at: number;
};

export type CancelCause = 'person' | 'installation-gone' | 'repository-gone' | 'repository-archived';

export type StateKind = PromotionState['kind'];

export type Superseder =
  | { readonly kind: 'promotion'; readonly number: number }
  /** Somebody else moved all floating tags to this very digest. */
  | { readonly kind: 'production' };

export type Failure = {
  readonly problem: FailureProblem;
  /** Why moving the tags back failed, if it was tried. */
  readonly undoRefused: OutsideProblem | null;
  /** `untouched`: no floating tag was written. `restored`: the written ones were moved back. `mixed`: see `tags`; raises an alert. */
  readonly production: 'untouched' | 'restored' | 'mixed';
  readonly tags: readonly TagOutcome[];
};

/** The outcome of one tag of the plan. */
export type TagOutcome = {
  readonly repository: ImageRepository;
  readonly tag: Tag;
  readonly kind: TagMove['kind'];
  /** The journal's baseline: what audit calls the old digest. */
  readonly from: Digest | null;
  /** What it holds now, as far as known. */
  readonly holds: Digest | null;
};

const OPEN_STATES: readonly StateKind[] = [
  'waiting-for-image',
  'examining',
  'awaiting-approval',
  'scheduled',
  'applying',
];

/** True while a person or a timer can still bring it to production. */
export function isOpen(state: PromotionState): boolean {
  return OPEN_STATES.includes(state.kind);
}

/** `P12`: never `#12`, which GitHub would link to an issue. */
export function formatNumber(number: number): string {
  return `P${number}`;
}

/** What the tags of this repository get; null where the promotion has no image of it. */
export function targetIn({ images }: Pick<Promotion, 'images'>, repository: ImageRepository): Digest | null {
  return images.find((image) => image.repository === repository)?.digest ?? null;
}

/** The commit of the promotion, if known: from its image, or the one whose image it waits for. */
export function knownCommit({ state, images }: Promotion): CommitSha | null {
  return state.kind === 'waiting-for-image' ? state.commit : (images[0]?.commit ?? null);
}

/** What people call the source: its tag, else as it was typed. */
export function sourceName({ source }: Promotion): string {
  return source.tag ?? source.typed;
}

/** For lists and sentences that don't say otherwise that it is a rollback: `rollback to P2`. */
export function listedName(promotion: Promotion): string {
  return `${promotion.kind === 'rollback' ? 'rollback to ' : ''}${sourceName(promotion)}`;
}

/** When the tags were written: set from `promoted` on, whatever the deployment does. */
export function promotedAt({ state }: Promotion): number | null {
  switch (state.kind) {
    case 'promoted':
    case 'deploying':
    case 'deployed':
    case 'deployment-failed':
      return state.at;
    default:
      return null;
  }
}

/** False when only permanent tags are added: what the environment runs stays as it is. */
export function movesProduction({ moves }: Promotion): boolean {
  return moves.some(({ kind }) => kind === 'floating');
}

/**
 * The promotion with the state of its policy file: why it can't be read, or the current file if that has the rules of the
 * plan. So everything that is not one of the rules, such as the deployment, follows the file.
 */
export function policySeen(
  promotion: Promotion,
  { problems, blob }: { readonly problems: readonly PolicyProblem[]; readonly blob: string | null },
): Promotion {
  const { policyProblems: _before, ...rest } = promotion;
  const read = blob === null ? rest : { ...rest, policyBlob: blob };
  return problems.length === 0 ? read : { ...read, policyProblems: problems.slice(0, MAX_PROBLEMS) };
}

/** The answer to a review lists all of them. */
const MAX_PROBLEMS = 5;

/** The promotion with what its source tag holds now; null (absent or unknown) changes nothing. */
export function sourceSeen(promotion: Promotion, holds: Digest | null): Promotion {
  const { sourceMovedTo: _before, ...rest } = promotion;
  const [image] = promotion.images;
  if (holds === null || image === undefined) return promotion;
  return holds === image.digest ? rest : { ...rest, sourceMovedTo: holds };
}
