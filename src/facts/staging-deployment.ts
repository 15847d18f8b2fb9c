// Finds out how the commit's latest deployment to the environment `staging` went.
import { known, unknown, type Fact, type StagingDeployment } from '../domain/image/image-facts.ts';
import { unknownAfter } from './outside-reason.ts';
import type { Policy } from '../domain/policy/policy.ts';
import type { CommitSha, RepoName } from '../domain/image/reference.ts';
import { STAGING_ENVIRONMENT as environment } from '../domain/rules/staging-deployed.ts';
import type { InstallationClient } from '../github/client/client.ts';
import { DEPLOYMENTS_LISTED, fetchDeploymentState, listDeployments } from '../github/deployments/deployments.ts';

type Source = { readonly github: InstallationClient; readonly repo: RepoName };

/**
 * Two requests (three where there are very many deployments), none where the policy does not ask or the image proves no commit. A failure that may pass is thrown; a
 * final one, such as a permission we lack, makes the fact unknown.
 */
export async function collectStagingDeployment(
  source: Source,
  { policy, commit }: { readonly policy: Policy; readonly commit: CommitSha | null },
): Promise<Fact<StagingDeployment>> {
  if (policy.staging.deployed === 'off') return unknown({ code: 'not-collected' });
  if (commit === null) return known({ kind: 'no-commit' });
  try {
    return known(await look(source, commit));
  } catch (error) {
    return unknownAfter(error);
  }
}

async function look({ github: client, repo }: Source, commit: CommitSha): Promise<StagingDeployment> {
  const newest = await listDeployments({ client, repo, environment });
  const mayBeOlder = newest.length === DEPLOYMENTS_LISTED;
  const older = mayBeOlder ? await listDeployments({ client, repo, environment, commit }) : [];
  const found = [...newest, ...older].find(({ sha }) => sha === commit);
  if (found === undefined) return { kind: newest.length === 0 ? 'none-anywhere' : 'none' };
  const state = await fetchDeploymentState({ client, repo, deployment: found.id });
  return state === null ? { kind: 'no-status' } : { kind: 'status', state };
}
