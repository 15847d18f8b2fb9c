// Finds out how the commit's latest deployment to the environment `staging` went.
import { known, unknown, type Fact, type StagingDeployment } from '../domain/image-facts.ts';
import { OutsideError } from '../domain/outside-error.ts';
import type { Policy } from '../domain/policy.ts';
import type { CommitSha, RepoName } from '../domain/reference.ts';
import { STAGING_ENVIRONMENT as environment } from '../domain/rules/staging-deployed.ts';
import type { InstallationClient } from '../github/client.ts';
import { fetchDeploymentState, findNewestDeployment } from '../github/deployments.ts';

type Source = { readonly github: InstallationClient; readonly repo: RepoName };

/**
 * Two requests, none where the policy does not ask or the image proves no commit. A failure that may pass is thrown; a
 * final one, such as a permission we lack, makes the fact unknown.
 */
export async function collectStagingDeployment(
  source: Source,
  { policy, commit }: { readonly policy: Policy; readonly commit: CommitSha | null },
): Promise<Fact<StagingDeployment>> {
  if (policy.staging.deployed === 'off' || commit === null) return unknown('nobody asked');
  try {
    return known(await look(source, commit));
  } catch (error) {
    if (error instanceof OutsideError && !error.retryable) return unknown(error.message);
    throw error;
  }
}

async function look({ github: client, repo }: Source, commit: CommitSha): Promise<StagingDeployment> {
  const deployment = await findNewestDeployment({ client, repo, environment, commit });
  if (deployment !== null) {
    const state = await fetchDeploymentState({ client, repo, deployment });
    return state === null ? { kind: 'no-status' } : { kind: 'status', state };
  }
  const any = await findNewestDeployment({ client, repo, environment });
  return { kind: any === null ? 'none-anywhere' : 'none' };
}
