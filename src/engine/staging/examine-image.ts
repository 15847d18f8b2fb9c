// Examines the image of a staging commit as a promotion of it would be examined.
import { platformNamesOf } from '../../domain/image/image-facts.ts';
import { findEnvironment, type Policy } from '../../domain/policy/policy.ts';
import type { Repo } from '../../domain/promotion/promotion.ts';
import type { ImageRepository } from '../../domain/image/reference.ts';
import type { StagingState } from '../../domain/promotion/staging-check.ts';
import { facetsFor, validate } from '../../domain/validation.ts';
import { createCollection } from '../../facts/collect.ts';
import { factSourcesOf, possibleEnvironments } from '../examine/fact-sources.ts';
import type { Services } from '../core/services.ts';
import type { FoundImage } from './find-image.ts';

/** OutsideError if registry or GitHub can't answer. */
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
  const target = findEnvironment(policy, null);
  const subject = {
    repository: image,
    ...found,
    versionTag: null,
    repo: repo.name,
    branches: [policy.staging.branch, ...(target === null ? [] : [target.branch])],
    stagingReporters: policy.staging.reporters,
    environments: possibleEnvironments(policy),
    content: policy.validation.content,
  };
  const collection = createCollection(subject, factSourcesOf(services, { repo, repository: image }));
  const facts = await collection.collect(facetsFor('promotion', policy));
  const { githubHost } = services.settings;
  return {
    kind: 'examined',
    image,
    ...found,
    examinedAt: services.now(),
    platforms: platformNamesOf(facts),
    findings: validate(facts, { policy, repo: repo.name, githubHost, isReviewed: false }, 'promotion'),
    environments: policy.environments.map(({ name }) => name),
    defaultEnvironment: target?.name ?? null,
  };
}
