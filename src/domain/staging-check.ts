// The check of a pushed staging commit: whether its image is there, and whether the rules would let it go on.
import type { CommitSha, Digest, ImageRepository, Tag } from './reference.ts';
import type { Finding } from './rule.ts';

export type StagingCheck = {
  readonly repoId: number;
  readonly commit: CommitSha;
  /** The check run that shows it; null until there is one. */
  readonly checkRunId: number | null;
  readonly state: StagingState;
  /** When it began to wait for the image. */
  readonly since: number;
  /** Markdown: what came of the last click on its button. */
  readonly note: string | null;
};

export type StagingState =
  /** Looked for in silence: nothing tells yet that this repository has images for us. */
  | { readonly kind: 'unseen' }
  | { readonly kind: 'waiting'; readonly image: ImageRepository; readonly tags: readonly Tag[] }
  | {
      readonly kind: 'examined';
      readonly image: ImageRepository;
      readonly tag: Tag;
      readonly digest: Digest;
      readonly platforms: readonly string[];
      readonly findings: readonly Finding[];
      /** Where the policy lets it go, and which of these is meant where none is named. */
      readonly environments: readonly string[];
      readonly defaultEnvironment: string | null;
    }
  /** `problem` is text for people: what the registry, the policy file or the server's operator has to do with it. */
  | { readonly kind: 'ended'; readonly cause: EndCause; readonly problem: string };

export type EndCause = 'no-image' | 'no-access' | 'image-unreadable' | 'policy-unreadable' | 'not-granted';

const EXTERNAL_ID = /^staging\/([0-9a-f]{40}|[0-9a-f]{64})$/;

/** What a check run carries so that a click on it finds its way back. */
export function stagingExternalId(commit: CommitSha): string {
  return `staging/${commit}`;
}

/** The commit of a check run of ours, or null where it is another kind of check run. */
export function commitOfExternalId(externalId: string): string | null {
  return EXTERNAL_ID.exec(externalId)?.[1] ?? null;
}
