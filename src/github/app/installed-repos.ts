// Lists the repositories that the App is installed for, from GitHub: the database may have lost some.
import { z } from 'zod';
import { parseRepoName } from '../../domain/image/reference.ts';
import type { Repo } from '../../domain/promotion/promotion.ts';
import type { GitHub, InstallationClient } from '../client/client.ts';
import { listInstallations } from './own-app.ts';

const PAGE_SIZE = 100;
const MAX_PAGES = 100;

const Page = z.object({ repositories: z.array(z.object({ id: z.number().int(), full_name: z.string() })) });

/** Those of all installations that are not suspended; up to ten thousand of each. OutsideError if GitHub can't answer. */
export async function listInstalledRepos({
  asApp,
  forInstallation,
}: Pick<GitHub, 'asApp' | 'forInstallation'>): Promise<readonly Repo[]> {
  const repos: Repo[] = [];
  for (const { id, isSuspended } of await listInstallations(asApp())) {
    if (!isSuspended) repos.push(...(await listReposOf(forInstallation(id))));
  }
  return repos;
}

async function listReposOf(client: InstallationClient): Promise<readonly Repo[]> {
  const { installationId } = client;
  const repos: Repo[] = [];
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const { data } = await client.ask({
      tried: `listing the repositories of the installation ${installationId}`,
      send: (api) => api.apps.listReposAccessibleToInstallation({ per_page: PAGE_SIZE, page }),
      answer: Page,
    });
    for (const { id, full_name: fullName } of data.repositories) {
      const name = parseRepoName(fullName);
      if (name !== null) repos.push({ id, name, installationId });
    }
    if (data.repositories.length < PAGE_SIZE) break;
  }
  return repos;
}
