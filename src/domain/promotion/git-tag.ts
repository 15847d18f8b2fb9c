// A pushed git tag `v1.2.3`: which names are versions, and what is answered where it names nothing by itself.
import { parseVersion } from '../command/values.ts';
import type { CommitSha, Digest, Tag } from '../image/reference.ts';
import type { Refusal } from '../refusal.ts';

/** What is told on the tagged commit when no promotion is opened. */
export type GitTagAnswer =
  /** The version names that very image already. */
  | { readonly kind: 'named-already'; readonly environment: string; readonly digest: Digest }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** `source` is the staging tag of an image with the tagged files, if there is one to be promoted under the version. */
  | {
      readonly kind: 'not-in-production';
      readonly environment: string;
      readonly why: NotInProduction;
      readonly source: Tag | null;
    };

/** Why what the environment holds is not what was tagged. */
export type NotInProduction =
  | { readonly cause: 'not-on-branch'; readonly branch: string }
  | { readonly cause: 'nothing-held'; readonly tags: readonly Tag[] }
  /** Its floating tags disagree. */
  | { readonly cause: 'mixed'; readonly tags: readonly Tag[] }
  | { readonly cause: 'no-commit'; readonly digest: Digest }
  | { readonly cause: 'other-files'; readonly commit: CommitSha; readonly digest: Digest };

/** `v1.2.3` or `v1.2.3-rc.1`, just so; null for every other name. */
export function parseVersionTag(name: string): Tag | null {
  if (!name.startsWith('v')) return null;
  const parsed = parseVersion(name);
  return parsed.kind === 'value' && parsed.value === name ? parsed.value : null;
}

const EXTERNAL_ID = /^version\/(.+)$/;

/** What the answer's check run carries, so that its Re-run finds its way back. */
export function gitTagExternalId(tag: Tag): string {
  return `version/${tag}`;
}

/** The version of such a check run, or null where it is another kind. */
export function versionOfExternalId(externalId: string): Tag | null {
  return parseVersionTag(EXTERNAL_ID.exec(externalId)?.[1] ?? '');
}
