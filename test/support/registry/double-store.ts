// What the registry double holds: per repository its blobs, manifests and tags, with the lag of tags that were just written.

export type StoredBlob = { readonly sizeBytes: number; readonly bytes: Uint8Array | null };
export type StoredManifest = { readonly mediaType: string; readonly raw: Uint8Array };

export type StoredRepository = {
  readonly blobs: Map<string, StoredBlob>;
  readonly manifests: Map<string, StoredManifest>;
  readonly tags: Map<string, string>;
  /** Tags whose next reads show an older value. */
  readonly lagging: Map<string, { readonly old: string | null; reads: number }>;
};

export type Store = {
  readonly find: (name: string) => StoredRepository | null;
  /** Made when it is not there. */
  readonly open: (name: string) => StoredRepository;
};

export function createStore(): Store {
  const repositories = new Map<string, StoredRepository>();
  return {
    find: (name) => repositories.get(name) ?? null,
    open: (name) => {
      const known = repositories.get(name);
      if (known !== undefined) return known;
      const made = { blobs: new Map(), manifests: new Map(), tags: new Map(), lagging: new Map() };
      repositories.set(name, made);
      return made;
    },
  };
}

/** Writes a tag; its next `lagReads` reads will not know yet. */
export function writeTag(repository: StoredRepository, tag: string, digest: string, lagReads: number): void {
  if (lagReads > 0) repository.lagging.set(tag, { old: repository.tags.get(tag) ?? null, reads: lagReads });
  repository.tags.set(tag, digest);
}

/** What a read of the tag sees, lag included. */
export function readTag(repository: StoredRepository, tag: string): string | null {
  const lag = repository.lagging.get(tag);
  if (lag === undefined || lag.reads <= 0) return repository.tags.get(tag) ?? null;
  lag.reads -= 1;
  return lag.old;
}
