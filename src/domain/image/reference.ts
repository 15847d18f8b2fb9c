// Reads and writes image references: `host/name[:tag][@algo:hex]`, after the distribution spec's grammar.

export type Digest = string & { readonly __brand: 'Digest' };
export type Tag = string & { readonly __brand: 'Tag' };
/** `host/name`, lower case, such as `ghcr.io/acme/api` or `127.0.0.1:5000/acme/api`. */
export type ImageRepository = string & { readonly __brand: 'ImageRepository' };
/** A full git commit id: 40 (SHA-1) or 64 (SHA-256) lower-case hex digits. */
export type CommitSha = string & { readonly __brand: 'CommitSha' };
/** `owner/name` on GitHub, as GitHub spells it. */
export type RepoName = string & { readonly __brand: 'RepoName' };

export type Reference =
  | { readonly kind: 'tag'; readonly repository: ImageRepository; readonly tag: Tag }
  | { readonly kind: 'digest'; readonly repository: ImageRepository; readonly digest: Digest };

const DIGEST_HEX_LENGTH: ReadonlyMap<string, number> = new Map([
  ['sha256', 64],
  ['sha512', 128],
]);
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const PATH_COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const HOST =
  /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*|\[[0-9a-f:]+\])(?::[0-9]{1,5})?$/;
const MAX_REPOSITORY_LENGTH = 255;

/** A digest of a known algorithm (image-spec, "Digests"), or null. */
export function parseDigest(text: string): Digest | null {
  return isDigest(text) ? text : null;
}

/** A valid tag (distribution-spec, "Pulling manifests"), or null. */
export function parseTag(text: string): Tag | null {
  return isTag(text) ? text : null;
}

/** `host/name` with an explicit host, or null. Names are lower case by the spec; a host is compared without case. */
export function parseImageRepository(text: string): ImageRepository | null {
  const slash = text.indexOf('/');
  if (slash < 1) return null;
  const repository = `${text.slice(0, slash).toLowerCase()}/${text.slice(slash + 1)}`;
  return isImageRepository(repository) ? repository : null;
}

/** `host/name:tag` or `host/name@digest` (with both, the digest counts), or null. */
export function parseReference(text: string): Reference | null {
  const at = text.indexOf('@');
  const named = at === -1 ? text : text.slice(0, at);
  const digest = at === -1 ? null : parseDigest(text.slice(at + 1));
  if (at !== -1 && digest === null) return null;
  const colon = named.lastIndexOf(':');
  const hasTag = colon > named.lastIndexOf('/');
  const repository = parseImageRepository(hasTag ? named.slice(0, colon) : named);
  const tag = hasTag ? parseTag(named.slice(colon + 1)) : null;
  if (repository === null || (hasTag && tag === null)) return null;
  if (digest !== null) return { kind: 'digest', repository, digest };
  return tag === null ? null : { kind: 'tag', repository, tag };
}

/** A full commit id, or null; upper-case hex is folded. */
export function parseCommitSha(text: string): CommitSha | null {
  const folded = text.toLowerCase();
  return isCommitSha(folded) ? folded : null;
}

/** `owner/name`, or null. */
export function parseRepoName(text: string): RepoName | null {
  return isRepoName(text) ? text : null;
}

/** `ghcr.io` of `ghcr.io/acme/api`. */
export function hostOf(repository: ImageRepository): string {
  return repository.slice(0, repository.indexOf('/'));
}

/** `acme/api` of `ghcr.io/acme/api`. */
export function nameOf(repository: ImageRepository): string {
  return repository.slice(repository.indexOf('/') + 1);
}

/** The image by tag or digest, as one would type it to pull it. */
export function formatReference(repository: ImageRepository, target: Tag | Digest): string {
  return parseDigest(target) === null ? `${repository}:${target}` : `${repository}@${target}`;
}

function isDigest(text: string): text is Digest {
  const colon = text.indexOf(':');
  const length = DIGEST_HEX_LENGTH.get(text.slice(0, colon));
  const hex = text.slice(colon + 1);
  return length !== undefined && hex.length === length && /^[0-9a-f]+$/.test(hex);
}

function isTag(text: string): text is Tag {
  return TAG.test(text);
}

function isImageRepository(text: string): text is ImageRepository {
  const slash = text.indexOf('/');
  const host = text.slice(0, slash);
  const explicitHost = host.includes('.') || host.includes(':') || host === 'localhost';
  const components = text.slice(slash + 1).split('/');
  return (
    text.length <= MAX_REPOSITORY_LENGTH &&
    explicitHost &&
    HOST.test(host) &&
    components.every((component) => PATH_COMPONENT.test(component))
  );
}

function isCommitSha(text: string): text is CommitSha {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}

function isRepoName(text: string): text is RepoName {
  // `.` and `..` would be steps in the path of an API address.
  return /^[A-Za-z0-9-]+\/(?!\.{1,2}$)[A-Za-z0-9._-]+$/.test(text);
}
