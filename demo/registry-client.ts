// Reads tags as any visitor of a registry would: over HTTP, with a token, and by the bytes it gets.
import { createHash } from 'node:crypto';
import { z } from 'zod';

export type Credentials = { readonly username: string; readonly password: string };
export type RegistryAddress = {
  readonly url: string;
  readonly repository: string;
  readonly credentials: Credentials;
};

/** Tag → digest. */
export type Tags = ReadonlyMap<string, string>;

const TokenAnswer = z.looseObject({ token: z.string() });
const TagList = z.looseObject({ tags: z.array(z.string()).nullable() });
const MANIFEST_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

/** All tags, each with the digest of the manifest that it leads to now. */
export async function readTags(address: RegistryAddress): Promise<Tags> {
  const authorization = `Bearer ${await fetchToken(address)}`;
  const base = `${address.url}/v2/${address.repository}`;
  const list = TagList.parse(await (await fetchOk(`${base}/tags/list`, { authorization })).json());
  const entries = (list.tags ?? []).map(async (tag) => {
    const answer = await fetchOk(`${base}/manifests/${tag}`, { authorization, accept: MANIFEST_TYPES });
    const bytes = Buffer.from(await answer.arrayBuffer());
    return [tag, `sha256:${createHash('sha256').update(bytes).digest('hex')}`] as const;
  });
  return new Map(await Promise.all(entries));
}

async function fetchToken({ url, repository, credentials }: RegistryAddress): Promise<string> {
  const challenge = (await fetch(`${url}/v2/`)).headers.get('www-authenticate') ?? '';
  const realm = /realm="([^"]+)"/.exec(challenge)?.[1];
  if (realm === undefined) throw new Error(`${url} does not say where its tokens are`);
  const tokenUrl = new URL(realm);
  tokenUrl.searchParams.set('service', /service="([^"]+)"/.exec(challenge)?.[1] ?? '');
  tokenUrl.searchParams.set('scope', `repository:${repository}:pull`);
  const basic = Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64');
  const answer = await fetchOk(tokenUrl.href, { authorization: `Basic ${basic}` });
  return TokenAnswer.parse(await answer.json()).token;
}

async function fetchOk(url: string, headers: Readonly<Record<string, string>>): Promise<Response> {
  const answer = await fetch(url, { headers });
  if (!answer.ok) throw new Error(`GET ${url}: HTTP ${answer.status}`);
  return answer;
}
