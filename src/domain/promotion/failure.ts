// Why a promotion failed, or why its tags are moved back: a code and the values for its words.
import type { MissingPart } from '../image/image-facts.ts';
import type { Digest, ImageRepository, RepoName, Tag } from '../image/reference.ts';
import type { PolicyProblem } from '../policy/policy-problem.ts';
import type { TargetOutcome } from './target-origin.ts';
import type { OutsideProblem } from '../outside-problem.ts';

export type FailureProblem =
  /** The registry or GitHub refused, or kept failing. */
  | { readonly code: 'outside-error'; readonly error: OutsideProblem }
  /** The target of a rollback no longer exists; `alternative` is another possible target. */
  | ({ readonly code: 'target-gone'; readonly error: OutsideProblem } & OtherTarget)
  | ({
      readonly code: 'target-incomplete';
      readonly repository: ImageRepository;
      readonly digest: Digest;
      readonly because: Incompleteness;
    } & OtherTarget)
  /** The first few problems of the file, and how many more there are. */
  | { readonly code: 'policy-unreadable'; readonly problems: readonly PolicyProblem[]; readonly more: number }
  | { readonly code: 'environment-gone'; readonly environment: string }
  | {
      readonly code: 'image-not-in-policy';
      readonly image: ImageRepository;
      readonly images: readonly ImageRepository[];
    }
  | { readonly code: 'owner-not-allowed'; readonly owner: string }
  | { readonly code: 'image-not-granted'; readonly image: ImageRepository; readonly repo: RepoName }
  | ({ readonly code: 'image-granted-elsewhere' } & ImageOfRepo)
  | ({ readonly code: 'image-of-another-repository' } & ImageOfRepo)
  | ({ readonly code: 'image-not-proven' } & ImageOfRepo)
  /** Somebody else moved a floating tag while the tags were written. */
  | {
      readonly code: 'tag-moved';
      readonly tag: Tag;
      readonly holds: Digest | null;
      readonly expected: Digest | null;
    }
  /** Somebody else wrote the permanent tag or the version after the plan was made. */
  | {
      readonly code: 'permanent-tag-taken';
      readonly tag: Tag;
      readonly holds: Digest;
      readonly isVersion: boolean;
    }
  /** All tags were written, and somebody else moved these right after. */
  | {
      readonly code: 'moved-after-writing';
      readonly tags: readonly { readonly tag: Tag; readonly holds: Digest | null }[];
    }
  /** The registry acknowledged the writes, and still shows the old digest at `tags`, or does not answer. */
  | {
      readonly code: 'writes-not-shown';
      readonly because:
        | { readonly kind: 'old-digest'; readonly tags: readonly Tag[] }
        | { readonly kind: 'no-answer'; readonly error: OutsideProblem };
    };

/** A complete rollback target, as `/rollback to` accepts it; null if there is none. */
export type OtherTarget = {
  readonly alternative: string | null;
  /** Left out where no promotion put it there; an older version did not keep it. */
  readonly alternativeOutcome?: TargetOutcome;
};

type ImageOfRepo = { readonly image: ImageRepository; readonly repo: RepoName; readonly repoId: number };

/** Why an image can't be pulled. */
export type Incompleteness =
  | { readonly kind: 'no-platform' }
  | { readonly kind: 'manifest-missing' }
  | { readonly kind: 'parts-missing'; readonly first: MissingPart; readonly more: number };
