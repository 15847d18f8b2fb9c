// Whether a rollback took an environment off an image, as our own history tells.
import { known, unknown, type Fact, type PastRollback } from '../../domain/image/image-facts.ts';
import type { Digest, ImageRepository } from '../../domain/image/reference.ts';
import { findEnvironment, type EnvironmentPolicy, type Policy } from '../../domain/policy/policy.ts';
import { pastRollbackOf } from '../../domain/promotion/history.ts';
import { listHeld } from '../../store/promotions/history.ts';
import type { Store } from '../../store/database/database.ts';

/** `absent`: the command line has none to read, and `why` says why. */
export type Database =
  { readonly kind: 'open'; readonly store: Store } | { readonly kind: 'absent'; readonly why: string };

/** The newest rollback of any of these environments counts. */
export async function readPastRollback(
  database: Database,
  about: {
    readonly repoId: number;
    readonly environments: readonly EnvironmentPolicy[];
    readonly repository: ImageRepository;
    readonly digest: Digest;
  },
): Promise<Fact<PastRollback>> {
  if (database.kind === 'absent') return unknown({ code: 'no-access', source: 'database', detail: database.why });
  const { repoId, environments, repository, digest } = about;
  const { db } = database.store;
  const histories = await Promise.all(
    environments.map(({ name }) => listHeld(db, { repoId, environment: name, repository })),
  );
  const rollbacks = histories.map((history) => pastRollbackOf({ history, digest }));
  const numbers = rollbacks.flatMap((past) => (past.kind === 'rolled-back' ? [past.by] : []));
  return known(numbers.length === 0 ? { kind: 'none' } : { kind: 'rolled-back', by: Math.max(...numbers) });
}

/** Where an image can go when nobody names an environment: to the default one, else to any of them. */
export function possibleEnvironments(policy: Policy): readonly EnvironmentPolicy[] {
  const target = findEnvironment(policy, null);
  return target === null ? policy.environments : [target];
}
