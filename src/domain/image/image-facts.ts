// What is known of one image: the value that collectors fill and rules read.
import type { CommitSha, Digest, ImageRepository, Tag } from './reference.ts';

/** A fact is known with a value, or unknown with a reason; unknown fails closed. */
export type Fact<T> =
  { readonly kind: 'known'; readonly value: T } | { readonly kind: 'unknown'; readonly reason: string };

export type ImageFacts = {
  readonly repository: ImageRepository;
  readonly digest: Digest;
  readonly mediaType: string;
  /** The staging tag that the digest was found under, if any. */
  readonly tag: Tag | null;
  /** The runnable platforms only: attestation children are not images. */
  readonly platforms: readonly PlatformFacts[];
  /** Every manifest, config and layer of the runnable platforms that the registry does not hold; empty = complete. */
  readonly missing: Fact<readonly MissingPart[]>;
  readonly lineage: Fact<Lineage>;
  /** How the commit's latest deployment to `staging` went. */
  readonly stagingDeployment: Fact<StagingDeployment>;
  /** The number of the newest rollback that took the environment off this image, or null. */
  readonly rolledBackBy: number | null;
  /** Where the target of a rollback is incomplete: what could be gone back to instead, if anything. */
  readonly alternative: Alternative | null;
};

/** The newest other image that the environment held and that is complete. */
export type Alternative = {
  /** As people call it: `P2`. */
  readonly name: string;
  /** The command that goes back to it. */
  readonly line: string;
};

export type PlatformFacts = {
  /** `os/architecture[/variant]`, such as `linux/arm64`. */
  readonly platform: string;
  readonly digest: Digest;
  /** Config and compressed layers, bytes. */
  readonly sizeBytes: Fact<number>;
  readonly layerCount: Fact<number>;
  readonly config: Fact<ConfigFacts>;
};

export type ConfigFacts = {
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** `Healthcheck.Test` as the builder wrote it; null when there is none. */
  readonly healthcheck: readonly string[] | null;
  /** History entries that are not `empty_layer`; null when the config has no history. */
  readonly historyLayers: number | null;
  readonly diffIds: number;
};

export type MissingPart = {
  readonly part: 'manifest' | 'config' | 'layer';
  readonly digest: Digest;
  readonly platform: string;
};

/** Where the image's `revision` label stands in the repository's history. */
export type Lineage =
  | { readonly kind: 'no-revision' }
  | { readonly kind: 'malformed'; readonly seen: string }
  | { readonly kind: 'platforms-disagree'; readonly seen: readonly string[] }
  | { readonly kind: 'not-on-branch'; readonly commit: CommitSha; readonly branches: readonly string[] }
  | { readonly kind: 'on-branch'; readonly commit: CommitSha; readonly branch: string };

export type StagingDeployment =
  /** The repository never deployed to `staging`: others may deploy it, unseen by GitHub. */
  | { readonly kind: 'none-anywhere' }
  | { readonly kind: 'none' }
  | { readonly kind: 'no-status' }
  | { readonly kind: 'status'; readonly state: string };

export const SOURCE_LABEL = 'org.opencontainers.image.source';
export const REVISION_LABEL = 'org.opencontainers.image.revision';

export function known<T>(value: T): Fact<T> {
  return { kind: 'known', value };
}

export function unknown(reason: string): { readonly kind: 'unknown'; readonly reason: string } {
  return { kind: 'unknown', reason };
}

/** The commit that a promotion of this image is about, or null when the image does not prove one. */
export function commitOf(facts: Pick<ImageFacts, 'lineage'>): CommitSha | null {
  return facts.lineage.kind === 'known' && facts.lineage.value.kind === 'on-branch' ? facts.lineage.value.commit : null;
}
