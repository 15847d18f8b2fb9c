// Reads manifests and the digests of tags, and tags by sending a manifest's own bytes again.
import {
  formatReference,
  parseDigest,
  type Digest,
  type ImageRepository,
  type Tag,
} from '../../domain/image/reference.ts';
import { OUTSIDE_WRITE_MS } from '../../net/outside-write.ts';
import { checkDigest, digestOf, mismatch } from '../digest.ts';
import { MANIFEST_ACCEPT, parseManifest, type Manifest } from '../manifest.ts';
import { isHtml, registryCodes } from '../transport/errors.ts';
import { ANSWER_BODY, type Reply, type Sender } from '../transport/requests.ts';
import { headerOf, type Answer } from '../transport/transport.ts';

export type ManifestOperations = {
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
};

const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;
const UNKNOWN_CODES: readonly string[] = ['MANIFEST_UNKNOWN', 'NAME_UNKNOWN', 'NOT_FOUND'];

export function createManifestOperations(
  send: Sender,
  { writeTimeoutMs = OUTSIDE_WRITE_MS }: { readonly writeTimeoutMs?: number | undefined },
): ManifestOperations {
  function askManifest(method: 'GET' | 'HEAD', repository: ImageRepository, target: Tag | Digest): Promise<Reply> {
    return send({
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
      // A HEAD has no body: only a GET distinguishes an absent tag from denied access, and has bytes to compute a digest from.
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
      const { answer, toError } = await send({
        repository,
        access: 'push',
        method: 'PUT',
        path: `manifests/${tag}`,
        headers: { 'content-type': manifest.mediaType },
        body: manifest.raw,
        fence: { permit, withinMs: writeTimeoutMs },
        read: ANSWER_BODY,
        what: `manifest ${what}`,
        unknownCode: 'repository-unknown',
      });
      if (answer.status !== 201 && answer.status !== 200) throw toError();
      const named = headerOf(answer, 'docker-content-digest');
      if (named !== null && named !== manifest.digest) throw mismatch({ what, wanted: manifest.digest, seen: named });
    },
  };
}

function mediaTypeOf(answer: Answer): string {
  return (headerOf(answer, 'content-type') ?? '').split(';')[0]?.trim() ?? '';
}
