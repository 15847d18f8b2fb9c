// The App's installation was removed, suspended or restored: creates the jobs of each of its repositories.
import { findRepo, listReposOfInstallation } from '../../store/repos.ts';
import type { Job, JobDefinition, JobOutcome } from '../core/handler.ts';
import type { Services } from '../core/services.ts';

export const installationGone: JobDefinition<'installation-gone'> = {
  key: null,
  queue: 'installation',
  traits: [],
  handle: handleGone,
};

async function handleGone({ payload }: Job<'installation-gone'>, { store }: Services): Promise<JobOutcome> {
  const { installationId } = payload;
  const repos = await listReposOfInstallation(store.db, installationId);
  const intents = repos.map(
    ({ id }) => ({ kind: 'repo-gone', repoId: id, installationId, because: 'installation-gone' }) as const,
  );
  return { kind: 'handed-on', intents, told: [] };
}

/**
 * Only known repositories matter: those of the delivery and of the table. Each receives it
 * in its own queue key, after the event that it had left.
 */
export const installationBack: JobDefinition<'installation-back'> = {
  key: null,
  queue: 'installation',
  traits: [],
  handle: handleBack,
};

async function handleBack({ payload }: Job<'installation-back'>, { store }: Services): Promise<JobOutcome> {
  const { installationId, repos: told } = payload;
  const ours = await listReposOfInstallation(store.db, installationId);
  const known = await Promise.all(
    told.map(async (repo) => ((await findRepo(store.db, repo.id)) === null ? [] : [repo])),
  );
  const byId = new Map([...ours, ...known.flat()].map((repo) => [repo.id, repo]));
  const intents = [...byId.values()].map((repo) => ({ kind: 'repo-changed', repo, since: null }) as const);
  return { kind: 'handed-on', intents, told: [] };
}
