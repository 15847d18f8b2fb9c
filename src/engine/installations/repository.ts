// A repository left the App, changed its name or owner, or is back: its open promotions end, or continue by its numeric id.
import { showEffects } from '../../domain/decide/accept.ts';
import { deploymentEffects } from '../../domain/decide/deployment.ts';
import type { Effect } from '../../domain/effect.ts';
import { promotedAt, type CancelCause, type Promotion, type Repo } from '../../domain/promotion/promotion.ts';
import { listLastPromoted } from '../../store/promotions/deployments.ts';
import { listDriftsSince } from '../../store/drifts.ts';
import { listOpenPromotions, listPromotionsChangedSince } from '../../store/promotions/promotions.ts';
import { findLeftAt, findRepo } from '../../store/repos.ts';
import { listUnsettledStagingChecks } from '../../store/staging-checks.ts';
import { listStuckPromotions } from '../../store/promotions/tag-moves.ts';
import { authorize } from '../people/authorize.ts';
import { DONE, type IntentDefinition, type Job, type JobDefinition, type JobOutcome } from '../core/handler.ts';
import { loadPlannedPolicy } from '../core/load.ts';
import type { Services } from '../core/services.ts';

export const repoGone: JobDefinition<'repo-gone'> = {
  key: null,
  queue: 'repo',
  traits: [],
  handle: handleGone,
};

async function handleGone({ payload }: Job<'repo-gone'>, { store, log }: Services): Promise<JobOutcome> {
  const { repoId, installationId, because } = payload;
  const repo = await findRepo(store.db, repoId);
  // Another installation has it: it was transferred, and the events came in another order.
  if (repo === null || repo.installationId !== installationId) return DONE;
  const open = await listOpenPromotions(store.db, { repoId });
  log.info({ repo: repo.name, because, promotions: open.length }, 'the App lost access to a repository');
  return { kind: 'done', commit: { repo, leaves: true, effects: open.map((one) => withdraw(one, because)) } };
}

/** Updates open promotions under the new name, and resumes what was left undone while the App was removed. */
export const repoChanged: IntentDefinition<'repo-changed'> = {
  key: null,
  queue: 'repo',
  traits: [],
  handle: handleChanged,
  unserved: 'proceeds',
};

async function handleChanged({ payload }: Job<'repo-changed'>, services: Services): Promise<JobOutcome> {
  const { repo, since } = payload;
  const { db } = services.store;
  // It is back: that is stored first, then what was missed is caught up on.
  if ((await findLeftAt(db, repo.id)) !== null) return { kind: 'handed-on', intents: [], told: [repo] };
  const open = await listOpenPromotions(db, { repoId: repo.id });
  const following = new Set<Promotion>();
  for (const one of open) if (await follows(services, one, repo)) following.add(one);
  const missed = since === null ? [] : await listPromotionsChangedSince(db, { repoId: repo.id, since });
  const shown = new Set([...following, ...missed].map(({ id }) => id));
  const effects: readonly Effect[] = [
    ...(since === null ? [] : await listSchedules(services, repo)),
    ...open.filter((one) => !following.has(one)).map((one) => withdraw(one, 'repository-gone')),
    ...(await listDeployments(services, missed)),
    ...[...shown].flatMap(showEffects),
    ...(since === null ? [] : await listDriftsSince(db, { repoId: repo.id, since })).map(
      ({ id }) => ({ kind: 'show-drift', repoId: repo.id, driftId: id }) as const,
    ),
    ...missed
      .filter(({ state }) => state.kind === 'failed')
      .map(({ id }) => ({ kind: 'notify-requester', promotionId: id }) as const),
  ];
  return effects.length === 0 ? DONE : { kind: 'done', commit: { repo, effects } };
}

async function listDeployments(services: Services, missed: readonly Promotion[]): Promise<readonly Effect[]> {
  const promoted = missed.filter((one) => promotedAt(one) !== null);
  const effects = promoted.map(async (one) => deploymentEffects(one, await loadPlannedPolicy(services, one)));
  return (await Promise.all(effects)).flat();
}

/** The work that would have been repeated meanwhile. */
async function listSchedules({ store, now }: Services, { id }: Repo): Promise<readonly Effect[]> {
  const unsettled = await listUnsettledStagingChecks(store.db);
  const watched = unsettled.filter(({ repoId }) => repoId === id);
  const stuck = await listStuckPromotions(store.db, id);
  const at = now();
  return [
    ...watched.map(({ repoId, commit }) => ({ kind: 'watch-staging', repoId, commit }) as const),
    ...stuck.map((promotionId) => ({ kind: 'restore-production', promotionId, at }) as const),
    ...(await listLastPromoted(store.db, id)).map(
      ({ environment }) => ({ kind: 'check-drift', repoId: id, environment, at, unconfirmed: null }) as const,
    ),
  ];
}

/** After a transfer, the repository may promote images of the new owner. That of the old one needs a grant. */
async function follows(services: Services, { repo: before, images, state }: Promotion, repo: Repo): Promise<boolean> {
  const named = state.kind === 'waiting-for-image' ? [state.repository] : images.map(({ repository }) => repository);
  const isMoved = ownerOf(before) !== ownerOf(repo);
  return (await authorize(services, { repo, images: isMoved ? named : [] })) === null;
}

function withdraw({ id }: Promotion, because: Exclude<CancelCause, 'person'>): Effect {
  return { kind: 'withdraw-promotion', promotionId: id, because };
}

function ownerOf({ name }: Repo): string {
  return (name.split('/')[0] ?? '').toLowerCase();
}
