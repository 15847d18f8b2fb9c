// Examines the image of a staging commit as a promotion of it would be examined.
import { commitOf, platformNamesOf, unknown } from '../../domain/image/image-facts.ts';
import { findEnvironment, type Policy } from '../../domain/policy/policy.ts';
import type { Repo } from '../../domain/promotion/promotion.ts';
import type { ImageRepository } from '../../domain/image/reference.ts';
import type { StagingState } from '../../domain/promotion/staging-check.ts';
import { validate } from '../../domain/validation.ts';
import { toImageFacts } from '../../facts/collect.ts';
import { collectLineage } from '../../facts/lineage.ts';
import { collectStagingDeployment } from '../../facts/staging-deployment.ts';
import { possibleEnvironments, readPastRollback } from '../examine/past-rollback.ts';
import type { Services } from '../core/services.ts';
import type { FoundImage } from './find-image.ts';

/** OutsideError when registry or GitHub can't say. */
export async function examineImage(
  services: Services,
  args: {
    readonly repo: Repo;
    readonly policy: Policy;
    readonly image: ImageRepository;
    readonly found: FoundImage;
  },
): Promise<Extract<StagingState, { kind: 'examined' }>> {
  const { repo, policy, image, found } = args;
  const { images, github, settings, store } = services;
  const client = github.forInstallation(repo.installationId);
  const target = findEnvironment(policy, null);
  const pinned = { repository: image, digest: found.digest };
  const contents = await images.contents(pinned);
  const branches = [policy.staging.branch, ...(target === null ? [] : [target.branch])];
  const [lineage, missing, pastRollback] = await Promise.all([
    collectLineage({ github: client, repo: repo.name, branches: [...new Set(branches)] }, contents),
    images.missing(pinned, contents),
    readPastRollback(
      { kind: 'open', store },
      { repoId: repo.id, environments: possibleEnvironments(policy), ...pinned },
    ),
  ]);
  const read = { repository: image, ...found, contents, lineage, missing };
  const unasked = toImageFacts({ ...read, stagingDeployment: unknown({ code: 'not-collected' }) });
  const stagingDeployment = await collectStagingDeployment(
    { github: client, repo: repo.name },
    { policy, commit: commitOf(unasked) },
  );
  const facts = {
    ...unasked,
    stagingDeployment,
    pastRollback,
  };
  return {
    kind: 'examined',
    image,
    ...found,
    platforms: platformNamesOf(facts),
    findings: validate(facts, { policy, repo: repo.name, githubHost: settings.githubHost }, 'promotion'),
    environments: policy.environments.map(({ name }) => name),
    defaultEnvironment: target?.name ?? null,
  };
}
