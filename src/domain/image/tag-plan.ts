// Plans which tag will hold which digest, over what. Nothing is read or written here.
import type { ImageChanges } from './changes.ts';
import type { CommitSummary } from './image-facts.ts';
import type { SameCodeShown } from './same-code.ts';
import type { EnvironmentPolicy } from '../policy/policy.ts';
import type { PromotionKind } from '../promotion/promotion-kind.ts';
import { parseTag, type CommitSha, type Digest, type ImageRepository, type Tag } from './reference.ts';

/** An image that a promotion moves: pinned by digest when it was requested. */
export type PinnedImage = {
  readonly repository: ImageRepository;
  readonly digest: Digest;
  /** The commit that the image proves, once it was examined. */
  readonly commit: CommitSha | null;
  /** For people only; absent if unknown. */
  readonly summary?: CommitSummary;
  /** What sets it apart from what the environment held when it was examined; absent where there was nothing, or nobody asked. */
  readonly changes?: ImageChanges;
  /** Whether it had the code of the environment's branch then. */
  readonly sameCode?: SameCodeShown;
  /** The `staging-<sha>` tag that stands for the image in permanent tags, once known. */
  readonly commitTag: Tag | null;
  readonly platforms: readonly string[];
};

/** What one tag held when it was read. */
export type TagState = {
  readonly repository: ImageRepository;
  readonly tag: Tag;
  readonly digest: Digest | null;
  /** True when the only writer of this tag in our journal is a promotion that never reached `promoted`. */
  readonly leftByUnfinished: boolean;
};

export type TagMove =
  /** Keeps what production held; its name is `rollback-<time>-<slug>`, and the time is fixed when applying starts. */
  | { readonly kind: 'rollback'; readonly repository: ImageRepository; readonly slug: string; readonly digest: Digest }
  | {
      readonly kind: 'permanent' | 'floating';
      readonly repository: ImageRepository;
      readonly tag: Tag;
      readonly baseline: Digest | null;
      readonly digest: Digest;
    };

export type TagPlan =
  | { readonly kind: 'moves'; readonly moves: readonly TagMove[] }
  | { readonly kind: 'already-there' }
  | { readonly kind: 'permanent-tag-taken'; readonly taken: readonly TakenTag[] }
  /** The version should name what production holds, but `tags` hold something else. */
  | { readonly kind: 'left-production'; readonly tags: readonly Pick<TagState, 'tag' | 'digest'>[] };

/** A tag that is never moved, and that holds another digest. */
export type TakenTag = { readonly tag: Tag; readonly holds: Digest; readonly wanted: Digest };

export type PlanInput = {
  readonly image: PinnedImage;
  readonly environment: EnvironmentPolicy;
  readonly kind: PromotionKind;
  readonly force: boolean;
  readonly versionTag: Tag | null;
  readonly reason: string | null;
  readonly production: readonly TagState[];
};

const MAX_SLUG_LENGTH = 40;

/** The missing moves only: a floating tag that already holds the digest is not written again. */
export function planTags(input: PlanInput): TagPlan {
  const { image, environment, kind, reason, production } = input;
  const { repository, digest } = image;
  const holderOf = (tag: Tag): TagState | undefined =>
    production.find((state) => state.repository === repository && state.tag === tag);
  const floating = environment.tags
    .map((tag) => ({ kind: 'floating', repository, tag, baseline: holderOf(tag)?.digest ?? null, digest }) as const)
    .filter((move) => move.baseline !== digest);
  if (kind === 'version' && floating.length > 0) {
    return { kind: 'left-production', tags: floating.map(({ tag, baseline }) => ({ tag, digest: baseline })) };
  }
  const kept = permanentTagsOf(input, floating.length > 0)
    .map((tag) => ({ kind: 'permanent', repository, tag, baseline: holderOf(tag)?.digest ?? null, digest }) as const)
    .filter((move) => move.baseline !== digest);
  if (floating.length + kept.length === 0) return { kind: 'already-there' };
  const taken = kept.flatMap(({ tag, baseline }) =>
    baseline === null || holderOf(tag)?.leftByUnfinished === true ? [] : [{ tag, holds: baseline, wanted: digest }],
  );
  if (taken.length > 0) return { kind: 'permanent-tag-taken', taken };

  // The first that is overwritten: one that already holds the digest leaves nothing to go back to.
  const leaving = floating.find((move) => move.baseline !== null)?.baseline ?? null;
  const moves: readonly (TagMove | null)[] = [
    environment.rollbackTags && leaving !== null
      ? {
          kind: 'rollback',
          repository,
          slug: slugOf(reason, kind === 'rollback' ? 'rollback' : input.force ? 'force' : 'release'),
          digest: leaving,
        }
      : null,
    ...kept,
    ...floating,
  ];
  return { kind: 'moves', moves: moves.filter((move) => move !== null) };
}

/** The tags whose holders a plan depends on: the floating ones in policy order, then the kept ones. */
export function tagsToRead(plan: Pick<PlanInput, 'environment' | 'image' | 'versionTag'>): readonly Tag[] {
  const kept = [permanentTagOf(plan.environment, plan.image), plan.versionTag];
  return [...new Set([...plan.environment.tags, ...kept.filter((tag) => tag !== null)])];
}

/** A version that is added to what production holds already is added alone. */
function permanentTagsOf(
  { environment, image, kind, versionTag }: PlanInput,
  movesProduction: boolean,
): readonly Tag[] {
  const source = kind === 'promotion' && movesProduction ? permanentTagOf(environment, image) : null;
  return [...new Set([source, versionTag])].filter((tag) => tag !== null);
}

/** The tag that keeps the promoted digest (`main-staging-abc1234`), or null when no commit is known. */
export function permanentTagOf(environment: EnvironmentPolicy, image: PinnedImage): Tag | null {
  if (environment.keepAs === null || image.commitTag === null) return null;
  return parseTag(environment.keepAs.replaceAll('{source}', image.commitTag));
}

/** The reason in a rollback tag: `[a-z0-9-]`, at most 40 characters, else the fallback. */
export function slugOf(reason: string | null, fallback: string): string {
  const slug = (reason ?? '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, MAX_SLUG_LENGTH)
    .replace(/^-+|-+$/g, '');
  return slug === '' ? fallback : slug;
}

/** `rollback-<YYYYMMDD-HHMMSS>-<slug>`, UTC; the n-th attempt at a taken name ends in `-n`. */
export function rollbackTagName(args: {
  readonly slug: string;
  readonly at: number;
  readonly attempt: number;
}): Tag | null {
  const [day = '', time = ''] = new Date(args.at).toISOString().slice(0, 19).split('T');
  const stamp = `${day.replaceAll('-', '')}-${time.replaceAll(':', '')}`;
  return parseTag(`rollback-${stamp}-${args.slug}${args.attempt > 1 ? `-${args.attempt}` : ''}`);
}

/** How a move's tag is shown before its time is fixed. */
export function tagNameOf(move: TagMove): string {
  return move.kind === 'rollback' ? `rollback-<time>-${move.slug}` : move.tag;
}
