// Decides from what an environment held, one digest after another, which one a rollback goes back to.
import type { Person } from '../actor.ts';
import type { PastRollback } from '../image/image-facts.ts';
import type { Digest, Tag } from '../image/reference.ts';

/** One digest that an environment came to hold by a promotion or rollback of ours. */
export type Holding = {
  readonly digest: Digest;
  /** The number of `P12`. */
  readonly promotion: number;
  readonly at: number;
  readonly by: Person;
  readonly kind: 'promotion' | 'rollback';
  readonly tags: readonly Tag[];
};

/** The holdings of one environment, oldest first. */
export type History = readonly Holding[];

/** What was held just before each rollback: once left that way, a digest is no default target ever again. */
export function leftByRollback(history: History): ReadonlySet<Digest> {
  return new Set(history.map((_, index) => leftAt(history, index)).filter((digest) => digest !== null));
}

/** Whether a rollback left this digest; the newest one counts. */
export function pastRollbackOf({
  history,
  digest,
}: {
  readonly history: History;
  readonly digest: Digest;
}): PastRollback {
  const rollback = history.findLast((_, at) => leftAt(history, at) === digest);
  return rollback === undefined ? { kind: 'none' } : { kind: 'rolled-back', by: rollback.promotion };
}

/**
 * The newest digest held before the current one that was never left by a rollback, or null. `current` is what the
 * environment holds now: one that history does not know, or null for nothing at all, came after all of it.
 */
export function defaultRollbackTarget(args: {
  readonly history: History;
  readonly current: Digest | null;
}): Digest | null {
  return defaultTargets(args)[0]?.digest ?? null;
}

/** All that may take the place of a default target, newest first, each digest once: by its newest holding. */
export function defaultTargets({
  history,
  current,
}: {
  readonly history: History;
  readonly current: Digest | null;
}): History {
  const since = history.findLastIndex(({ digest }) => digest === current);
  // Set back by hand to an old digest, production goes no further forward: what came after it may be why.
  const before = since === -1 ? history : history.slice(0, since);
  const left = leftByRollback(history);
  return newestOfEach(before).filter(({ digest }) => digest !== current && !left.has(digest));
}

/** What people know a digest of history by: the promotion that put it there last, a rollback only where there is none. */
export function promotionOf(history: History, digest: Digest): number | null {
  const held = history.filter((holding) => holding.digest === digest);
  return (held.findLast(({ kind }) => kind === 'promotion') ?? held.at(-1))?.promotion ?? null;
}

/** The newest holding of each digest, newest first. */
export function newestOfEach(history: History): History {
  const seen = new Map<Digest, Holding>();
  for (const holding of history.toReversed()) if (!seen.has(holding.digest)) seen.set(holding.digest, holding);
  return [...seen.values()];
}

/**
 * True for what a rollback tag of that time keeps, if it may stand in where history names no default target: history does
 * not know it (else history decides), and it was held before the current one came.
 */
export function wasHeldBeforeHistory(args: {
  readonly history: History;
  readonly current: Digest | null;
  readonly kept: { readonly digest: Digest; readonly until: number };
}): boolean {
  const { history, current, kept } = args;
  const since = history.findLast(({ digest }) => digest === current);
  if (kept.digest === current || mayRollBackTo({ history, digest: kept.digest })) return false;
  return since === undefined || kept.until <= since.at;
}

/** True when history proves that the environment held this digest: it may be named as a target, even a left one. */
export function mayRollBackTo({ history, digest }: { readonly history: History; readonly digest: Digest }): boolean {
  return history.some((holding) => holding.digest === digest);
}

/** A rollback to what our history held last undoes a change by hand; that digest was not left by it. */
function leftAt(history: History, index: number): Digest | null {
  const before = history[index - 1]?.digest ?? null;
  const holding = history[index];
  return holding?.kind === 'rollback' && before !== holding.digest ? before : null;
}
