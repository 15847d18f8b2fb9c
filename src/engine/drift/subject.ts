// Decides what an environment is compared with, and whether it is looked at at all.
import { OutsideError } from '../../domain/outside-error.ts';
import { findEnvironment, type EnvironmentPolicy } from '../../domain/policy.ts';
import { imageOf, promotedAt, type Promotion, type Repo } from '../../domain/promotion.ts';
import type { Tag } from '../../domain/reference.ts';
import { findLastPromoted, isLaneBusy } from '../../store/promotions.ts';
import { refuseImages } from '../allowed-images.ts';
import { findForeignOwner } from '../allowed-owners.ts';
import { loadPolicy } from '../load.ts';
import type { Services } from '../services.ts';

export type Subject = {
  readonly kind: 'watched';
  /** What put production where it should be. */
  readonly last: Promotion;
  /** The floating tags that it left, and that are still the environment's. */
  readonly tags: readonly Tag[];
  /** Null: never, but for the second read-back. */
  readonly intervalMs: number | null;
};

/** `busy`: the tags are being moved. `not-watched`: nothing was promoted, or nothing is to be looked at any more. */
export type FoundSubject = Subject | { readonly kind: 'busy' } | { readonly kind: 'not-watched' };

export type Place = { readonly repo: Repo; readonly environment: string };

/** With `off`, only what was promoted just now is looked at. */
const READ_BACK_WITHIN_MS = 10 * 60 * 1000;

export async function findSubject(services: Services, place: Place): Promise<FoundSubject> {
  const last = await findLast(services, place);
  if (last === null || last === 'busy') return last === null ? NOT_WATCHED : { kind: 'busy' };
  if ((await findForeignOwner(services, place.repo)) !== null) return NOT_WATCHED;
  const terms = await loadTerms(services, { ...last, repo: place.repo });
  if (terms === null) return NOT_WATCHED;
  const { driftIntervalMs: intervalMs } = terms;
  const age = services.now() - (promotedAt(last) ?? 0);
  if (intervalMs === null && age > READ_BACK_WITHIN_MS) return NOT_WATCHED;
  return { kind: 'watched', last, tags: last.terms.tags.filter((tag) => terms.tags.includes(tag)), intervalMs };
}

/** False where somebody began to move the tags, or did, since the subject was found. */
export async function isStill({ last }: Subject, services: Services, place: Place): Promise<boolean> {
  const now = await findLast(services, place);
  return now !== null && now !== 'busy' && now.id === last.id;
}

const NOT_WATCHED = { kind: 'not-watched' } as const;

async function findLast({ store }: Services, { repo, environment }: Place): Promise<Promotion | 'busy' | null> {
  const key = { repoId: repo.id, environment };
  if (await isLaneBusy(store.db, { ...key, exceptId: '' })) return 'busy';
  return findLastPromoted(store.db, key);
}

/** What the policy says today; where it can't be read, what it said of the promotion. Null: it is no longer about this image there. */
async function loadTerms(services: Services, last: Promotion): Promise<EnvironmentPolicy | null> {
  const { repository } = imageOf(last);
  try {
    const loaded = await loadPolicy(services, last.repo);
    if (loaded.kind === 'unreadable') return last.terms;
    const { policy } = loaded;
    const isOurs = policy.images.includes(repository) && refuseImages(services, last.repo, policy) === null;
    return isOurs ? findEnvironment(policy, last.environment) : null;
  } catch (error) {
    // An App that is gone looks at nothing; a GitHub that is down hides no drift.
    if (!(error instanceof OutsideError) || error.code === 'github-not-installed') throw error;
    services.log.warn({ err: error, repo: last.repo.name }, 'GitHub did not tell what the policy file says');
    return last.terms;
  }
}
