// A registry without manners: answers whatever a test says, byte for byte, and remembers what it was shown.
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { createHash } from 'node:crypto';
import { onTestFinished } from 'vitest';

export type Seen = { readonly method: string; readonly url: string; readonly headers: IncomingHttpHeaders };

export type HostileRegistry = { readonly host: string; readonly url: string; readonly seen: readonly Seen[] };

export type Answering = (seen: Seen, response: ServerResponse) => void;

/** On loopback, for one test. */
export async function startHostile(answer: Answering): Promise<HostileRegistry> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const one = { method: request.method ?? '', url: request.url ?? '', headers: request.headers };
    seen.push(one);
    request.resume();
    answer(one, response);
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it does not listen');
  return { host: `127.0.0.1:${address.port}`, url: `http://127.0.0.1:${address.port}`, seen };
}

export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
export const OCI_IMAGE = 'application/vnd.oci.image.manifest.v1+json';
export const OCI_CONFIG = 'application/vnd.oci.image.config.v1+json';

export type Blob = { readonly digest: string; readonly mediaType: string; readonly raw: Uint8Array };

export function blobOf(mediaType: string, value: unknown): Blob {
  const raw = Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
  return { digest: `sha256:${createHash('sha256').update(raw).digest('hex')}`, mediaType, raw };
}

export function described({ digest, mediaType, raw }: Blob): {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
} {
  return { mediaType, digest, size: raw.length };
}

/** Serves these by their digests, manifests and blobs alike; blobs are there whatever is asked. */
export function serving(blobs: Iterable<Blob>): Answering {
  const known = new Map([...blobs].map((blob) => [blob.digest, blob]));
  return ({ url, method }, response) => {
    const blob = known.get(url.split('/').at(-1) ?? '');
    if (blob === undefined) return void response.writeHead(method === 'HEAD' ? 200 : 404).end();
    response.writeHead(200, { 'content-type': blob.mediaType }).end(blob.raw);
  };
}
