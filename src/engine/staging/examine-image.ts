// Examines the image of a staging commit as a promotion of it would be examined.
import { commitOf } from '../../domain/image/image-facts.ts';
import { findEnvironment, type Policy } from '../../domain/policy/policy.ts';
import { rolledBackBy } from '../../domain/promotion/history.ts';
import type { Repo } from '../../domain/promotion/promotion.ts';
import type { ImageRepository } from '../../domain/image/reference.ts';
import type { StagingState } from '../../domain/promotion/staging-check.ts';
import { validate } from '../../domain/validation.ts';
import { toImageFacts } from '../../facts/collect.ts';
import { collectLineage } from '../../facts/lineage.ts';
import { collectStagingDeployment } from '../../facts/staging-deployment.ts';
import { listHeld } from '../../store/promotions/history.ts';
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
  const [lineage, missing, history] = await Promise.all([
    collectLineage({ github: client, repo: repo.name, branches: [...new Set(branches)] }, contents),
    images.missing(pinned, contents),
    target === null ? [] : listHeld(store.db, { repoId: repo.id, environment: target.name, repository: image }),
  ]);
  const known = { repository: image, ...found, contents, lineage, missing };
  const unasked = toImageFacts({ ...known, stagingDeployment: { kind: 'unknown', reason: 'not read yet' } });
  const stagingDeployment = await collectStagingDeployment(
    { github: client, repo: repo.name },
    { policy, commit: commitOf(unasked) },
  );
  const facts = { ...unasked, stagingDeployment, rolledBackBy: rolledBackBy({ history, digest: found.digest }) };
  return {
    kind: 'examined',
    image,
    ...found,
    platforms: facts.platforms.map(({ platform }) => platform),
    findings: validate(facts, { policy, repo: repo.name, githubHost: settings.githubHost }),
    environments: policy.environments.map(({ name }) => name),
    defaultEnvironment: target?.name ?? null,
  };
}
