// What `/promote` can be given: the plain ways to name an image, and the long ones that people copy, which must name the repository's own.
import { foldAscii } from '../command/words.ts';
import {
  hostOf,
  parseDigest,
  parseTag,
  type Digest,
  type ImageRepository,
  type RepoName,
  type Tag,
} from './reference.ts';

/** Named within the repository's own image. `hex` is the beginning of a commit, as typed, to be looked up among the tags. */
export type PlainSource =
  | { readonly kind: 'digest'; readonly digest: Digest }
  | { readonly kind: 'tag'; readonly tag: Tag }
  /** The tag must hold the digest. */
  | { readonly kind: 'pinned-tag'; readonly tag: Tag; readonly digest: Digest }
  | { readonly kind: 'hex'; readonly typed: string };

/** Whose image or commit it is has to be compared: `readOwnImage`, `readOwnCommit`. */
export type NamedSource = NamedImage | NamedCommit;

export type NamedImage = {
  readonly kind: 'image';
  readonly typed: string;
  /** In lower case. Its first parts may be missing: `api` and `acme/api` stand for `ghcr.io/acme/api`. */
  readonly name: string;
  readonly source: Exclude<PlainSource, { kind: 'hex' }>;
};

export type NamedCommit = {
  readonly kind: 'commit';
  readonly typed: string;
  /** With its port, unless that is the default one; null where GitHub's short form names none. */
  readonly host: string | null;
  /** `owner/name` in lower case, or `owner` alone, as GitHub shortens it too. */
  readonly repo: string;
  readonly hex: string;
};

export type NamedSourceProblem =
  /** A URL that names neither an image nor a commit. */
  | { readonly code: 'unknown-url'; readonly typed: string }
  /** `[abc1234](https://…)`: what people read may be something else than `meant`, where the link leads. */
  | { readonly code: 'link-as-source'; readonly meant: string }
  /** An image that could be any of its tags. */
  | { readonly code: 'reference-without-tag'; readonly typed: string }
  | { readonly code: 'invalid-tag' | 'invalid-digest'; readonly typed: string };

/** A link or a URL, an image with its name, `owner/name@commit`. Null for a plain word. */
export function parseNamedSource(
  word: string,
):
  | { readonly kind: 'named'; readonly source: NamedSource }
  | { readonly kind: 'wrong'; readonly problem: NamedSourceProblem }
  | null {
  const linked = /^\[[^\]]*\]\(<?([^)>]*)>?\)$/.exec(word)?.[1];
  if (linked !== undefined) return wrong({ code: 'link-as-source', meant: linked });
  // Markdown's automatic link.
  const typed = /^<(https?:\/\/[^<>]*)>$/i.exec(word)?.[1] ?? word;
  if (!/[/:@]/.test(typed) || /^sha\d+:/i.test(typed)) return null;
  const commit = parseCommit(typed);
  return commit === null ? parseImage(typed) : { kind: 'named', source: commit };
}

/** What it names in the repository's own image; null for another image. */
export function readOwnImage({ name, source }: NamedImage, image: ImageRepository): NamedImage['source'] | null {
  const own = image.split('/');
  const parts = name.split('/');
  const [host = '', ...path] = parts;
  const portless = parts.length === own.length && !hostOf(image).includes(':') ? host.replace(/:443$/, '') : host;
  return own.slice(-parts.length).join('/') === [portless, ...path].join('/') ? source : null;
}

/** `names` are all that the repository goes by, in lower case; null for a commit of another repository. */
export function readOwnCommit(
  { host, repo, hex }: NamedCommit,
  own: { readonly names: readonly string[]; readonly githubHost: string },
): PlainSource | null {
  const githubHost = own.githubHost.toLowerCase();
  const isHere = host === null || host === githubHost || host === `www.${githubHost}`;
  const isOwn = own.names.some((name) => repo === name || repo === name.split('/')[0]);
  return isHere && isOwn ? { kind: 'hex', typed: hex } : null;
}

/** Where a commit of the repository is shown, for whoever named one of another. */
export function commitUrlPattern(githubHost: string, repo: RepoName): string {
  return `https://${githubHost}/${repo}/commit/…`;
}

// A name of 40 hex digits is no branch: GitHub refuses those.
const COMMIT_URL =
  /^(https?):\/\/([a-z0-9.-]+)(?::(\d{1,5}))?\/([\w.-]+\/[\w.-]+)\/(?:(?:commit|pull\/\d+\/(?:commits|changes))\/([0-9a-f]{6,40})(?:\.patch|\.diff)?|(?:commits|tree)\/([0-9a-f]{40}))(?:[/?#].*)?$/i;
const DEFAULT_PORTS: ReadonlyMap<string, string> = new Map([
  ['https', '443'],
  ['http', '80'],
]);

function parseCommit(typed: string): NamedCommit | null {
  const short = /^([a-z0-9-]+(?:\/[\w.-]+)?)@([0-9a-f]{6,40})$/i.exec(typed);
  if (short !== null) {
    const [, repo = '', hex = ''] = short;
    return { kind: 'commit', typed, host: null, repo: foldAscii(repo), hex };
  }
  const url = COMMIT_URL.exec(typed);
  if (url === null) return null;
  const [, scheme = '', name = '', port, repo = '', short40, full] = url;
  const isDefault = port === undefined || port === DEFAULT_PORTS.get(foldAscii(scheme));
  const host = foldAscii(isDefault ? name : `${name}:${port}`);
  return { kind: 'commit', typed, host, repo: foldAscii(repo), hex: short40 ?? full ?? '' };
}

/** `[scheme://][host/]name[:tag][@digest]` */
function parseImage(typed: string): ReturnType<typeof parseNamedSource> {
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(typed)?.[0] ?? '';
  if (scheme !== '' && !/^(?:docker|oci|https?):\/\/$/i.test(scheme)) return wrong({ code: 'unknown-url', typed });
  const [named = '', digestText, ...more] = typed.slice(scheme.length).split('@');
  const colon = named.lastIndexOf(':');
  const tagText = colon > named.lastIndexOf('/') ? named.slice(colon + 1) : null;
  const name = foldAscii(tagText === null ? named : named.slice(0, colon));
  const unknown = scheme === '' ? 'invalid-tag' : 'unknown-url';
  if (more.length > 0 || !/^[a-z0-9._-]+(?::\d+)?(?:\/[a-z0-9._-]+)*$/.test(name))
    return wrong({ code: unknown, typed });
  const tag = tagText === null ? null : parseTag(tagText);
  if (tagText !== null && tag === null) return wrong({ code: 'invalid-tag', typed: tagText });
  const digest = digestText?.startsWith('sha256:') === true ? parseDigest(digestText) : null;
  if (digestText !== undefined && digest === null) {
    return wrong(scheme === '' ? { code: 'invalid-digest', typed: digestText } : { code: 'unknown-url', typed });
  }
  const source = sourceOf(tag, digest);
  if (source !== null) return { kind: 'named', source: { kind: 'image', typed, name, source } };
  if (scheme !== '') return wrong({ code: 'unknown-url', typed });
  // A branch has such a name as well: `feature/login`.
  return wrong({ code: /^[^/]*[.:]/.test(name) ? 'reference-without-tag' : 'invalid-tag', typed });
}

function sourceOf(tag: Tag | null, digest: Digest | null): NamedImage['source'] | null {
  if (tag !== null && digest !== null) return { kind: 'pinned-tag', tag, digest };
  if (digest !== null) return { kind: 'digest', digest };
  return tag === null ? null : { kind: 'tag', tag };
}

function wrong(problem: NamedSourceProblem): { readonly kind: 'wrong'; readonly problem: NamedSourceProblem } {
  return { kind: 'wrong', problem };
}
