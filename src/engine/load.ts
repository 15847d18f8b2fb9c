// Loads what a decision needs: the promotion, the policy, who acts, and whether the lane is free.
import type { Actor } from '../domain/actor.ts';
import type { DecisionContext } from '../domain/decide.ts';
import { builtInPolicy, type Policy } from '../domain/policy.ts';
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

/** `unreadable`: nothing is promoted under it; `problems` are sentences with line and column. */
export type LoadedPolicy =
  | { readonly kind: 'policy'; readonly policy: Policy }
  | { readonly kind: 'unreadable'; readonly problems: readonly string[] };

/** The repository's policy as it stands now. */
export async function loadPolicy({ settings }: Services, repo: Repo): Promise<LoadedPolicy> {
  return { kind: 'policy', policy: builtInPolicy({ repo: repo.name, registryHost: settings.registryHost }) };
}

/** What every decision on a stored promotion needs besides the promotion itself. */
export async function loadContext(services: Services, promotion: Promotion): Promise<DecisionContext> {
  const { store, settings, now, sha256 } = services;
  const { repo, environment, id: exceptId } = promotion;
  const laneBusy = await isLaneBusy(store.db, { repoId: repo.id, environment, exceptId });
  return { githubHost: settings.githubHost, now: now(), sha256, laneBusy };
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
