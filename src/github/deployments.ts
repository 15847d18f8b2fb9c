// Reads the deployments of a repository and how they went.
import { z } from 'zod';
import type { CommitSha, RepoName } from '../domain/reference.ts';
import { splitRepo, type InstallationClient } from './client.ts';

type Place = { readonly client: InstallationClient; readonly repo: RepoName };

const Deployments = z.array(z.object({ id: z.number() }));
const Statuses = z.array(z.object({ state: z.string() }));

/** The id of the newest deployment to an environment, of one commit where it is given; null where there is none. */
export async function findNewestDeployment({
  client,
  repo,
  environment,
  commit,
}: Place & { readonly environment: string; readonly commit?: CommitSha }): Promise<number | null> {
  const { data } = await client.ask({
    tried: `listing the deployments of ${repo} to ${environment}`,
    send: (api) =>
      api.repos.listDeployments({
        ...splitRepo(repo),
        environment,
        ...(commit === undefined ? {} : { sha: commit }),
        per_page: 1,
      }),
    answer: Deployments,
  });
  return data[0]?.id ?? null;
}

/** The newest status's state, in GitHub's word such as `success` or `in_progress`; null where there is none yet. */
export async function fetchDeploymentState({
  client,
  repo,
  deployment,
}: Place & { readonly deployment: number }): Promise<string | null> {
  const { data } = await client.ask({
    tried: `reading how deployment ${deployment} of ${repo} went`,
    send: (api) => api.repos.listDeploymentStatuses({ ...splitRepo(repo), deployment_id: deployment, per_page: 1 }),
    answer: Statuses,
  });
  return data[0]?.state ?? null;
}
