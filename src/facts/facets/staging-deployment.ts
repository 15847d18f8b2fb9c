// Finds out how the commit's latest deployment to the environment `staging` went.
import { commitOf, known, type StagingDeployment } from '../../domain/image/image-facts.ts';
import { isCountedReporter } from '../../domain/promotion/reporter.ts';
import { facet, type FactSubject } from '../facet.ts';
import { unknownAfter } from '../outside-reason.ts';
import type { CommitSha } from '../../domain/image/reference.ts';
import { STAGING_ENVIRONMENT as environment } from '../../domain/rules/staging-deployed.ts';
import type { InstallationClient } from '../../github/client/client.ts';
import { DEPLOYMENTS_LISTED, listDeployments, listDeploymentStates } from '../../github/deployments/deployments.ts';

/** Throws a transient failure; a final one, such as a missing permission, makes the fact unknown. */
export const stagingDeployment = facet<'stagingDeployment', 'lineage'>({
  needs: ['lineage'],
  cost: 'GitHub: two requests, three where there are very many deployments; none where the image proves no commit',
  collect: async (facts, { subject, sources }) => {
    const commit = commitOf(facts);
    if (commit === null) return known({ kind: 'no-commit' });
    try {
      return known(await findStatus({ client: sources.github(), ...subject }, commit));
    } catch (error) {
      return unknownAfter(error);
    }
  },
});

type Place = { readonly client: InstallationClient } & Pick<FactSubject, 'repo' | 'digest' | 'stagingReporters'>;

async function findStatus(
  { client, repo, digest, stagingReporters: reporters }: Place,
  commit: CommitSha,
): Promise<StagingDeployment> {
  const newest = await listDeployments({ client, repo, environment });
  const mayBeOlder = newest.length === DEPLOYMENTS_LISTED;
  const older = mayBeOlder ? await listDeployments({ client, repo, environment, commit }) : [];
  // A deployment whose payload names another image is for that one, whatever its commit.
  const found = [...newest, ...older].find(
    ({ sha, digests }) => sha === commit && digests.every((named) => named === digest),
  );
  if (found === undefined) return { kind: newest.length === 0 ? 'none-anywhere' : 'none' };
  const states = await listDeploymentStates({ client, repo, deployment: found.id });
  const creatorId = found.creator?.id ?? null;
  const counted = states.find(({ by }) => isCountedReporter(by, { creatorId, reporters }));
  if (counted !== undefined) return { kind: 'status', state: counted.state };
  const told = states.find(({ by }) => by !== null);
  return told === undefined || told.by === null
    ? { kind: 'no-status' }
    : { kind: 'not-counted', state: told.state, by: { id: told.by.id, login: told.by.login } };
}
