// Pins what `/promote <source>` means: a staging tag and the digest that it holds now.
import { claimsOf } from '../../domain/image/image-claims.ts';
import { commitTagsOf, SHORT_COMMIT } from '../../domain/image/image-wait.ts';
import type { PlainSource } from '../../domain/image/image-source.ts';
import { REVISION_LABEL } from '../../domain/image/image-facts.ts';
import { OutsideError } from '../../net/outside-error.ts';
import type { Policy } from '../../domain/policy/policy.ts';
import {
  parseCommitSha,
  parseTag,
  type CommitSha,
  type Digest,
  type ImageRepository,
  type Tag,
} from '../../domain/image/reference.ts';
import type { Refusal } from '../../domain/refusal.ts';
import { commitHexIn, commitHexOf } from '../../domain/rules/tag-commit.ts';
import { collectContents } from '../../facts/contents.ts';
import type { RegistryClient } from '../../registry/client.ts';

export type ResolvedSource =
  | { readonly kind: 'resolved'; readonly tag: Tag; readonly digest: Digest }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

type ImageSource = { readonly registry: RegistryClient; readonly image: ImageRepository };
/** `prefix`: `staging`, as the policy has it. */
type Question = ImageSource & { readonly prefix: string };
/** `prefixes`: those of the tags that can be promoted now; an earlier one takes precedence. */
type SourceQuestion = ImageSource & { readonly prefixes: readonly string[] };

type Holder = { readonly tag: Tag; readonly digest: Digest };

/** The prefixes of the tags that may be promoted: `staging`, and with force `hotfix` after it. */
export function sourcePrefixes(policy: Policy, { force }: { readonly force: boolean }): readonly string[] {
  const { staging, hotfix } = policy;
  return force && hotfix.tagPrefix !== staging.tagPrefix ? [staging.tagPrefix, hotfix.tagPrefix] : [staging.tagPrefix];
}

/** True for a prefix itself, and for a tag that begins with one and a hyphen. */
export function isSourceTag(tag: Tag, prefixes: readonly string[]): boolean {
  return prefixes.some((prefix) => tag === prefix || (tag.startsWith(`${prefix}-`) && tag !== `${prefix}-`));
}

/** Asks the registry; OutsideError when it can't say. */
export async function resolveSource(question: SourceQuestion, source: PlainSource): Promise<ResolvedSource> {
  switch (source.kind) {
    case 'tag':
      return resolveTag(question, source.tag);
    case 'pinned-tag':
      return resolvePinnedTag(question, source);
    case 'hex':
      return resolveHex(question, source.typed);
    case 'digest':
      return resolveDigest(question, source.digest);
  }
}

async function resolveTag(question: SourceQuestion, tag: Tag): Promise<ResolvedSource> {
  const { prefixes } = question;
  if (!isSourceTag(tag, prefixes)) return { kind: 'refused', refusal: { code: 'not-a-source', typed: tag, prefixes } };
  return pick(question, tag, { found: await holders(question, [tag]), tried: [tag] });
}

async function resolvePinnedTag(
  question: SourceQuestion,
  { tag, digest }: Extract<PlainSource, { kind: 'pinned-tag' }>,
): Promise<ResolvedSource> {
  const source = await resolveTag(question, tag);
  if (source.kind === 'refused' || source.digest === digest) return source;
  return { kind: 'refused', refusal: { code: 'tag-holds-another', tag, named: digest, holds: source.digest } };
}

async function resolveHex(question: SourceQuestion, typed: string): Promise<ResolvedSource> {
  const hex = typed.toLowerCase();
  const tried: Tag[] = [];
  for (const prefix of question.prefixes) {
    const names = tagsNamed(prefix, typed);
    tried.push(...names);
    const found = await findByHex({ ...question, prefix }, { hex, names });
    if (found.length > 0) return pick(question, typed, { found, tried });
  }
  return pick(question, typed, { found: [], tried });
}

/** What the tags of a build hold, else all commit tags with the same beginning. */
async function findByHex(
  question: Question,
  { hex, names }: { readonly hex: string; readonly names: readonly Tag[] },
): Promise<readonly Holder[]> {
  const found = await holders(question, names);
  if (found.length > 0) return found;
  const similar = (await listCommitTags(question)).filter((tag) => {
    const other = commitHexOf(tag, question.prefix) ?? '';
    return other.startsWith(hex) || hex.startsWith(other);
  });
  return holders(question, similar);
}

/** As typed in lower case, and as builds shorten it. */
function tagsNamed(prefix: string, typed: string): readonly Tag[] {
  const hex = typed.toLowerCase();
  const names = new Set([typed, hex, hex.slice(0, SHORT_COMMIT)]);
  return [...names].map((name) => parseTag(`${prefix}-${name}`)).filter((tag) => tag !== null);
}

async function resolveDigest(question: SourceQuestion, digest: Digest): Promise<ResolvedSource> {
  const { registry, image, prefixes } = question;
  const exists = (await registry.findDigest(image, digest)) !== null;
  const built = exists ? await findByRevision(question, digest) : [];
  const holder = built.find((one) => one.digest === digest) ?? (exists ? await findAmongAll(question, digest) : null);
  if (holder !== null) return { kind: 'resolved', ...holder };
  const whole = await findWholeImage(question, { built, digest });
  if (whole !== null) return { kind: 'refused', refusal: { code: 'digest-of-platform', named: digest, ...whole } };
  return { kind: 'refused', refusal: { code: 'digest-not-staged', image, digest, prefixes } };
}

/** The tagged index among these that holds the image as one of its platforms. */
async function findWholeImage(
  { registry, image }: ImageSource,
  { built, digest }: { readonly built: readonly Holder[]; readonly digest: Digest },
): Promise<Holder | null> {
  for (const holder of built) {
    const { body } = await registry.fetchManifest(image, holder.digest);
    if (body.kind === 'index' && body.children.some((child) => child.digest === digest)) return holder;
  }
  return null;
}

/** What the tags hold that a build gives to the commit that the image names: a few requests, however many tags there are. */
async function findByRevision(question: SourceQuestion, digest: Digest): Promise<readonly Holder[]> {
  const { registry, image: repository, prefixes } = question;
  const commit = await readRevision({ registry, repository }, digest);
  if (commit === null) return [];
  return holders(
    question,
    prefixes.flatMap((prefix) => commitTagsOf(prefix, commit)),
  );
}

/** Null also for an incomplete image; whether a tag holds it is decided elsewhere. */
async function readRevision(
  source: { readonly registry: RegistryClient; readonly repository: ImageRepository },
  digest: Digest,
): Promise<CommitSha | null> {
  try {
    const { platforms } = await collectContents(source, digest);
    const claims = platforms.map((platform) => claimsOf(platform, REVISION_LABEL));
    const [claimed] = claims.flatMap((claim) => (claim.kind === 'known' ? [claim.value] : []));
    return claimed?.length === 1 ? parseCommitSha(claimed[0] ?? '') : null;
  } catch (error) {
    if (error instanceof OutsideError && !error.retryable) return null;
    throw error;
  }
}

const AT_ONCE = 64;

/** Tags that name a commit first, one prefix after the other; stops once one holds the digest. */
async function findAmongAll(question: SourceQuestion, digest: Digest): Promise<Holder | null> {
  const { registry, image, prefixes } = question;
  const listed = await registry.listTags(image);
  const tags = prefixes.flatMap((prefix) => listed.filter((tag) => isSourceTag(tag, [prefix])));
  const [naming, others] = partition(tags, (tag) => commitHexIn(tag, prefixes) !== null);
  const ordered = [...naming, ...others];
  for (let start = 0; start < ordered.length; start += AT_ONCE) {
    const found = await holders(question, ordered.slice(start, start + AT_ONCE));
    const holder = found.find((one) => one.digest === digest);
    if (holder !== undefined) return holder;
  }
  return null;
}

/** One digest, whatever the number of tags that hold it, is an answer; none or two are refused. */
function pick(
  { image }: ImageSource,
  typed: string,
  { found, tried }: { readonly found: readonly Holder[]; readonly tried: readonly Tag[] },
): ResolvedSource {
  const [first] = found;
  if (first === undefined) return { kind: 'refused', refusal: { code: 'source-not-found', image, typed, tried } };
  if (found.some(({ digest }) => digest !== first.digest)) {
    return { kind: 'refused', refusal: { code: 'source-ambiguous', typed, candidates: found } };
  }
  return { kind: 'resolved', ...first };
}

async function holders({ registry, image }: ImageSource, tags: readonly Tag[]): Promise<readonly Holder[]> {
  const found = await Promise.all(
    tags.map(async (tag) => {
      const digest = await registry.findDigest(image, tag);
      return digest === null ? null : { tag, digest };
    }),
  );
  return found.filter((holder) => holder !== null);
}

/** The tags of the image that name a commit, `staging-<hex>`. */
export async function listCommitTags({ registry, image, prefix }: Question): Promise<readonly Tag[]> {
  return (await registry.listTags(image)).filter((tag) => commitHexOf(tag, prefix) !== null);
}

/**
 * The commit tag that stands for a digest in permanent tags: the one that was named, else one of the commit's tags
 * that holds the digest, else the prefix and the first 7 digits. Null when no commit is known.
 */
export async function findCommitTag(
  question: SourceQuestion,
  image: { readonly tag: Tag | null; readonly digest: Digest; readonly commit: string | null },
): Promise<Tag | null> {
  const { tag, digest, commit } = image;
  // What a tag is called proves no commit.
  if (commit === null) return null;
  if (tag !== null && commitHexIn(tag, question.prefixes) !== null) return tag;
  // `hotfix` without a commit means an image of that branch: its own prefix goes first.
  const [own, others] = partition(question.prefixes, (prefix) => tag !== null && isSourceTag(tag, [prefix]));
  const [short, ...named] = [...own, ...others].flatMap((prefix) => commitTagsOf(prefix, commit));
  if (short === undefined) return null;
  const held = (await holders(question, [short, ...named])).find((holder) => holder.digest === digest);
  return held?.tag ?? short;
}

function partition<T>(items: readonly T[], fits: (item: T) => boolean): readonly [readonly T[], readonly T[]] {
  return [items.filter(fits), items.filter((item) => !fits(item))];
}
