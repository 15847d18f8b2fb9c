// Decides which differences between production and what was promoted are new, unchanged, changed or gone.
import { canonicalJson } from '../audit/canonical-json.ts';
import type { OtherTarget } from './failure.ts';
import type { Digest, ImageRepository, Tag } from '../image/reference.ts';

/** One difference between what was promoted and what the registry holds. */
export type Difference =
  /** A floating tag that holds another digest than was promoted, or none. */
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

/** Differences that were confirmed together: one alert, until the last of them is gone. The rollback target is that of the last check. */
export type Drift = {
  readonly id: string;
  readonly repoId: number;
  readonly environment: string;
  /** The one that had put production where it should be: its thread receives the drift alert. */
  readonly promotionId: string;
  readonly noticedAt: number;
  /** As last read; once it is over, what it was. */
  readonly differences: readonly Difference[];
  readonly over: DriftEnd | null;
  /** Where it is reported. */
  readonly shownIn: { readonly issue: number; readonly commentId: number } | null;
} & OtherTarget;

export type DriftEnd = {
  readonly at: number;
  readonly because:
    | { readonly kind: 'put-right' }
    | { readonly kind: 'promotion'; readonly number: number }
    /** No longer checked: the policy says `off`, or no longer has the environment or its image. */
    | { readonly kind: 'not-watched' };
};

/** Differences of one check, to be confirmed before anybody is alerted: registries lag. */
export type UnconfirmedDifferences = { readonly at: number; readonly differences: readonly Difference[] };

export type Verdict = {
  /** Found by this check and by the previous one: a new drift. */
  readonly confirmed: readonly Difference[];
  /** Found for the first time. */
  readonly unconfirmed: readonly Difference[];
  /** The remaining differences of known drifts; none: it is over. */
  readonly known: readonly { readonly drift: Drift; readonly left: readonly Difference[] }[];
};

/** `open` are the drifts of the environment that are not over. */
export function judgeCheck(check: {
  readonly seen: readonly Difference[];
  readonly unconfirmed: readonly Difference[];
  readonly open: readonly Drift[];
}): Verdict {
  const { seen, unconfirmed, open } = check;
  const known = open.map((drift) => ({ drift, left: seen.filter(isAmong(drift.differences)) }));
  const fresh = seen.filter((one) => !open.some(({ differences }) => isAmong(differences)(one)));
  const isUnconfirmed = isAmong(unconfirmed);
  return {
    known,
    confirmed: fresh.filter(isUnconfirmed),
    unconfirmed: fresh.filter((one) => !isUnconfirmed(one)),
  };
}

/** True if the differences are equal. */
export function sameDifferences(before: readonly Difference[], now: readonly Difference[]): boolean {
  return canonicalJson(before) === canonicalJson(now);
}

/** A moved tag may change its digest, and a missing part may belong to another rollback target: still the same difference. */
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
