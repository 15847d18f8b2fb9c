// Pushes a test image over the registry protocol, as a build would: blobs, child manifests, then the tag.
import { request as httpRequest } from 'node:http';
import { zeroChunks, type TestBlob, type TestImage, type TestManifest } from './images.ts';

export type PushCredentials = { readonly username: string; readonly password: string };

/** Throws when the registry answers anything but success. Blobs that exist already are not sent again. */
export async function pushImage(args: {
  /** `http://127.0.0.1:5000` */
  readonly baseUrl: string;
  /** `acme/dotca` */
  readonly repository: string;
  readonly tag: string;
  readonly image: TestImage;
  readonly credentials?: PushCredentials;
}): Promise<void> {
  const base = `${args.baseUrl}/v2/${args.repository}`;
  const headers = await login(args);
  await Promise.all(args.image.blobs.map((blob) => pushBlob({ base, blob, headers })));
  for (const child of args.image.children)
    await pushManifest({ base, reference: child.digest, manifest: child, headers });
  await pushManifest({ base, reference: args.tag, manifest: args.image, headers });
}

type Headers = Readonly<Record<string, string>>;

/** The Authorization header that the registry's challenge asks for; none when it doesn't ask. */
async function login(args: {
  readonly baseUrl: string;
  readonly repository: string;
  readonly credentials?: PushCredentials;
}): Promise<Headers> {
  const ping = await fetch(`${args.baseUrl}/v2/`);
  await ping.arrayBuffer();
  const challenge = ping.headers.get('www-authenticate') ?? '';
  if (ping.status !== 401) return {};
  if (args.credentials === undefined) throw new Error(`${args.baseUrl} wants credentials`);
  const { username, password } = args.credentials;
  const basic = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  if (!challenge.toLowerCase().startsWith('bearer')) return { authorization: basic };
  const url = new URL(/realm="([^"]+)"/.exec(challenge)?.[1] ?? '');
  url.searchParams.set('service', /service="([^"]+)"/.exec(challenge)?.[1] ?? '');
  url.searchParams.set('scope', `repository:${args.repository}:pull,push`);
  const answer = await fetch(url, { headers: { authorization: basic } });
  const body: unknown = await answer.json();
  const token =
    typeof body === 'object' && body !== null
      ? 'token' in body
        ? body.token
        : 'access_token' in body
          ? body.access_token
          : null
      : null;
  if (typeof token !== 'string') throw new Error(`No token from ${url.origin}: HTTP ${answer.status}`);
  return { authorization: `Bearer ${token}` };
}

async function pushBlob(args: {
  readonly base: string;
  readonly blob: TestBlob;
  readonly headers: Headers;
}): Promise<void> {
  const { base, blob, headers } = args;
  const there = await fetch(`${base}/blobs/${blob.digest}`, { method: 'HEAD', headers });
  if (there.status === 200) return;
  if (blob.content.kind === 'declared') throw new Error(`${blob.digest} has a size but no bytes: add it to the double`);
  const opened = await fetch(`${base}/blobs/uploads/`, { method: 'POST', headers });
  await opened.arrayBuffer();
  const location = opened.headers.get('location');
  if (opened.status !== 202 || location === null) throw new Error(`Upload to ${base}: HTTP ${opened.status}`);
  const url = new URL(location, `${base}/`);
  url.searchParams.set('digest', blob.digest);
  const chunks = blob.content.kind === 'bytes' ? [blob.content.bytes] : zeroChunks(blob.sizeBytes);
  const status = await sendChunks({ url, chunks, sizeBytes: blob.sizeBytes, headers });
  if (status !== 201) throw new Error(`Upload of ${blob.digest} to ${base}: HTTP ${status}`);
}

async function pushManifest(args: {
  readonly base: string;
  readonly reference: string;
  readonly manifest: TestManifest;
  readonly headers: Headers;
}): Promise<void> {
  const answer = await fetch(`${args.base}/manifests/${args.reference}`, {
    method: 'PUT',
    headers: { ...args.headers, 'content-type': args.manifest.mediaType },
    body: Buffer.from(args.manifest.raw),
  });
  const text = await answer.text();
  if (answer.status !== 201)
    throw new Error(`PUT ${args.base}/manifests/${args.reference}: HTTP ${answer.status} ${text}`);
}

/** fetch can't send a stream with a Content-Length, and zeros by the hundred megabytes should not lie in memory. */
function sendChunks(args: {
  readonly url: URL;
  readonly chunks: Iterable<Uint8Array>;
  readonly sizeBytes: number;
  readonly headers: Headers;
}): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = {
      ...args.headers,
      'content-type': 'application/octet-stream',
      'content-length': String(args.sizeBytes),
    };
    const request = httpRequest(args.url, { method: 'PUT', headers }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0));
    });
    request.on('error', reject);
    const chunks = args.chunks[Symbol.iterator]();
    const pump = (): void => {
      for (;;) {
        const next = chunks.next();
        if (next.done === true) return void request.end();
        if (!request.write(next.value)) return void request.once('drain', pump);
      }
    };
    pump();
  });
}
