// The distribution API of the registry double: answers one request from its store, honestly except for its quirks.
import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { readTag, writeTag, type Store, type StoredRepository } from './double-store.ts';
import { zeroChunks } from './images.ts';
import { errorReply, strikes, type Quirks, type Reply } from './quirks.ts';

export type Call = {
  readonly method: string;
  readonly url: URL;
  readonly repository: string;
  readonly kind: 'manifests' | 'blobs' | 'uploads' | 'tags';
  /** Tag, digest, upload id or `list`. */
  readonly reference: string;
  readonly request: IncomingMessage;
};

const MANIFEST_TYPES: readonly string[] = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];
/** Blobs up to here are kept; of larger ones only digest and size. */
const MAX_KEPT_BYTES = 16 * 1024 * 1024;

/** Which part of the API a path belongs to, or null. */
export function matchPath(path: string): Pick<Call, 'repository' | 'kind' | 'reference'> | null {
  const upload = /^\/v2\/(.+)\/blobs\/uploads\/([^/]*)$/.exec(path);
  if (upload !== null) return { repository: upload[1] ?? '', kind: 'uploads', reference: upload[2] ?? '' };
  const [, repository = '', kind, reference = ''] = /^\/v2\/(.+)\/(manifests|blobs|tags)\/([^/]+)$/.exec(path) ?? [];
  return kind === 'manifests' || kind === 'blobs' || kind === 'tags' ? { repository, kind, reference } : null;
}

export async function serve(call: Call, store: Store, quirks: Quirks): Promise<Reply> {
  const reading = call.method === 'GET' || call.method === 'HEAD';
  if (call.method === 'HEAD' && quirks.hideHead) return { status: 405 };
  if (call.kind === 'uploads') return serveUpload(call, store);
  if (call.kind === 'manifests' && call.method === 'PUT') return putManifest(call, store.open(call.repository), quirks);
  if (call.method === 'DELETE') return errorReply(405, 'UNSUPPORTED', 'The operation is unsupported.');
  if (!reading) return errorReply(405, 'UNSUPPORTED', 'The operation is unsupported.');
  const repository = store.find(call.repository);
  if (call.kind === 'tags') return listTags(call, repository, quirks);
  return call.kind === 'blobs' ? readBlob(call, repository, quirks) : readManifest(call, repository, quirks);
}

function readManifest(call: Call, repository: StoredRepository | null, quirks: Quirks): Reply {
  const isDigest = call.reference.includes(':');
  const digest = isDigest ? call.reference : repository === null ? null : readTag(repository, call.reference);
  const manifest = digest === null || quirks.missing.has(digest) ? undefined : repository?.manifests.get(digest);
  const accepted = call.request.headers.accept ?? '';
  if (manifest === undefined || digest === null) return errorReply(404, 'MANIFEST_UNKNOWN', 'manifest unknown');
  if (!accepted.includes(manifest.mediaType)) {
    return errorReply(404, 'MANIFEST_UNKNOWN', 'manifest found, but accept header does not support its type');
  }
  const cut = strikes(quirks.truncateBody, { method: call.method, path: call.url.pathname });
  return {
    status: 200,
    headers: { 'content-type': manifest.mediaType, ...digestHeader(digest, quirks) },
    body: manifest.raw,
    ...(cut ? { cut: 'middle' } : {}),
  };
}

async function putManifest(call: Call, repository: StoredRepository, quirks: Quirks): Promise<Reply> {
  const { bytes } = await readBody(call.request);
  const mediaType = call.request.headers['content-type'] ?? '';
  const parsed = parseObject(bytes);
  if (bytes === null || parsed === null || !MANIFEST_TYPES.includes(mediaType)) {
    return errorReply(400, 'MANIFEST_INVALID', 'manifest invalid');
  }
  if (parsed['mediaType'] !== undefined && parsed['mediaType'] !== mediaType) {
    return errorReply(400, 'MANIFEST_INVALID', 'manifest invalid: media type mismatch');
  }
  const absent = refersTo(parsed).filter(
    (digest) => quirks.missing.has(digest) || !(repository.manifests.has(digest) || repository.blobs.has(digest)),
  );
  const [first] = absent;
  if (first !== undefined) return errorReply(400, 'MANIFEST_BLOB_UNKNOWN', 'blob unknown to registry', first);
  const digest = digestOf(bytes);
  if (call.reference.includes(':') && call.reference !== digest) {
    return errorReply(400, 'DIGEST_INVALID', 'provided digest did not match uploaded content');
  }
  repository.manifests.set(digest, { mediaType, raw: bytes });
  if (!call.reference.includes(':')) writeTag(repository, call.reference, digest, quirks.lag);
  const location = `/v2/${call.repository}/manifests/${digest}`;
  return { status: 201, headers: { location, ...digestHeader(digest, quirks) } };
}

function readBlob(call: Call, repository: StoredRepository | null, quirks: Quirks): Reply {
  const blob = quirks.missing.has(call.reference) ? undefined : repository?.blobs.get(call.reference);
  if (blob === undefined) return errorReply(404, 'BLOB_UNKNOWN', 'blob unknown to registry');
  if (quirks.redirectBlobsTo !== null) {
    const location = new URL(`${call.url.pathname}?signature=abc`, quirks.redirectBlobsTo).href;
    return { status: 307, headers: { location } };
  }
  const headers = { 'content-type': 'application/octet-stream', 'docker-content-digest': call.reference };
  if (call.method === 'HEAD') return { status: 200, headers: { ...headers, 'content-length': String(blob.sizeBytes) } };
  const cut = strikes(quirks.truncateBody, { method: call.method, path: call.url.pathname });
  const body = blob.bytes ?? Buffer.concat([...zeroChunks(blob.sizeBytes)]);
  return { status: 200, headers, body, ...(cut ? { cut: 'middle' } : {}) };
}

function listTags(call: Call, repository: StoredRepository | null, quirks: Quirks): Reply {
  if (repository === null) return errorReply(404, 'NAME_UNKNOWN', 'repository name not known to registry');
  const all = [...repository.tags.keys(), ...quirks.extraTagNames].toSorted();
  const last = call.url.searchParams.get('last');
  const rest = last === null ? all : all.filter((tag) => tag > last);
  const page = quirks.tagsPerPage === null ? rest : rest.slice(0, quirks.tagsPerPage);
  const end = page.at(-1);
  const more = page.length < rest.length && end !== undefined;
  const link = `<${call.url.pathname}?n=${page.length}&last=${encodeURIComponent(end ?? '')}>; rel="next"`;
  return {
    status: 200,
    headers: { 'content-type': 'application/json', ...(more ? { link } : {}) },
    body: JSON.stringify({ name: call.repository, tags: all.length === 0 ? null : page }),
  };
}

async function serveUpload(call: Call, store: Store): Promise<Reply> {
  const session = `/v2/${call.repository}/blobs/uploads/`;
  if (call.method === 'POST') {
    const mount = call.url.searchParams.get('mount');
    const found = mount === null ? undefined : store.find(call.url.searchParams.get('from') ?? '')?.blobs.get(mount);
    if (mount !== null && found !== undefined) {
      store.open(call.repository).blobs.set(mount, found);
      return { status: 201, headers: { location: `/v2/${call.repository}/blobs/${mount}` } };
    }
    return { status: 202, headers: { location: `${session}${randomUUID()}` } };
  }
  if (call.method === 'DELETE') return { status: 204 };
  const wanted = call.url.searchParams.get('digest');
  if (call.method !== 'PUT' || wanted === null) return errorReply(405, 'UNSUPPORTED', 'only monolithic uploads');
  const { bytes, digest, sizeBytes } = await readBody(
    call.request,
    wanted.split(':')[0] === 'sha512' ? 'sha512' : 'sha256',
  );
  if (digest !== wanted) return errorReply(400, 'DIGEST_INVALID', 'provided digest did not match uploaded content');
  store.open(call.repository).blobs.set(digest, { sizeBytes, bytes });
  return { status: 201, headers: { location: `/v2/${call.repository}/blobs/${digest}` } };
}

type Body = { readonly bytes: Uint8Array | null; readonly digest: string; readonly sizeBytes: number };

async function readBody(request: IncomingMessage, algorithm: 'sha256' | 'sha512' = 'sha256'): Promise<Body> {
  const hash = createHash(algorithm);
  const kept: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of request) {
    if (!(chunk instanceof Uint8Array)) continue;
    hash.update(chunk);
    sizeBytes += chunk.length;
    if (sizeBytes <= MAX_KEPT_BYTES) kept.push(chunk);
  }
  const bytes = sizeBytes <= MAX_KEPT_BYTES ? Buffer.concat(kept) : null;
  return { bytes, digest: `${algorithm}:${hash.digest('hex')}`, sizeBytes };
}

function digestHeader(digest: string, quirks: Quirks): Record<string, string> {
  if (quirks.noDigestHeader) return {};
  return { 'docker-content-digest': quirks.wrongDigest ? `sha256:${'0'.repeat(64)}` : digest };
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function parseObject(bytes: Uint8Array | null): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes ?? []).toString('utf8'));
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

/** Digests of children, config and layers. */
function refersTo(manifest: Record<string, unknown>): readonly string[] {
  return ['manifests', 'config', 'layers']
    .flatMap((field) => manifest[field] ?? [])
    .flatMap((descriptor) =>
      isRecord(descriptor) && typeof descriptor['digest'] === 'string' ? [descriptor['digest']] : [],
    );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
