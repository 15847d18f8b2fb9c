// Loads what a decision needs: the promotion, the policy, who acts, and whether the lane is free.
import type { Actor } from '../domain/actor.ts';
import type { DecisionContext } from '../domain/decide.ts';
import { builtInPolicy, findEnvironment, type Policy } from '../domain/policy.ts';
import type { Promotion, Repo } from '../domain/promotion.ts';
import { fetchActor } from '../github/permissions.ts';
import { findPromotion, isLaneBusy } from '../store/promotions.ts';
import { findRepo } from '../store/repos.ts';
import type { Sender } from './intent.ts';
import type { Services } from './services.ts';

/** The promotion with its repository as GitHub names it today. A missing one is a bug: nothing deletes promotions. */
export async function loadPromotion({ store }: Services, id: string): Promise<Promotion> {
  const promotion = await findPromotion(store.db, id);
  if (promotion === null) throw new Error(`promotion ${id} is not in the database`);
  return { ...promotion, repo: (await findRepo(store.db, promotion.repo.id)) ?? promotion.repo };
}

export function loadPolicy({ settings }: Services, repo: Repo): Policy {
  return builtInPolicy({ repo: repo.name, registryHost: settings.registryHost });
}

export async function loadContext(services: Services, promotion: Promotion): Promise<DecisionContext> {
  const { store, settings, now, sha256 } = services;
  const policy = loadPolicy(services, promotion.repo);
  const environment = findEnvironment(policy, promotion.environment);
  if (environment === null) throw new Error(`the policy of ${promotion.repo.name} has no ${promotion.environment}`);
  const laneBusy = await isLaneBusy(store.db, {
    repoId: promotion.repo.id,
    environment: promotion.environment,
    exceptId: promotion.id,
  });
  return { policy, environment, githubHost: settings.githubHost, now: now(), sha256, laneBusy };
}

/** Who acts, with the role that GitHub gives them now. */
export async function loadActor(
  services: Services,
  args: { readonly repo: Repo; readonly by: Sender },
): Promise<Actor> {
  const { repo, by } = args;
  const client = services.github.forInstallation(repo.installationId);
  return fetchActor({ client, repo: repo.name, id: by.id, login: by.login, kind: by.kind });
}
