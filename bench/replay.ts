// Sends a recorded sequence of registry requests again with bare undici, step by step: what the network alone costs.
import { Pool } from 'undici';
import { z } from 'zod';
import type { DelayProxy, Passed } from './delay-proxy.ts';
import { stepsOf } from './steps.ts';

const CONNECTIONS = 8;
const SENT_HEADERS = ['accept', 'content-type'];
const TokenAnswer = z.looseObject({ token: z.string() });

/**
 * The same requests to another repository that was prepared like the first, as the proxy saw them. Connections are open
 * before the first one, as those of a server are; a token that the recording did not ask for is asked for before.
 */
export async function replay(args: {
  readonly proxy: DelayProxy;
  readonly recorded: readonly Passed[];
  readonly from: string;
  readonly to: string;
  readonly login: string;
}): Promise<readonly Passed[]> {
  const { proxy, recorded, from, to, login } = args;
  const pool = new Pool(proxy.url, { connections: CONNECTIONS, pipelining: 1 });
  try {
    const tokenPath = await findTokenPath(pool, to);
    let token = await fetchToken(pool, { path: tokenPath, login });
    await Promise.all(Array.from({ length: CONNECTIONS }, () => read(pool, { path: '/v2/', headers: {} })));
    const before = proxy.passed.length;
    for (const step of stepsOf(recorded)) {
      const answers = step.map(async (request) => {
        if (request.path.startsWith('/token')) {
          token = await fetchToken(pool, { path: tokenPath, login });
          return;
        }
        const kept = SENT_HEADERS.flatMap((name) => {
          const value = request.headers[name];
          return value === undefined ? [] : [[name, value] as const];
        });
        const answer = await pool.request({
          path: request.path.replace(`/v2/${from}/`, `/v2/${to}/`),
          method: request.method,
          headers: { ...Object.fromEntries(kept), authorization: `Bearer ${token}` },
          body: request.body.length === 0 ? null : request.body,
          reset: false,
        });
        await answer.body.arrayBuffer();
      });
      await Promise.all(answers);
    }
    return proxy.passed.slice(before);
  } finally {
    await pool.close();
  }
}

async function findTokenPath(pool: Pool, repository: string): Promise<string> {
  const refused = await pool.request({ path: '/v2/', method: 'GET' });
  await refused.body.arrayBuffer();
  const service = /service="([^"]+)"/.exec(String(refused.headers['www-authenticate']))?.[1] ?? '';
  const scope = `repository:${repository}:pull,push`;
  return `/token?${new URLSearchParams({ service, scope }).toString()}`;
}

async function fetchToken(
  pool: Pool,
  { path, login }: { readonly path: string; readonly login: string },
): Promise<string> {
  return TokenAnswer.parse(JSON.parse(await read(pool, { path, headers: { authorization: login } }))).token;
}

async function read(
  pool: Pool,
  { path, headers }: { readonly path: string; readonly headers: Readonly<Record<string, string>> },
): Promise<string> {
  const answer = await pool.request({ path, method: 'GET', headers });
  return answer.body.text();
}
