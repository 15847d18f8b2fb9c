// Decides what an environment is compared with, and whether it is checked at all.
import { OutsideError } from '../../net/outside-error.ts';
import { defaultEnvironment, findEnvironment, type EnvironmentPolicy } from '../../domain/policy/policy.ts';
import { promotedAt, type Promotion, type Repo } from '../../domain/promotion/promotion.ts';
import type { Tag } from '../../domain/image/reference.ts';
import { findLastPromoted, isEnvironmentBusy } from '../../store/promotions/promotions.ts';
import { authorize } from '../people/authorize.ts';
import { loadPlannedPolicy, loadPolicy } from '../core/load.ts';
import type { Services } from '../core/services.ts';

export type Subject = {
  readonly kind: 'watched';
  /** The promotion that production should hold. */
  readonly last: Promotion;
  /** The floating tags that it wrote and that the environment still has. */
  readonly tags: readonly Tag[];
  /** Null: never, except for the second read-back. */
  readonly intervalMs: number | null;
};

/** `busy`: the tags are being moved. `not-watched`: nothing was promoted, or checks are off. */
export type FoundSubject = Subject | { readonly kind: 'busy' } | { readonly kind: 'not-watched' };

export type DriftScope = { readonly repo: Repo; readonly environment: string };

/** With `off`, only a recent promotion is checked. */
const READ_BACK_WITHIN_MS = 10 * 60 * 1000;

export async function findSubject(services: Services, place: DriftScope): Promise<FoundSubject> {
  const { repo, environment } = place;
  const { db } = services.store;
  const key = { repoId: repo.id, environment };
  if (await isEnvironmentBusy(db, { ...key, exceptId: '' })) return { kind: 'busy' };
  const last = await findLastPromoted(db, key);
  if (last === null || (await authorize(services, { repo, images: [] })) !== null) return NOT_WATCHED;
  const environmentPolicy = await loadEnvironmentPolicy(services, { ...last, repo });
  if (environmentPolicy === null) return NOT_WATCHED;
  const { driftIntervalMs: intervalMs } = environmentPolicy;
  const age = services.now() - (promotedAt(last) ?? 0);
  if (intervalMs === null && age > READ_BACK_WITHIN_MS) return NOT_WATCHED;
  return {
    kind: 'watched',
    last,
    tags: [...new Set(last.baseline.map(({ tag }) => tag))].filter((tag) => environmentPolicy.tags.includes(tag)),
    intervalMs,
  };
}

const NOT_WATCHED = { kind: 'not-watched' } as const;

/** The environment in the current policy; if that can't be read, in the promotion's. Null: the policy no longer has this image there. */
async function loadEnvironmentPolicy(services: Services, last: Promotion): Promise<EnvironmentPolicy | null> {
  try {
    const loaded = await loadPolicy(services, last.repo);
    if (loaded.kind === 'unreadable') return plannedPolicy(services, last);
    const { policy } = loaded;
    const unauthorized = await authorize(services, { repo: last.repo, images: policy.images });
    const isOurs = last.images.every(({ repository }) => policy.images.includes(repository)) && unauthorized === null;
    return isOurs ? findEnvironment(policy, last.environment) : null;
  } catch (error) {
    // An App that was removed checks nothing. An outage of GitHub hides no drift.
    if (!(error instanceof OutsideError) || error.code === 'github-not-installed') throw error;
    services.log.warn({ err: error, repo: last.repo.name }, 'could not read the policy file from GitHub');
    return plannedPolicy(services, last);
  }
}

/** If neither policy can be read, the promoted image is checked anyway. */
async function plannedPolicy(services: Services, last: Promotion): Promise<EnvironmentPolicy> {
  const tags = last.baseline.map(({ tag }) => tag);
  return (await loadPlannedPolicy(services, last)) ?? { ...defaultEnvironment(last.environment), tags };
}
