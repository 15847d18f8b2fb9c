// Decides from what an environment held, one digest after another, which one a rollback goes back to.
import type { Person } from './actor.ts';
import type { Digest, Tag } from './reference.ts';

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
  const left = history.map((holding, index) => {
    const before = history[index - 1]?.digest;
    // A rollback to what our history held last undoes a change by hand; that digest was not left by it.
    return holding.kind === 'rollback' && before !== holding.digest ? before : undefined;
  });
  return new Set(left.filter((digest) => digest !== undefined));
}

/**
 * The newest digest held before the current one that was never left by a rollback, or null. `current` is what the
 * environment holds now: one that history does not know, or null for nothing at all, came after all of it.
 */
export function defaultRollbackTarget(args: {
  readonly history: History;
  readonly current: Digest | null;
}): Digest | null {
  const { history, current } = args;
  const since = history.findLastIndex(({ digest }) => digest === current);
  // Set back by hand to an old digest, production goes no further forward: what came after it may be why.
  const before = since === -1 ? history : history.slice(0, since);
  const left = leftByRollback(history);
  return before.findLast(({ digest }) => digest !== current && !left.has(digest))?.digest ?? null;
}

/** True when history proves that the environment held this digest: it may be named as a target, even a left one. */
export function mayRollBackTo({ history, digest }: { readonly history: History; readonly digest: Digest }): boolean {
  return history.some((holding) => holding.digest === digest);
}
