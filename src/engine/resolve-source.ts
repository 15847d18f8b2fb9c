// Pins what `/promote <source>` means: a staging tag and the digest that it holds now.
import type { SourceSpec } from '../domain/command.ts';
import { parseTag, type Digest, type ImageRepository, type Tag } from '../domain/reference.ts';
import type { Refusal } from '../domain/refusal.ts';
import { commitHexOf } from '../domain/rules/tag-commit.ts';
import type { RegistryClient } from '../registry/client.ts';

export type ResolvedSource =
  | { readonly kind: 'resolved'; readonly tag: Tag; readonly digest: Digest }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

type Question = {
  readonly registry: RegistryClient;
  readonly image: ImageRepository;
  /** `staging`, as the policy has it. */
  readonly prefix: string;
};

type Holder = { readonly tag: Tag; readonly digest: Digest };

const SHORT_COMMIT = 7;

/** Asks the registry; OutsideError when it can't say. */
export async function resolveSource(question: Question, source: SourceSpec): Promise<ResolvedSource> {
  switch (source.kind) {
    case 'tag':
      return pick(question, source.tag, await holders(question, [source.tag]), [source.tag]);
    case 'hex':
      return resolveHex(question, source.typed);
    case 'digest':
      return resolveDigest(question, source.digest);
  }
}

async function resolveHex(question: Question, typed: string): Promise<ResolvedSource> {
  const hex = typed.toLowerCase();
  const names = [typed, hex, hex.slice(0, SHORT_COMMIT)].map((name) => `${question.prefix}-${name}`);
  const tried = [...new Set(names)].map(parseTag).filter((tag) => tag !== null);
  const found = await holders(question, tried);
  if (found.length > 0) return pick(question, typed, found, tried);
  const similar = (await listCommitTags(question)).filter((tag) => {
    const other = commitHexOf(tag, question.prefix) ?? '';
    return other.startsWith(hex) || hex.startsWith(other);
  });
  return pick(question, typed, await holders(question, similar), tried);
}

async function resolveDigest(question: Question, digest: Digest): Promise<ResolvedSource> {
  const { image, prefix } = question;
  const tags = (await question.registry.listTags(image)).filter(
    (tag) => tag === prefix || tag.startsWith(`${prefix}-`),
  );
  const holding = (await holders(question, tags)).filter((holder) => holder.digest === digest);
  const best = holding.find(({ tag }) => commitHexOf(tag, prefix) !== null) ?? holding[0];
  if (best !== undefined) return { kind: 'resolved', ...best };
  return { kind: 'refused', refusal: { code: 'digest-not-staged', image, digest, prefix } };
}

/** One digest, whatever the number of tags that hold it, is an answer; none or two are refused. */
function pick({ image }: Question, typed: string, found: readonly Holder[], tried: readonly Tag[]): ResolvedSource {
  const [first] = found;
  if (first === undefined) return { kind: 'refused', refusal: { code: 'source-not-found', image, typed, tried } };
  if (found.some(({ digest }) => digest !== first.digest)) {
    return { kind: 'refused', refusal: { code: 'source-ambiguous', typed, candidates: found } };
  }
  return { kind: 'resolved', ...first };
}

async function holders({ registry, image }: Question, tags: readonly Tag[]): Promise<readonly Holder[]> {
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
 * The commit tag that stands for a digest in kept tags (DESIGN §4): the one that was named, else one of the commit's tags
 * that holds the digest, else `staging-` and the first 7 digits. Null when no commit is known.
 */
export async function findCommitTag(
  question: Question,
  image: { readonly tag: Tag; readonly digest: Digest; readonly commit: string | null },
): Promise<Tag | null> {
  const { prefix } = question;
  if (commitHexOf(image.tag, prefix) !== null) return image.tag;
  if (image.commit === null) return null;
  const short = parseTag(`${prefix}-${image.commit.slice(0, SHORT_COMMIT)}`);
  const named = [short, parseTag(`${prefix}-${image.commit}`)].filter((tag) => tag !== null);
  const held = (await holders(question, named)).find(({ digest }) => digest === image.digest);
  return held?.tag ?? short;
}
