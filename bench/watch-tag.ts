// Reads a tag again and again, a few milliseconds apart, as an impatient deployer would, until it holds a digest.
import { Agent } from 'undici';
import { findTokens } from './bearer.ts';

const EVERY_MS = 3;
const RETRY_BUDGET_MS = 20_000;
const ACCEPT = 'application/vnd.oci.image.index.v1+json';

/** Answers, once it reads, a promise of when the tag held the digest, by `performance.now()`. */
export async function watchTag(args: {
  readonly url: string;
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
}): Promise<{ readonly seenAt: Promise<number> }> {
  const { url, repository, tag, digest } = args;
  const agent = new Agent({ connections: 1, pipelining: 1 });
  const token = await (await findTokens(agent, { url, repository })).fetch();
  const headers = { authorization: `Bearer ${token}`, accept: ACCEPT };
  const read = async (): Promise<string> => {
    const path = `/v2/${repository}/manifests/${tag}`;
    const answer = await agent.request({ origin: url, path, method: 'HEAD', headers, reset: false });
    await answer.body.arrayBuffer();
    return String(answer.headers['docker-content-digest']);
  };
  const watch = async (): Promise<number> => {
    const until = performance.now() + RETRY_BUDGET_MS;
    try {
      while ((await read()) !== digest) {
        if (performance.now() > until) throw new Error(`${tag} does not come to hold ${digest}`);
        await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
      }
      return performance.now();
    } finally {
      await agent.destroy();
    }
  };
  await read();
  return { seenAt: watch() };
}
