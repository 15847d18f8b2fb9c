// Reads the statuses of a deployment.
import { z } from 'zod';
import { newsUrl } from '../../domain/promotion/deployment.ts';
import type { Reporter } from '../../domain/promotion/reporter.ts';
import type { RepoName } from '../../domain/image/reference.ts';
import { splitRepo, type InstallationClient } from '../client/client.ts';
import { isGitHubError } from '../client/errors.ts';
import { CACHEABLE } from '../client/hooks.ts';
import { reporter } from './reporter-part.ts';

export type DeploymentNews = {
  /** GitHub's state, such as `success`. */
  readonly state: string;
  readonly since: number;
  readonly url: string | null;
  readonly by: Reporter | null;
};

/** A deployment has a handful. */
const LISTED = 30;

const Statuses = z.array(
  z.object({
    state: z.string(),
    created_at: z.iso.datetime({ offset: true }),
    log_url: z.string().nullish(),
    environment_url: z.string().nullish(),
    target_url: z.string().nullish(),
    creator: reporter,
  }),
);

/** Newest first; none if the deployment no longer exists. */
export async function listDeploymentNews({
  client,
  repo,
  deployment,
}: {
  readonly client: InstallationClient;
  readonly repo: RepoName;
  readonly deployment: number;
}): Promise<readonly DeploymentNews[]> {
  try {
    const { data } = await client.ask({
      tried: `reading how deployment ${deployment} of ${repo} goes`,
      send: (api) =>
        api.repos.listDeploymentStatuses({
          ...splitRepo(repo),
          deployment_id: deployment,
          per_page: LISTED,
          request: CACHEABLE,
        }),
      answer: Statuses,
    });
    return data.map(({ state, created_at: since, log_url, environment_url, target_url, creator: by }) => {
      return { state, since: Date.parse(since), url: newsUrl([log_url, environment_url, target_url]), by };
    });
  } catch (error) {
    if (isGitHubError(error, 'github-not-found')) return [];
    throw error;
  }
}
