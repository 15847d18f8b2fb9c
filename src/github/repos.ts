// Finds a repository by its name: its id, by which everything is stored, and its installation.
import { z } from 'zod';
import type { Repo } from '../domain/promotion/promotion.ts';
import { parseRepoName, type RepoName } from '../domain/image/reference.ts';
import { splitRepo, type GitHub } from './client/client.ts';
import { isGitHubError } from './client/errors.ts';

/** The repository as GitHub spells it today, or null where the App is not installed for it (or it is not there). */
export async function findInstalledRepo({ asApp, forInstallation }: GitHub, name: RepoName): Promise<Repo | null> {
  const installationId = await findInstallation(asApp(), name);
  if (installationId === null) return null;
  const { data } = await forInstallation(installationId).ask({
    tried: `reading ${name}`,
    send: (api) => api.repos.get(splitRepo(name)),
    answer: RepoAnswer,
  });
  return { ...data, installationId };
}

async function findInstallation(app: ReturnType<GitHub['asApp']>, name: RepoName): Promise<number | null> {
  try {
    const { data } = await app.ask({
      tried: `looking for the installation of the App on ${name}`,
      send: (api) => api.apps.getRepoInstallation(splitRepo(name)),
      answer: z.object({ id: z.number() }),
    });
    return data.id;
  } catch (error) {
    if (isGitHubError(error, 'github-not-found')) return null;
    throw error;
  }
}

const RepoAnswer = z
  .object({ id: z.number(), full_name: z.string() })
  .transform(({ id, full_name }, context): Pick<Repo, 'id' | 'name'> => {
    const name = parseRepoName(full_name);
    if (name !== null) return { id, name };
    context.addIssue('not owner/name');
    return z.NEVER;
  });
