// Declares a facet of an image: its needs, its cost, and how it is collected.
import {
  isKnown,
  unknown,
  unknownReasonOf,
  type Fact,
  type FacetName,
  type FacetValues,
  type FactsWith,
  type ImageFacts,
  type ImageOwnership,
  type PastRejection,
} from '../domain/image/image-facts.ts';
import type { Person } from '../domain/actor.ts';
import type { CommitSha, Digest, ImageRepository, RepoName, Tag } from '../domain/image/reference.ts';
import type { ContentPolicy } from '../domain/policy/policy.ts';
import type { History } from '../domain/promotion/history.ts';
import type { InstallationClient } from '../github/client/client.ts';
import type { Clock } from '../net/clock.ts';
import type { RegistryClient } from '../registry/client.ts';
import type { ImageContents } from './contents.ts';
import type { ImageReader } from './image-reader.ts';
import { NoAccess } from './no-access.ts';

/** The image that facts are collected about. */
export type FactSubject = {
  readonly repository: ImageRepository;
  readonly digest: Digest;
  /** The staging tag that the digest was found under, if any. */
  readonly tag: Tag | null;
  readonly repo: RepoName;
  /** The version that is requested for it, if any. */
  readonly versionTag: Tag | null;
  /** The branches that its commit may be on, in the order of requests. */
  readonly branches: readonly string[];
  /** Whose statuses of staging deployments count, as the policy lists them. */
  readonly stagingReporters: readonly Person[];
  /** The environment of the promotion, or all that the image may be promoted to. */
  readonly environments: readonly { readonly name: string; readonly branch: string; readonly tags: readonly Tag[] }[];
  /** What the policy asks of its code. */
  readonly content: ContentPolicy;
};

/** The sources of facts. The caller passes in functions that read the store. */
export type FactSources = {
  readonly registry: RegistryClient;
  readonly images: Pick<ImageReader, 'contents' | 'missing'>;
  /** NoAccess if GitHub can't be read. */
  readonly github: () => InstallationClient;
  readonly clock: Pick<Clock, 'now' | 'wait'>;
  /** What an environment held with images of this repository; NoAccess where there is no database. */
  readonly history: (environment: string) => Promise<History>;
  /** The owner of the image. */
  readonly ownership: () => Promise<ImageOwnership>;
  /** Who rejected the image before; NoAccess without a database. */
  readonly rejectionOf: (digest: Digest) => Promise<PastRejection>;
  /** What the staging check of a commit examined, first and last; none without a check. NoAccess without a database. */
  readonly stagingChecksOf: (commit: CommitSha) => Promise<readonly ExaminedTag[]>;
};

/** A tag as the staging check found it; `now` is the time of the query. */
export type ExaminedTag = {
  readonly image: ImageRepository;
  readonly tag: Tag;
  readonly digest: Digest;
  readonly checkedAt: number | null;
  readonly now: number;
};

/** What a facet is collected with. */
export type Reading = {
  readonly subject: FactSubject;
  readonly sources: FactSources;
  /** The contents with all details, read once. */
  readonly contents: () => Promise<ImageContents>;
};

export type Facet<Name extends FacetName> = {
  readonly needs: readonly FacetName[];
  /** The requests that it makes. */
  readonly cost: string;
  readonly collect: (facts: ImageFacts, reading: Reading) => Promise<Fact<FacetValues[Name]>>;
};

/** A facet is unknown if one of its needs is, for the same reason, or if its source has no access. */
export function facet<Name extends FacetName, const Need extends FacetName>(declared: {
  readonly needs: readonly Need[];
  /** Collected before as well, but may be unknown. */
  readonly uses?: readonly FacetName[];
  readonly cost: string;
  readonly collect: (facts: FactsWith<Need>, reading: Reading) => Promise<Fact<FacetValues[Name]>>;
}): Facet<Name> {
  const { needs, uses = [], cost, collect } = declared;
  return {
    needs: [...needs, ...uses],
    cost,
    collect: async (facts, reading) => {
      if (!isKnown(facts, needs)) return unknown(unknownReasonOf(facts, needs));
      try {
        return await collect(facts, reading);
      } catch (error) {
        if (!(error instanceof NoAccess)) throw error;
        return unknown({ code: 'no-access', source: error.source, detail: error.detail });
      }
    },
  };
}
