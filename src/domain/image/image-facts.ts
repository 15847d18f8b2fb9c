// What is known of one image: the value that collectors fill and rules read.
import type { CommitSha, Digest, ImageRepository, Tag } from './reference.ts';
import type { Person } from '../actor.ts';
import type { Changes } from './changes.ts';
import type { SameCode } from './same-code.ts';
import type { TargetOutcome } from '../promotion/target-origin.ts';
import type { UnknownReason } from './unknown-reason.ts';
import type { PrecedingVersion } from './version.ts';

/** A fact is known with a value, or unknown with a reason; unknown fails closed. */
export type Fact<T> = Known<T> | Unknown;
type Known<T> = { readonly kind: 'known'; readonly value: T };
type Unknown = { readonly kind: 'unknown'; readonly reason: UnknownReason };

/** The value of each facet once it is collected. */
export type FacetValues = {
  /** What the manifests and configs say. */
  readonly contents: ContentFacts;
  /** Every manifest, config and layer of the runnable platforms that the registry does not hold; empty = complete. */
  readonly missingParts: readonly MissingPart[];
  readonly lineage: Lineage;
  /** How the commit's latest deployment to `staging` went. */
  readonly stagingDeployment: StagingDeployment;
  readonly pastRollback: PastRollback;
  readonly ownership: ImageOwnership;
  readonly pastRejection: PastRejection;
  readonly checkedTag: CheckedTag;
  readonly changes: Changes;
  readonly sameCode: SameCode;
  /** What a rollback could go back to instead, if its target is incomplete. */
  readonly alternative: Alternative | null;
  /** Null without a requested version, and for the first one. */
  readonly precedingVersion: PrecedingVersion | null;
};

export type FacetName = keyof FacetValues;

export type Facets = { readonly [Name in FacetName]: Fact<FacetValues[Name]> };

export type ImageFacts = Facets & {
  readonly repository: ImageRepository;
  readonly digest: Digest;
  /** The staging tag that the digest was found under, if any. */
  readonly tag: Tag | null;
};

/** Facts among which these facets are known. */
export type FactsWith<Name extends FacetName> = ImageFacts & {
  readonly [Each in Name]: Known<FacetValues[Each]>;
};

export type ContentFacts = {
  readonly mediaType: string;
  /** The runnable platforms only: attestation children are not images. */
  readonly platforms: readonly PlatformFacts[];
};

/** Whether a rollback took the environment off this image; `by` is the number of the newest one. */
export type PastRollback = { readonly kind: 'none' } | { readonly kind: 'rolled-back'; readonly by: number };

/** The newest rejection of the image by a person; `by` is a login. */
export type PastRejection =
  | { readonly kind: 'none' }
  | { readonly kind: 'rejected'; readonly promotion: number; readonly by: string; readonly at: number };

/** Whether it is what the staging check of its commit examined, under `tag`. */
export type CheckedTag =
  | { readonly kind: 'same' }
  | {
      readonly kind: 'overwritten';
      /** True if the check examined this image since, and another one before. */
      readonly isRechecked: boolean;
      readonly tag: Tag;
      readonly checked: Digest;
      readonly checkedAt: number | null;
      readonly holds: Digest;
      readonly readAt: number;
    };

/** The owner of an image. */
export type ImageOwnership = {
  /** `unknown`: there is no database. */
  readonly claim: 'granted' | 'owned' | 'unclaimed' | 'refused' | 'unknown';
  readonly repoId: number;
  /** The names of the repository that `source` may have, in lower case: the current one and former ones. */
  readonly names: readonly string[];
  /** Those that prove a first promotion. */
  readonly proving: readonly string[];
};

/** The newest other image that the environment held and that is complete. */
export type Alternative = {
  /** The number of the promotion that put it there, as in `P2`. */
  readonly promotion: number;
  readonly environment: string;
} & Partial<TargetOutcome>;

export type PlatformFacts = {
  /** `os/architecture[/variant]`, such as `linux/arm64`. */
  readonly platform: string;
  readonly digest: Digest;
  /** Config and compressed layers, bytes. */
  readonly sizeBytes: Fact<number>;
  readonly layerCount: Fact<number>;
  /** Layers that hosts pull from their own URL; left out where there is none. */
  readonly foreignLayers?: number;
  readonly config: Fact<ConfigFacts>;
  /** Source and revision, of the indexes around it, outermost first, then of its own manifest. */
  readonly annotations: readonly Annotations[];
};

/** Those of one manifest or index. */
export type Annotations = Readonly<Record<string, string>>;

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

/** Where the commit of the image's `revision` is in the repository's history. */
export type Lineage =
  | { readonly kind: 'no-revision' }
  | { readonly kind: 'malformed'; readonly seen: string }
  /** Label and annotations of one platform name different commits. */
  | { readonly kind: 'claims-disagree'; readonly seen: readonly string[] }
  /** Null: a platform without one. */
  | { readonly kind: 'platforms-disagree'; readonly seen: readonly (string | null)[] }
  | {
      readonly kind: 'not-on-branch';
      readonly commit: CommitSha;
      readonly branches: readonly string[];
      /** Those among them that the repository does not have. */
      readonly missing: readonly string[];
    }
  | {
      readonly kind: 'on-branch';
      readonly commit: CommitSha;
      readonly branch: string;
      /** The branches before it that exist and do not have the commit; left out where there is none. */
      readonly notOn?: readonly string[];
      /** Absent if GitHub gave none. */
      readonly summary?: CommitSummary;
    };

/** What people recognize a commit by. */
export type CommitSummary = {
  /** First line of the message, cut. */
  readonly subject: string;
  /** Login of the account that GitHub gives for the author, else the name in the commit, which the person who pushed can choose. */
  readonly author: string | null;
};

export type StagingDeployment =
  /** The image proves no commit that could have been deployed. */
  | { readonly kind: 'no-commit' }
  /** The repository never deployed to `staging`; something else may deploy it without GitHub. */
  | { readonly kind: 'none-anywhere' }
  | { readonly kind: 'none' }
  | { readonly kind: 'no-status' }
  | { readonly kind: 'status'; readonly state: string }
  /** The report is by an account whose statuses don't count. */
  | { readonly kind: 'not-counted'; readonly state: string; readonly by: Person };

export const SOURCE_LABEL = 'org.opencontainers.image.source';
export const REVISION_LABEL = 'org.opencontainers.image.revision';

const NOT_COLLECTED = unknown({ code: 'not-collected' });

/** What is known before anything was collected. */
export const NOTHING_COLLECTED: Facets = {
  contents: NOT_COLLECTED,
  missingParts: NOT_COLLECTED,
  lineage: NOT_COLLECTED,
  stagingDeployment: NOT_COLLECTED,
  pastRollback: NOT_COLLECTED,
  ownership: NOT_COLLECTED,
  pastRejection: NOT_COLLECTED,
  checkedTag: NOT_COLLECTED,
  changes: NOT_COLLECTED,
  sameCode: NOT_COLLECTED,
  alternative: NOT_COLLECTED,
  precedingVersion: NOT_COLLECTED,
};

export function known<T>(value: T): Known<T> {
  return { kind: 'known', value };
}

export function unknown(reason: UnknownReason): Unknown {
  return { kind: 'unknown', reason };
}

export function isKnown<Name extends FacetName>(facts: ImageFacts, names: readonly Name[]): facts is FactsWith<Name> {
  return names.every((name) => facts[name].kind === 'known');
}

/** Why the first unknown one of these facets is unknown. */
export function unknownReasonOf(facts: ImageFacts, names: readonly FacetName[]): UnknownReason {
  for (const name of names) {
    const fact = facts[name];
    if (fact.kind === 'unknown') return fact.reason;
  }
  return NOT_COLLECTED.reason;
}

/** The commit that a promotion of this image is about, or null when the image does not prove one. */
export function commitOf(facts: Pick<ImageFacts, 'lineage'>): CommitSha | null {
  return facts.lineage.kind === 'known' && facts.lineage.value.kind === 'on-branch' ? facts.lineage.value.commit : null;
}

/** Empty if unknown. */
export function commitSummaryOf({ lineage }: Pick<ImageFacts, 'lineage'>): { readonly summary?: CommitSummary } {
  if (lineage.kind !== 'known' || lineage.value.kind !== 'on-branch') return {};
  const { summary } = lineage.value;
  return summary === undefined ? {} : { summary };
}

/** `linux/amd64`, …; none if the contents are unknown. */
export function platformNamesOf({ contents }: Pick<ImageFacts, 'contents'>): readonly string[] {
  return contents.kind === 'known' ? contents.value.platforms.map(({ platform }) => platform) : [];
}
