// Finds out how the commit's latest deployment to the environment `staging` went.
import { commitOf, known, type StagingDeployment } from '../../domain/image/image-facts.ts';
import { facet } from '../facet.ts';
import { unknownAfter } from '../outside-reason.ts';
import type { CommitSha, RepoName } from '../../domain/image/reference.ts';
import { STAGING_ENVIRONMENT as environment } from '../../domain/rules/staging-deployed.ts';
import type { InstallationClient } from '../../github/client/client.ts';
import { DEPLOYMENTS_LISTED, fetchDeploymentState, listDeployments } from '../../github/deployments/deployments.ts';

/** A failure that may pass is thrown; a final one, such as a permission we lack, makes the fact unknown. */
export const stagingDeployment = facet<'stagingDeployment', 'lineage'>({
  needs: ['lineage'],
  cost: 'GitHub: two requests, three where there are very many deployments; none where the image proves no commit',
  collect: async (facts, { subject: { repo }, sources }) => {
    const commit = commitOf(facts);
    if (commit === null) return known({ kind: 'no-commit' });
    try {
      return known(await look({ client: sources.github(), repo }, commit));
    } catch (error) {
      return unknownAfter(error);
    }
  },
});

type Place = { readonly client: InstallationClient; readonly repo: RepoName };

async function look({ client, repo }: Place, commit: CommitSha): Promise<StagingDeployment> {
  const newest = await listDeployments({ client, repo, environment });
  const mayBeOlder = newest.length === DEPLOYMENTS_LISTED;
  const older = mayBeOlder ? await listDeployments({ client, repo, environment, commit }) : [];
  const found = [...newest, ...older].find(({ sha }) => sha === commit);
  if (found === undefined) return { kind: newest.length === 0 ? 'none-anywhere' : 'none' };
  const state = await fetchDeploymentState({ client, repo, deployment: found.id });
  return state === null ? { kind: 'no-status' } : { kind: 'status', state };
}
