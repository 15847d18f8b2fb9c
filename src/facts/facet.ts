// How a facet of an image is declared: what it needs, what it costs, and how it is collected.
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
import type { History } from '../domain/promotion/history.ts';
import type { InstallationClient } from '../github/client/client.ts';
import type { RegistryClient } from '../registry/client.ts';
import type { ImageContents } from './contents.ts';
import type { ImageReader } from './image-reader.ts';
import { NoAccess } from './no-access.ts';

/** What facts are collected about. */
export type FactSubject = {
  readonly repository: ImageRepository;
  readonly digest: Digest;
  /** The staging tag that the digest was found under, if any. */
  readonly tag: Tag | null;
  readonly repo: RepoName;
  /** Where its commit may be, in the order of asking. */
  readonly branches: readonly string[];
  /** Whose statuses of staging deployments count, as the policy lists them. */
  readonly stagingReporters: readonly Person[];
  /** Where it is to go: the one environment of a promotion, or all that it may be promoted to. */
  readonly environments: readonly { readonly name: string; readonly tags: readonly Tag[] }[];
};

/** Where facts come from. Those that the store holds are read by the caller, who hands in how. */
export type FactSources = {
  readonly registry: RegistryClient;
  readonly images: Pick<ImageReader, 'contents' | 'missing'>;
  /** NoAccess where nobody can ask GitHub. */
  readonly github: () => InstallationClient;
  /** Resolves after that many milliseconds. */
  readonly wait: (ms: number) => Promise<void>;
  /** What an environment held with images of this repository; NoAccess where there is no database. */
  readonly history: (environment: string) => Promise<History>;
  /** Whom the image belongs to. */
  readonly ownership: () => Promise<ImageOwnership>;
  /** Who rejected the image before; NoAccess where there is no database. */
  readonly rejectionOf: (digest: Digest) => Promise<PastRejection>;
  /** What the staging check of a commit examined; null where there is none. NoAccess where there is no database. */
  readonly stagingCheckOf: (commit: CommitSha) => Promise<ExaminedTag | null>;
};

/** A tag as the staging check found it; `now` is when that is asked. */
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

/** A facet whose needs are not known is unknown for the same reason, and so is one that nobody can be asked for. */
export function facet<Name extends FacetName, const Need extends FacetName>(declared: {
  readonly needs: readonly Need[];
  readonly cost: string;
  readonly collect: (facts: FactsWith<Need>, reading: Reading) => Promise<Fact<FacetValues[Name]>>;
}): Facet<Name> {
  const { needs, cost, collect } = declared;
  return {
    needs,
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
