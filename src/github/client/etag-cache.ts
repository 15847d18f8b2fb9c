// Remembers answers by URL with their ETag, so that asking again costs nothing of the rate limit (a 304 is free).

export type TaggedResponse = {
  readonly status: number;
  readonly url: string;
  readonly headers: { readonly etag?: string | undefined };
  readonly data: unknown;
};

export type EtagCache<R extends TaggedResponse> = {
  readonly find: (url: string) => R | undefined;
  readonly keep: (url: string, response: R) => void;
};

/** Holds `maxEntries` answers; the one not used for longest goes first. */
export function createEtagCache<R extends TaggedResponse>(maxEntries: number): EtagCache<R> {
  // A Map iterates in the order of insertion, so the first key is the oldest.
  const entries = new Map<string, R>();
  const keep = (url: string, response: R): void => {
    entries.delete(url);
    entries.set(url, response);
    const [oldest] = entries.keys();
    if (entries.size > maxEntries && oldest !== undefined) entries.delete(oldest);
  };
  return {
    keep,
    find: (url) => {
      const found = entries.get(url);
      if (found !== undefined) keep(url, found);
      return found;
    },
  };
}
