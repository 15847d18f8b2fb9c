// What is known of a rollback's target besides its manifests: which parts are missing, and what the tags hold now.
import { commitOf, known, type ImageFacts } from '../../domain/image/image-facts.ts';
import type { EnvironmentPolicy } from '../../domain/policy/policy.ts';
import { imageOf, type Promotion } from '../../domain/promotion/promotion.ts';
import type { TagState } from '../../domain/image/tag-plan.ts';
import { collectMissing } from '../../facts/completeness.ts';
import type { ImageContents } from '../../facts/contents.ts';
import { findAlternative } from './complete-image.ts';
import { readProduction } from './read-production.ts';
import type { Services } from '../core/services.ts';

/** All that a rollback asks is whether its image is whole; where it is not, what could be gone back to instead. */
export async function collectRollback(
  services: Services,
  args: {
    readonly promotion: Promotion;
    readonly facts: ImageFacts;
    readonly contents: ImageContents;
    readonly environmentPolicy: EnvironmentPolicy;
  },
): Promise<{ readonly facts: ImageFacts; readonly commitTag: null; readonly production: readonly TagState[] }> {
  const { promotion, facts, contents, environmentPolicy: environment } = args;
  const { repo, versionTag } = promotion;
  const image = { ...imageOf(promotion), commit: commitOf(facts), commitTag: null };
  const { repository } = image;
  const [missing, production] = await Promise.all([
    collectMissing({ registry: services.registry, repository }, contents),
    readProduction(services, { repoId: repo.id, environment, image, versionTag }),
  ]);
  const alternative =
    missing.length === 0 ? null : await findAlternative(services, { promotion, tags: environment.tags });
  return {
    facts: { ...facts, missingParts: known(missing), alternative: known(alternative) },
    commitTag: null,
    production,
  };
}
