// Sends signed deliveries as fast as they are answered, over a number of connections, and writes down how long each took.
import { createHmac, randomUUID } from 'node:crypto';
import { Pool } from 'undici';
import { startGitHub } from '../test/support/github/world.ts';

export type Delivery = { readonly body: string; readonly headers: Readonly<Record<string, string>> };

export type Load = {
  /** How many were answered otherwise than with 202 or 200. */
  readonly refused: number;
  /** Accepted ones. */
  readonly perSecond: number;
  /** Of each that was accepted. */
  readonly latenciesMs: readonly number[];
};

export const WEBHOOKS = '/api/github/webhooks';

/** What GitHub sends when somebody comments on an issue, without a command in it; `env` is the App's that it is signed for. */
export async function recordDelivery(): Promise<{
  readonly delivery: Delivery;
  readonly env: Readonly<Record<string, string>>;
}> {
  const github = await startGitHub();
  try {
    const repo = await github.repo({ owner: 'acme', name: 'dotca', users: { ada: 'write' } });
    const issue = repo.openIssue({ title: 'Release', by: 'ada' });
    await repo.comment({ issue, by: 'ada', body: 'Looks good to me, thank you!' });
    const sent = github.deliveries.at(-1);
    if (sent === undefined) throw new Error('no delivery was made');
    const signature = createHmac('sha256', github.env.WEBHOOK_SECRET).update(sent.body).digest('hex');
    const headers = { ...sent.headers, 'x-hub-signature-256': `sha256=${signature}` };
    return { delivery: { body: sent.body, headers }, env: github.env };
  } finally {
    await github.close();
  }
}

/** For `seconds` after a warm-up that does not count. Each delivery has an id of its own, or it would be seen before. */
export async function sendLoad(args: {
  readonly url: string;
  readonly delivery: Delivery;
  readonly connections: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
}): Promise<Load> {
  const { url, delivery, connections } = args;
  const pool = new Pool(url, { connections, pipelining: 1 });
  const from = performance.now() + args.warmUpSeconds * 1000;
  const until = from + args.seconds * 1000;
  const latenciesMs: number[] = [];
  let refused = 0;
  const send = async (): Promise<void> => {
    for (let at = performance.now(); at < until; at = performance.now()) {
      const status = await post(pool, delivery, randomUUID());
      const answeredAt = performance.now();
      if (at < from || answeredAt > until) continue;
      if (status === 202 || status === 200) latenciesMs.push(answeredAt - at);
      else refused += 1;
    }
  };
  try {
    await Promise.all(Array.from({ length: connections }, send));
  } finally {
    await pool.destroy();
  }
  return { refused, perSecond: latenciesMs.length / args.seconds, latenciesMs };
}

/** Answers the status. */
export async function post(pool: Pool, { body, headers }: Delivery, id: string): Promise<number> {
  const answer = await pool.request({
    path: WEBHOOKS,
    method: 'POST',
    headers: { ...headers, 'x-github-delivery': id },
    body,
  });
  await answer.body.arrayBuffer();
  return answer.statusCode;
}
