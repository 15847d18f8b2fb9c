// Sends Octokit's requests: bounded in time, held back where the host fails, and a write is never turned into a read.
import type { HostGuard } from '../../net/breaker.ts';

const REPEATS_THE_WRITE: readonly number[] = [307, 308];
const NO_BODY: readonly number[] = [204, 205, 304];
const TURNS_INTO_A_READ: readonly number[] = [301, 302, 303];

/**
 * A renamed repository redirects a write with 307: it is repeated there. After a permanent move (301, such as of a
 * transferred issue), `fetch` would read instead of write: it is reported as gone. An answer whose body breaks off
 * counts as no answer: Octokit would return the part that came, and the cache would keep it by its ETag.
 */
export function createFetch({
  timeoutMs,
  guard,
}: {
  readonly timeoutMs: number;
  readonly guard: HostGuard;
}): (url: string, init: RequestInit) => Promise<Response> {
  return async (url, init) => {
    const tell = guard.enter(new URL(url).host);
    try {
      const response = await readWhole(await sendOnce(timeoutMs, url, init));
      tell(response.status >= 500 ? { kind: 'down', problem: `HTTP ${response.status}` } : { kind: 'up' });
      return response;
    } catch (error) {
      tell({ kind: 'down', problem: 'no answer' });
      throw error;
    }
  };
}

async function readWhole(response: Response): Promise<Response> {
  const { status, statusText, headers } = response;
  const bytes = await response.arrayBuffer();
  return new Response(NO_BODY.includes(status) ? null : bytes, { status, statusText, headers });
}

async function sendOnce(timeoutMs: number, url: string, init: RequestInit): Promise<Response> {
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
}
