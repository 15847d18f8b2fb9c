// The OCI distribution client: reads manifests, blobs and tag lists, and tags by sending a manifest's own bytes again.
import { UNGUARDED, type HostGuard } from '../net/breaker.ts';
import type { Clock } from '../net/clock.ts';
import { OutsideError } from '../net/outside-error.ts';
import { OUTSIDE_WRITE_MS } from '../net/outside-write.ts';
import { formatReference, hostOf, parseDigest } from '../domain/image/reference.ts';
import type { Digest, ImageRepository, Tag } from '../domain/image/reference.ts';
import { createAuth } from './auth/auth.ts';
import type { CredentialSource } from './auth/credentials.ts';
import { digestOf } from './digest.ts';
import { isHtml, registryCodes } from './transport/errors.ts';
import { MANIFEST_ACCEPT, parseManifest, type Manifest } from './manifest.ts';
import { sendFollowing } from './transport/redirects.ts';
import { createSender, type Reply } from './transport/requests.ts';
import { sendRetrying } from './transport/retry.ts';
import { readTagPage } from './tags.ts';
import { createTransport, headerOf, type Answer, type RequestReport, type WireRequest } from './transport/transport.ts';

/** Every method may also throw what its requests can meet: `registry-denied`, `registry-rate-limited`,
 * `registry-unavailable` (both retryable), `registry-protocol`, `realm-refused`, `redirect-refused`, `address-refused`. */
export type RegistryClient = {
  /** GET by tag or digest; the digest is always computed and compared. `manifest-unknown`, `manifest-invalid`,
   * `manifest-too-large`, `digest-mismatch`. */
  readonly fetchManifest: (repository: ImageRepository, target: Tag | Digest) => Promise<Manifest>;
  /** What a tag or digest points at now, or null when it does not exist. Where it is none of `expected`, it is computed from
   * the bytes before it is believed: a header alone may be wrong. */
  readonly findDigest: (
    repository: ImageRepository,
    target: Tag | Digest,
    expected?: readonly (Digest | null)[],
  ) => Promise<Digest | null>;
  /** PUT of exactly these bytes under a tag; the answer must name the same digest. `permit` is asked right before each try
   * sends its first byte, and what it throws is thrown. `registry-refused`, `digest-mismatch`. */
  readonly putManifest: (args: {
    readonly repository: ImageRepository;
    readonly tag: Tag;
    readonly manifest: Pick<Manifest, 'digest' | 'mediaType' | 'raw'>;
    readonly permit?: () => Promise<void>;
  }) => Promise<void>;
  /** A small blob such as a config, digest checked. `blob-unknown`, `blob-too-large`, `digest-mismatch`. */
  readonly fetchBlob: (args: {
    readonly repository: ImageRepository;
    readonly digest: Digest;
    readonly maxBytes: number;
  }) => Promise<Uint8Array>;
  readonly blobExists: (repository: ImageRepository, digest: Digest) => Promise<boolean>;
  /** All tags, page by page, in the registry's order; illegal names are dropped. `repository-unknown`, `tag-list-too-long`. */
  readonly listTags: (repository: ImageRepository) => Promise<readonly Tag[]>;
  /** Opens an empty upload session, which proves the right to push and leaves nothing behind, and cancels it. */
  readonly proveWriteAccess: (repository: ImageRepository) => Promise<void>;
};

export type RegistryLog = { readonly debug: (fields: Readonly<Record<string, unknown>>, sentence: string) => void };

export type RegistryClientOptions = Clock & {
  readonly credentials: CredentialSource;
  /** Hosts other than the registry's own that may be token realms or redirect targets whatever their address. */
  readonly tokenHosts: readonly string[];
  readonly log: RegistryLog;
  /** Without one, every request is sent. */
  readonly guard?: HostGuard;
  readonly onRequest?: (report: RequestReport) => void;
  readonly maxConcurrentPerHost?: number;
  readonly headersTimeoutMs?: number;
  readonly bodyTimeoutMs?: number;
  readonly wholeBodyTimeoutMs?: number;
  readonly writeTimeoutMs?: number;
};

const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;
const MAX_TAG_PAGE_BYTES = 4 * 1024 * 1024;
const MAX_TAG_PAGES = 1000;
const MAX_TAGS = 100_000;
const ANSWER_BODY = { maxBytes: 64 * 1024, tooLargeCode: 'registry-protocol' } as const;
const UNKNOWN_CODES: readonly string[] = ['MANIFEST_UNKNOWN', 'NAME_UNKNOWN', 'NOT_FOUND'];

export function createRegistryClient(
  options: RegistryClientOptions,
): RegistryClient & { readonly close: () => Promise<void> } {
  const { tokenHosts: trustedHosts, now } = options;
  const transport = createTransport({
    guard: options.guard ?? UNGUARDED,
    maxConcurrentPerHost: options.maxConcurrentPerHost ?? 8,
    headersTimeoutMs: options.headersTimeoutMs ?? 30_000,
    bodyTimeoutMs: options.bodyTimeoutMs ?? 30_000,
    wholeBodyTimeoutMs: options.wholeBodyTimeoutMs ?? 60_000,
    now,
    onRequest: (report) => {
      options.log.debug(report, 'Asked a registry');
      options.onRequest?.(report);
    },
  });
  const auth = createAuth({
    credentials: options.credentials,
    trustedHosts,
    now,
    // A token endpoint's redirect is not followed: the login goes to the realm that was checked, and nowhere else.
    send: ({ request, authorization, tried, secrets }) => {
      const headers = authorization === null ? request.headers : { ...request.headers, authorization };
      return sendRetrying({ send: () => transport.exchange({ ...request, headers }), clock: options, tried, secrets });
    },
  });
  const request = createSender({
    auth,
    send: ({ request: wire, registryHost, authorization, tried, secrets }) => {
      const send = (): Promise<Answer> =>
        sendFollowing({ transport, request: wire, authorization, registryHost, trustedHosts });
      return sendRetrying({ send, clock: options, tried, secrets });
    },
  });

  function askManifest(method: 'GET' | 'HEAD', repository: ImageRepository, target: Tag | Digest): Promise<Reply> {
    return request({
      repository,
      access: 'pull',
      method,
      path: `manifests/${target}`,
      headers: { accept: MANIFEST_ACCEPT },
      read: { maxBytes: MAX_MANIFEST_BYTES, tooLargeCode: 'manifest-too-large' },
      what: `manifest ${formatReference(repository, target)}`,
      unknownCode: 'manifest-unknown',
    });
  }

  function askBlob(args: {
    readonly method: 'GET' | 'HEAD';
    readonly repository: ImageRepository;
    readonly digest: Digest;
    readonly read: WireRequest['read'];
  }): Promise<Reply> {
    const { repository, digest, method, read } = args;
    const what = `blob ${formatReference(repository, digest)}`;
    const unknownCode = 'blob-unknown';
    return request({ repository, access: 'pull', method, path: `blobs/${digest}`, read, what, unknownCode });
  }

  return {
    async fetchManifest(repository, target) {
      const { answer, toError } = await askManifest('GET', repository, target);
      if (answer.status !== 200) throw toError();
      const what = formatReference(repository, target);
      const digest = checkDigest({ answer, wanted: parseDigest(target), what });
      const mediaType = mediaTypeOf(answer);
      return { digest, mediaType, raw: answer.body, body: parseManifest({ mediaType, raw: answer.body, what }) };
    },

    async findDigest(repository, target, expected) {
      const head = await askManifest('HEAD', repository, target);
      const named = parseDigest(headerOf(head.answer, 'docker-content-digest') ?? '');
      const wanted = parseDigest(target);
      const isUsable = named !== null && (wanted === null || named === wanted);
      if (head.answer.status === 200 && isUsable && (expected?.includes(named) ?? true)) return named;
      // A HEAD has no body: only a GET tells an absent tag from a closed door, and has bytes to compute a digest from.
      const { answer, toError } = await askManifest('GET', repository, target);
      if (answer.status === 200) return checkDigest({ answer, wanted, what: formatReference(repository, target) });
      if (answer.status !== 404) throw toError();
      const codes = registryCodes(answer.body);
      if (codes.some((code) => UNKNOWN_CODES.includes(code)) || (codes.length === 0 && !isHtml(answer))) return null;
      throw toError();
    },

    async putManifest({ repository, tag, manifest, permit = async () => {} }) {
      const what = formatReference(repository, tag);
      if (digestOf(manifest.raw, manifest.digest) !== manifest.digest) {
        throw new TypeError(`The bytes for ${what} are not those of ${manifest.digest}`);
      }
      const { answer, toError } = await request({
        repository,
        access: 'push',
        method: 'PUT',
        path: `manifests/${tag}`,
        headers: { 'content-type': manifest.mediaType },
        body: manifest.raw,
        fence: { permit, withinMs: options.writeTimeoutMs ?? OUTSIDE_WRITE_MS },
        read: ANSWER_BODY,
        what: `manifest ${what}`,
        unknownCode: 'repository-unknown',
      });
      if (answer.status !== 201 && answer.status !== 200) throw toError();
      const named = headerOf(answer, 'docker-content-digest');
      if (named !== null && named !== manifest.digest) throw mismatch({ what, wanted: manifest.digest, seen: named });
    },

    async fetchBlob({ repository, digest, maxBytes }) {
      const read = { maxBytes, tooLargeCode: 'blob-too-large' };
      const { answer, toError } = await askBlob({ method: 'GET', repository, digest, read });
      if (answer.status !== 200) throw toError();
      const seen = digestOf(answer.body, digest);
      if (seen !== digest) throw mismatch({ what: formatReference(repository, digest), wanted: digest, seen });
      return answer.body;
    },

    async blobExists(repository, digest) {
      const head = await askBlob({ method: 'HEAD', repository, digest, read: 'nothing' });
      if (head.answer.status === 200) return true;
      if (head.answer.status === 404 && !head.answer.foreign) return false;
      // Storage hosts sign their links for one method, and some registries have no HEAD.
      const { answer, toError } = await askBlob({ method: 'GET', repository, digest, read: 'nothing' });
      if (answer.status === 200) return true;
      if (answer.status === 404) return false;
      throw toError();
    },

    async listTags(repository) {
      const what = `tags of ${repository}`;
      const tags = new Set<Tag>();
      let path: string | null = 'tags/list';
      for (let page = 1; path !== null; page += 1) {
        if (page > MAX_TAG_PAGES || tags.size > MAX_TAGS) {
          const message = `GET ${what}: more than ${MAX_TAG_PAGES} pages or ${MAX_TAGS} tags`;
          throw new OutsideError(message, { code: 'tag-list-too-long', retryable: false });
        }
        const { answer, url, toError }: Reply = await request({
          repository,
          access: 'pull',
          method: 'GET',
          path,
          read: { maxBytes: MAX_TAG_PAGE_BYTES, tooLargeCode: 'tag-list-too-long' },
          what,
          unknownCode: 'repository-unknown',
        });
        if (answer.status !== 200) throw toError();
        const read = readTagPage({
          body: answer.body,
          link: answer.headers.get('link') ?? [],
          url,
          what: `GET ${what}`,
        });
        for (const tag of read.tags) tags.add(tag);
        path = read.next;
      }
      return [...tags];
    },

    async proveWriteAccess(repository) {
      const what = `upload session in ${repository}`;
      const call = { repository, access: 'push', read: ANSWER_BODY, what, unknownCode: 'repository-unknown' } as const;
      const opened = await request({ ...call, method: 'POST', path: 'blobs/uploads/', body: new Uint8Array() });
      if (opened.answer.status !== 202) throw opened.toError();
      const location = headerOf(opened.answer, 'location') ?? '';
      const session = URL.canParse(location, opened.url.href) ? new URL(location, opened.url) : null;
      if (session?.host !== hostOf(repository)) return;
      // GHCR answers 405 here and docker-registry wants the right to delete; an open session costs nobody anything.
      try {
        const path = `${session.pathname}${session.search}`;
        const { answer } = await request({ ...call, method: 'DELETE', path, asHeld: true });
        options.log.debug({ repository, status: answer.status }, 'Asked to cancel the upload session of a write probe');
      } catch (error) {
        if (!(error instanceof OutsideError)) throw error;
        options.log.debug({ repository, error: error.message }, 'Left the upload session of a write probe open');
      }
    },

    close: transport.close,
  };
}

/** The digest of a manifest answer, computed; it must be the one asked for and the one the registry names. */
function checkDigest(args: { readonly answer: Answer; readonly wanted: Digest | null; readonly what: string }): Digest {
  const { answer, wanted, what } = args;
  const header = headerOf(answer, 'docker-content-digest');
  const named = header === null ? null : parseDigest(header);
  const seen = digestOf(answer.body, wanted ?? named);
  if (wanted !== null && seen !== wanted) throw mismatch({ what, wanted, seen });
  if (header !== null && (wanted === null || sameAlgorithm(header, wanted)) && header !== seen) {
    throw mismatch({ what, wanted: header, seen });
  }
  return seen;
}

function sameAlgorithm(left: string, right: string): boolean {
  return left.split(':')[0] === right.split(':')[0];
}

function mediaTypeOf(answer: Answer): string {
  return (headerOf(answer, 'content-type') ?? '').split(';')[0]?.trim() ?? '';
}

function mismatch(args: { readonly what: string; readonly wanted: string; readonly seen: string }): OutsideError {
  const message = `${args.what}: the digest should be ${args.wanted}, but it is ${args.seen}`;
  return new OutsideError(message, { code: 'digest-mismatch', retryable: false });
}
