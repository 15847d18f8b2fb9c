// Decides what drift is: which differences between production and what was promoted are new, last, changed or are over.
import { canonicalJson } from '../audit/canonical-json.ts';
import type { Digest, Tag } from '../image/reference.ts';

/** One difference between what was promoted and what the registry shows. */
export type Sighting =
  /** A floating tag that holds something else than was promoted, or nothing. */
  | { readonly kind: 'moved'; readonly tag: Tag; readonly wanted: Digest; readonly holds: Digest | null }
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
  readonly digest: Digest;
};

/** Differences that were confirmed together: one alarm, until the last of them is gone. */
export type Drift = {
  readonly id: string;
  readonly repoId: number;
  readonly environment: string;
  /** The one that had put production where it should be: its thread hears of the drift. */
  readonly promotionId: string;
  readonly noticedAt: number;
  /** As last seen; once it is over, what it was. */
  readonly sightings: readonly Sighting[];
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
export type Suspicion = { readonly at: number; readonly sightings: readonly Sighting[] };

export type Verdict = {
  /** Seen at this look and at the one before: a new drift. */
  readonly confirmed: readonly Sighting[];
  /** Seen for the first time. */
  readonly suspected: readonly Sighting[];
  /** What is left of drifts that were known; none left: it is over. */
  readonly known: readonly { readonly drift: Drift; readonly left: readonly Sighting[] }[];
};

/** `open` are the drifts of the environment that are not over. */
export function judgeLook(look: {
  readonly seen: readonly Sighting[];
  readonly suspected: readonly Sighting[];
  readonly open: readonly Drift[];
}): Verdict {
  const { seen, suspected, open } = look;
  const known = open.map((drift) => ({ drift, left: seen.filter(isAmong(drift.sightings)) }));
  const fresh = seen.filter((one) => !open.some(({ sightings }) => isAmong(sightings)(one)));
  const isSuspected = isAmong(suspected);
  return {
    known,
    confirmed: fresh.filter(isSuspected),
    suspected: fresh.filter((one) => !isSuspected(one)),
  };
}

/** True where the same differences look the same. */
export function looksTheSame(before: readonly Sighting[], now: readonly Sighting[]): boolean {
  return canonicalJson(before) === canonicalJson(now);
}

/** What a tag that was moved holds may change, and what is missing may become another image's rollback target: still the same. */
function isAmong(sightings: readonly Sighting[]): (one: Sighting) => boolean {
  const keys = new Set(sightings.map(keyOf));
  return (one) => keys.has(keyOf(one));
}

function keyOf(sighting: Sighting): string {
  switch (sighting.kind) {
    case 'moved':
      return `${sighting.tag} ${sighting.wanted}`;
    case 'missing':
      return `${sighting.image.digest} ${sighting.manifest}`;
  }
}
