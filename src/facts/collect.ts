// Collects the facts of one image: the only place where facets are put together.
import { NOTHING_COLLECTED, type FacetName, type Facets, type ImageFacts } from '../domain/image/image-facts.ts';
import type { ImageContents } from './contents.ts';
import type { FactSources, FactSubject, Reading } from './facet.ts';
import { FACETS } from './facets.ts';

export type FactCollection = {
  /**
   * What is known once these facets are collected. A facet that was not requested is unknown. Each is collected once,
   * however often it is asked for; those that do not need each other run in parallel. OutsideError when registry or GitHub
   * can't say for now.
   */
  readonly collect: (names: readonly FacetName[]) => Promise<ImageFacts>;
  /** The contents with all details, for output that shows more than rules read. */
  readonly contents: () => Promise<ImageContents>;
};

/** Facts for the rules, and contents to show. */
export type CollectedImage = { readonly facts: ImageFacts; readonly contents: ImageContents };

/** Nothing is read before it is requested. */
export function createCollection(subject: FactSubject, sources: FactSources): FactCollection {
  const { repository, digest, tag } = subject;
  const facets: Collected = { ...NOTHING_COLLECTED };
  const started = new Map<FacetName, Promise<void>>();
  const read: { contents?: Promise<ImageContents> } = {};
  const contents = (): Promise<ImageContents> => (read.contents ??= sources.images.contents({ repository, digest }));
  const reading: Reading = { subject, sources, contents };

  async function collect(names: readonly FacetName[]): Promise<ImageFacts> {
    await Promise.all(names.map(start));
    return { repository, digest, tag, ...facets };
  }

  function start(name: FacetName): Promise<void> {
    const running = started.get(name) ?? run(name, TABLE[name]);
    started.set(name, running);
    return running;
  }

  async function run<Name extends FacetName>(name: Name, facet: Table[Name]): Promise<void> {
    const facts = await collect(facet.needs);
    facets[name] = await facet.collect(facts, reading);
  }

  return { collect, contents };
}

type Collected = { -readonly [Name in FacetName]: Facets[Name] };

type Table = {
  readonly [Name in FacetName]: {
    readonly needs: readonly FacetName[];
    readonly collect: (facts: ImageFacts, reading: Reading) => Promise<Collected[Name]>;
  };
};

/** The type keeps a name and its facet together. */
const TABLE: Table = FACETS;
