// Sends Octokit's requests: bounded in time, and a write is never turned into a read by a redirect.

const REPEATS_THE_WRITE: readonly number[] = [307, 308];
const TURNS_INTO_A_READ: readonly number[] = [301, 302, 303];

/**
 * A renamed repository redirects a write with 307: it is repeated there. A place that moved away for good (301, such as an
 * issue that was transferred) would be read instead of written by the rules of `fetch`: it is told as gone.
 */
export function createFetch(timeoutMs: number): (url: string, init: RequestInit) => Promise<Response> {
  return async (url, init) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const isRead = init.method === undefined || init.method === 'GET' || init.method === 'HEAD';
    if (isRead || init.redirect === 'error') return fetch(url, { ...init, signal });
    const response = await fetch(url, { ...init, signal, redirect: 'manual' });
    if (TURNS_INTO_A_READ.includes(response.status)) {
      return Response.json({ message: 'It moved to another place' }, { status: 410 });
    }
    const target = new URL(response.headers.get('location') ?? url, url);
    if (!REPEATS_THE_WRITE.includes(response.status) || target.origin !== new URL(url).origin) return response;
    return fetch(target, { ...init, signal, redirect: 'error' });
  };
}
