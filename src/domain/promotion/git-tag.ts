// A pushed git tag `v1.2.3`: which names are versions, and the answer if it names no image by itself.
import { parseVersion } from '../command/values.ts';
import type { CommitSha, Digest, Tag } from '../image/reference.ts';
import type { ImageOutcome } from './history.ts';
import type { Refusal } from '../refusal.ts';

/** The answer on the tagged commit if no promotion is opened. */
export type GitTagAnswer =
  /** The version already names this image. */
  | { readonly kind: 'named-already'; readonly environment: string; readonly digest: Digest }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** `source` is the staging tag of an image with the tagged files, if there is one to be promoted under the version. */
  | {
      readonly kind: 'not-in-production';
      readonly environment: string;
      readonly why: NotInProduction;
      readonly source: Tag | null;
      /** What became of that image; left out if the environment never held it. */
      readonly sourceOutcome?: ImageOutcome;
    };

/** Why the environment does not hold what was tagged. */
export type NotInProduction =
  | { readonly cause: 'not-on-branch'; readonly branch: string }
  | { readonly cause: 'nothing-held'; readonly tags: readonly Tag[] }
  /** Its floating tags disagree. */
  | { readonly cause: 'mixed'; readonly tags: readonly Tag[] }
  | { readonly cause: 'no-commit'; readonly digest: Digest }
  | { readonly cause: 'other-files'; readonly commit: CommitSha; readonly digest: Digest };

/** `v1.2.3` or `v1.2.3-rc.1`, exactly; null for every other name. */
export function parseVersionTag(name: string): Tag | null {
  if (!name.startsWith('v')) return null;
  const parsed = parseVersion(name);
  return parsed.kind === 'value' && parsed.value === name ? parsed.value : null;
}

const EXTERNAL_ID = /^version\/(.+)$/;

/** The external id of the answer's check run, by which its Re-run finds it. */
export function gitTagExternalId(tag: Tag): string {
  return `version/${tag}`;
}

/** The version of such a check run, or null for another kind. */
export function versionOfExternalId(externalId: string): Tag | null {
  return parseVersionTag(EXTERNAL_ID.exec(externalId)?.[1] ?? '');
}
