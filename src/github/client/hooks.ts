// Hooks around each request of an Octokit: one reports it, one answers it from the ETag cache if that is allowed.
import type { Octokit } from '@octokit/rest';
import { LRUCache } from 'lru-cache';
import type { Repo } from '../../domain/promotion/promotion.ts';
import { headersOf, heldBackOf, statusOf } from './failure.ts';

export type ObservedRequest = {
  readonly method: string;
  /** The route as documented, `/repos/{owner}/{repo}/check-runs`: fit for a metric's label. */
  readonly route: string;
  /** Null without an answer. */
  readonly status: number | null;
  readonly durationMs: number;
  /** The requests that the installation has left this hour; null if the answer does not show it. */
  readonly rateLimitLeft: number | null;
  /** Null for requests as the App. */
  readonly installationId: number | null;
};

/** Given as `request` of a GET whose answer may be kept by its ETag, without the members of it that `dropped` names. */
export const CACHEABLE = { cacheable: true } as const;

const MAX_CACHED = 2000;
/** Of all answers together, as JSON: the listing of one large folder has a megabyte. */
const MAX_CACHED_CHARACTERS = 64_000_000;
const REPO_ROUTE = '/repos/{owner}/{repo}';

export type EtagCache = LRUCache<string, Awaited<ReturnType<Octokit['request']>>>;

export function createEtagCache(): EtagCache {
  return new LRUCache({
    max: MAX_CACHED,
    maxSize: MAX_CACHED_CHARACTERS,
    sizeCalculation: ({ data }) => JSON.stringify({ data }).length,
  });
}

/** Passes each HTTP request that is sent to `onRequest`, whatever its result. */
export function observeRequests(
  octokit: Octokit,
  { installationId, onRequest }: Pick<ObservedRequest, 'installationId'> & { readonly onRequest: Observer },
): void {
  octokit.hook.wrap('request', async (request, options) => {
    const startedAt = performance.now();
    const observe = (status: number | null, headers: Headers): void => {
      const { method } = options;
      const route = String(options.request['route'] ?? options.url);
      const rateLimitLeft = rateLimitLeftOf(headers);
      onRequest({ method, route, status, durationMs: performance.now() - startedAt, rateLimitLeft, installationId });
    };
    try {
      const response = await request(options);
      observe(response.status, response.headers);
      return response;
    } catch (error) {
      if (heldBackOf(error) === null) observe(statusOf(error), headersOf(error));
      throw error;
    }
  });
}

/** Repeats requests marked CACHEABLE with `if-none-match`; GitHub's 304 doesn't count against the rate limit. */
export function answerFromEtags(
  octokit: Octokit,
  { cache, installationId }: { readonly cache: EtagCache; readonly installationId: number | null },
): void {
  octokit.hook.wrap('request', async (request, options) => {
    if (options.request['cacheable'] !== true) return request(options);
    // An answer of one installation is not shown to another.
    const key = `${installationId ?? ''} ${octokit.request.endpoint(options).url}`;
    const known = cache.get(key);
    const etag = known?.headers.etag;
    // Written into the options we were given: inner hooks get those very options, whatever is handed on here.
    if (etag !== undefined) options.headers['if-none-match'] = etag;
    try {
      const response = await request(options);
      const { data } = response;
      const dropped: readonly unknown[] = Array.isArray(options.request['dropped']) ? options.request['dropped'] : [];
      if (typeof data === 'object' && data !== null)
        for (const name of dropped) Reflect.deleteProperty(data, String(name));
      if (response.headers.etag !== undefined) cache.set(key, response);
      return response;
    } catch (error) {
      if (known === undefined || statusOf(error) !== 304) throw error;
      return known;
    }
  });
}

/**
 * Sends what is asked of the repository to `/repositories/{id}/…`: GitHub's own pages of lists and redirects of renamed
 * repositories lead there. The name may be another repository's by now. A request for another name is a bug.
 */
export function addressById(octokit: Octokit, { id, name }: Repo): void {
  octokit.hook.wrap('request', async (request, options) => {
    const { url: route } = options;
    if (!route.startsWith(REPO_ROUTE)) return request(options);
    const asked = `${String(options['owner'])}/${String(options['repo'])}`;
    if (asked !== name) throw new Error(`the client of ${name} was asked for ${asked}`);
    // In the options we were given, as above.
    options.request['route'] = route;
    options.url = `/repositories/${id}${route.slice(REPO_ROUTE.length)}`;
    delete options['owner'];
    delete options['repo'];
    return request(options);
  });
}

type Observer = (request: ObservedRequest) => void;
type Headers = Readonly<Record<string, unknown>>;

/** For the limit that every installation has; searches and the like have others. */
function rateLimitLeftOf(headers: Headers): number | null {
  const left = headers['x-ratelimit-remaining'];
  if (left === undefined || (headers['x-ratelimit-resource'] ?? 'core') !== 'core') return null;
  const count = Number(left);
  return Number.isSafeInteger(count) ? count : null;
}
