// The check of a pushed staging commit: whether its image exists, and whether it passes the rules.
import { parseCommitSha, type CommitSha, type Digest, type ImageRepository, type Tag } from '../image/reference.ts';
import type { PolicyProblem } from '../policy/policy-problem.ts';
import type { Refusal } from '../refusal.ts';
import type { OutsideProblem } from '../outside-problem.ts';
import type { Finding } from '../finding.ts';

export type StagingCheck = {
  readonly repoId: number;
  readonly commit: CommitSha;
  /** The check run that shows it; null until there is one. */
  readonly checkRunId: number | null;
  readonly state: StagingState;
  /** When it began to wait for the image. */
  readonly since: number;
  /** What it examined first, however often it began again since; null before that. */
  readonly first: ExaminedFirst | null;
  /** The answer to the last click on its button: the document of a StagingNote, which the store does not read. */
  readonly note: string | null;
};

export type ExaminedFirst = Pick<
  Extract<StagingState, { kind: 'examined' }>,
  'image' | 'tag' | 'digest' | 'examinedAt'
>;

export type StagingNote =
  | { readonly kind: 'requested'; readonly by: string; readonly number: number; readonly environment: string }
  | { readonly kind: 'refused'; readonly by: string; readonly refusal: Refusal };

export type StagingState =
  /** The search shows nothing on GitHub: it is unknown yet whether this repository has images for us. */
  | { readonly kind: 'unseen' }
  | { readonly kind: 'waiting'; readonly image: ImageRepository; readonly tags: readonly Tag[] }
  | {
      readonly kind: 'examined';
      readonly image: ImageRepository;
      readonly tag: Tag;
      readonly digest: Digest;
      /** Null for a check from before this time was stored. */
      readonly examinedAt: number | null;
      readonly platforms: readonly string[];
      readonly findings: readonly Finding[];
      /** The environments that it can be promoted to, and the one meant without a name. */
      readonly environments: readonly string[];
      readonly defaultEnvironment: string | null;
    }
  | { readonly kind: 'ended'; readonly why: Ending };

/** Why nothing was examined. */
export type Ending =
  | { readonly cause: 'no-image'; readonly image: ImageRepository; readonly tags: readonly Tag[] }
  | { readonly cause: 'no-access'; readonly image: ImageRepository; readonly problem: OutsideProblem }
  | { readonly cause: 'unreadable'; readonly problem: OutsideProblem }
  | { readonly cause: 'policy-without-image' }
  | { readonly cause: 'policy-unreadable'; readonly problems: readonly PolicyProblem[] }
  | { readonly cause: 'not-granted'; readonly image: ImageRepository }
  | {
      readonly cause: 'image-granted-elsewhere' | 'image-of-another-repository';
      readonly image: ImageRepository;
      readonly repoId: number;
    };

/** The first 12 hex digits of the image: what its Promote button carries. */
export function stagingPlanId(digest: Digest): string {
  return digest.slice('sha256:'.length, 'sha256:'.length + 12);
}

const EXTERNAL_ID = /^staging\/([0-9a-f]+)$/;

/** The external id of a check run, by which a click on it finds the check. */
export function stagingExternalId(commit: CommitSha): string {
  return `staging/${commit}`;
}

/** The commit of a staging check run, or null for another kind of check run. */
export function commitOfExternalId(externalId: string): CommitSha | null {
  return parseCommitSha(EXTERNAL_ID.exec(externalId)?.[1] ?? '');
}
