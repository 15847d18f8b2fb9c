// The sources of an image's facts: registry, GitHub and our own history.
import type { ImageRepository } from '../../domain/image/reference.ts';
import type { Repo } from '../../domain/promotion/promotion.ts';
import { findEnvironment, type EnvironmentPolicy, type Policy } from '../../domain/policy/policy.ts';
import type { FactSources } from '../../facts/facet.ts';
import { NoAccess } from '../../facts/no-access.ts';
import type { Store } from '../../store/database/database.ts';
import { findRejection } from '../../store/promotions/rejections.ts';
import { findStagingCheck } from '../../store/staging-checks.ts';
import { listHeld } from '../../store/promotions/history.ts';
import type { Services } from '../core/services.ts';
import { findOwnership } from '../people/authorize.ts';

/** `absent`: the command line has no database; `why` gives the reason. */
export type Database =
  { readonly kind: 'open'; readonly store: Store } | { readonly kind: 'absent'; readonly why: string };

/** The sources of the server, for images of one repository. */
export function factSourcesOf(
  services: Pick<Services, 'registry' | 'images' | 'github' | 'store' | 'settings' | 'now' | 'wait'>,
  { repo, repository }: { readonly repo: Repo; readonly repository: ImageRepository },
): FactSources {
  const { registry, images, github, store, now, wait } = services;
  return {
    registry,
    images,
    github: () => github.forRepo(repo),
    clock: { now, wait },
    history: historyOf({ kind: 'open', store }, { repoId: repo.id, repository }),
    ownership: () => findOwnership(services, { repo, image: repository }),
    ...recordsOf({ kind: 'open', store }, { repoId: repo.id, now }),
  };
}

export function historyOf(
  database: Database,
  about: { readonly repoId: number; readonly repository: ImageRepository },
): FactSources['history'] {
  return async (environment) => {
    if (database.kind === 'absent') throw new NoAccess('database', database.why);
    return listHeld(database.store.db, { ...about, environment });
  };
}

/** The facts from our own promotions and staging checks. */
export function recordsOf(
  database: Database,
  { repoId, now }: { readonly repoId: number; readonly now: () => number },
): Pick<FactSources, 'rejectionOf' | 'stagingChecksOf'> {
  const open = (): Store => {
    if (database.kind === 'absent') throw new NoAccess('database', database.why);
    return database.store;
  };
  return {
    rejectionOf: async (digest) => findRejection(open().db, { repoId, digest }),
    stagingChecksOf: async (commit) => {
      const check = await findStagingCheck(open().db, { repoId, commit });
      if (check === null) return [];
      const { first, state } = check;
      const examined = [...(first === null ? [] : [first]), ...(state.kind === 'examined' ? [state] : [])];
      return examined.map(({ image, tag, digest, examinedAt: checkedAt }) => ({
        image,
        tag,
        digest,
        checkedAt,
        now: now(),
      }));
    },
  };
}

/** The environments of an image when none is named: the default one, else all of them. */
export function possibleEnvironments(policy: Policy): readonly EnvironmentPolicy[] {
  const target = findEnvironment(policy, null);
  return target === null ? policy.environments : [target];
}
