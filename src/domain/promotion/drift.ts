// Decides what drift is: which differences between production and what was promoted are new, last, changed or are over.
import { canonicalJson } from '../audit/canonical-json.ts';
import type { Digest, ImageRepository, Tag } from '../image/reference.ts';

/** One difference between what was promoted and what the registry shows. */
export type Difference =
  /** A floating tag that holds something else than was promoted, or nothing. */
  | {
      readonly kind: 'moved';
      readonly repository: ImageRepository;
      readonly tag: Tag;
      readonly wanted: Digest;
      readonly holds: Digest | null;
    }
  /** A manifest that is gone: that of a platform, or with `platform` null the image's own. */
  | {
      readonly kind: 'missing';
      readonly image: WatchedImage;
      readonly manifest: Digest;
      readonly platform: string | null;
    };

/** `production` is what was promoted last, a `target` what `/rollback` could go back to. */
export type WatchedImage = {
  readonly role: 'production' | 'target';
  /** What `/rollback to` takes: `P12`, or a rollback tag. */
  readonly name: string;
  readonly repository: ImageRepository;
  readonly digest: Digest;
};

/** Differences that were confirmed together: one alarm, until the last of them is gone. */
export type Drift = {
  readonly id: string;
  readonly repoId: number;
  readonly environment: string;
  /** The one that had put production where it should be: its thread receives the drift alert. */
  readonly promotionId: string;
  readonly noticedAt: number;
  /** As last seen; once it is over, what it was. */
  readonly differences: readonly Difference[];
  /** What could be rolled back to, whole, when it was last seen: a name, or null for nothing. */
  readonly alternative: string | null;
  readonly over: DriftEnd | null;
  /** Where it is told. */
  readonly shownIn: { readonly issue: number; readonly commentId: number } | null;
};

export type DriftEnd = {
  readonly at: number;
  readonly because:
    | { readonly kind: 'put-right' }
    | { readonly kind: 'promotion'; readonly number: number }
    /** Nobody looks any more: the policy says `off`, or names the environment or its image no more. */
    | { readonly kind: 'not-watched' };
};

/** What a single look saw, to be looked at once more before anybody is alarmed: registries lag. */
export type UnconfirmedDifferences = { readonly at: number; readonly differences: readonly Difference[] };

export type Verdict = {
  /** Seen at this look and at the one before: a new drift. */
  readonly confirmed: readonly Difference[];
  /** Seen for the first time. */
  readonly unconfirmed: readonly Difference[];
  /** What is left of drifts that were known; none left: it is over. */
  readonly known: readonly { readonly drift: Drift; readonly left: readonly Difference[] }[];
};

/** `open` are the drifts of the environment that are not over. */
export function judgeCheck(look: {
  readonly seen: readonly Difference[];
  readonly unconfirmed: readonly Difference[];
  readonly open: readonly Drift[];
}): Verdict {
  const { seen, unconfirmed, open } = look;
  const known = open.map((drift) => ({ drift, left: seen.filter(isAmong(drift.differences)) }));
  const fresh = seen.filter((one) => !open.some(({ differences }) => isAmong(differences)(one)));
  const isUnconfirmed = isAmong(unconfirmed);
  return {
    known,
    confirmed: fresh.filter(isUnconfirmed),
    unconfirmed: fresh.filter((one) => !isUnconfirmed(one)),
  };
}

/** True where the same differences look the same. */
export function sameDifferences(before: readonly Difference[], now: readonly Difference[]): boolean {
  return canonicalJson(before) === canonicalJson(now);
}

/** What a tag that was moved holds may change, and what is missing may become another image's rollback target: still the same. */
function isAmong(differences: readonly Difference[]): (one: Difference) => boolean {
  const keys = new Set(differences.map(keyOf));
  return (one) => keys.has(keyOf(one));
}

function keyOf(difference: Difference): string {
  switch (difference.kind) {
    case 'moved':
      return `${difference.repository} ${difference.tag} ${difference.wanted}`;
    case 'missing':
      return `${difference.image.repository} ${difference.image.digest} ${difference.manifest}`;
  }
}
