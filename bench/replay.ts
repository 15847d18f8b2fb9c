// Sends a recorded sequence of registry requests again with bare undici, step by step: what the network alone costs.
import { Pool } from 'undici';
import { findTokens } from './bearer.ts';
import type { DelayProxy, Passed } from './delay-proxy.ts';
import { stepsOf } from './steps.ts';

const CONNECTIONS = 8;
const SENT_HEADERS = ['accept', 'content-type'];

/**
 * The same requests to another repository that was prepared like the first, as the proxy saw them. Connections are open
 * before the first one, as those of a server are; a token that the recording did not ask for is asked for before.
 */
export async function replay(args: {
  readonly proxy: DelayProxy;
  readonly recorded: readonly Passed[];
  readonly from: string;
  readonly to: string;
}): Promise<readonly Passed[]> {
  const { proxy, recorded, from, to } = args;
  const pool = new Pool(proxy.url, { connections: CONNECTIONS, pipelining: 1 });
  try {
    const tokens = await findTokens(pool, { url: proxy.url, repository: to });
    let token = await tokens.fetch();
    await Promise.all(Array.from({ length: CONNECTIONS }, () => openConnection(pool)));
    const before = proxy.passed.length;
    for (const step of stepsOf(recorded)) {
      const answers = step.map(async (request) => {
        if (request.path.startsWith('/token')) {
          token = await tokens.fetch();
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

async function openConnection(pool: Pool): Promise<void> {
  const answer = await pool.request({ path: '/v2/', method: 'GET' });
  await answer.body.arrayBuffer();
}
