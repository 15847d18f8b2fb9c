// Reads all that is known of an image by itself and by its commit; what depends on an environment is another matter.
import { commitOf, unknown, type ImageFacts } from '../../domain/image/image-facts.ts';
import type { Policy } from '../../domain/policy/policy.ts';
import type { RepoName, Digest, ImageRepository, Tag } from '../../domain/image/reference.ts';
import { toImageFacts } from '../../facts/collect.ts';
import { collectMissing } from '../../facts/completeness.ts';
import { collectContents, type ImageContents } from '../../facts/contents.ts';
import { collectLineage } from '../../facts/lineage.ts';
import { collectStagingDeployment } from '../../facts/staging-deployment.ts';
import type { InstallationClient } from '../../github/client/client.ts';
import type { RegistryClient } from '../../registry/client.ts';

export type CollectedImage = { readonly facts: ImageFacts; readonly contents: ImageContents };

/** `branches` in the order of asking. OutsideError when registry or GitHub can't say for now. */
export async function collectImage(
  source: { readonly registry: RegistryClient; readonly github: InstallationClient },
  args: {
    readonly repo: RepoName;
    readonly policy: Policy;
    readonly branches: readonly string[];
    readonly repository: ImageRepository;
    readonly digest: Digest;
    readonly tag: Tag | null;
  },
): Promise<CollectedImage> {
  const { registry, github } = source;
  const { repo, policy, repository, digest, tag } = args;
  const contents = await collectContents({ registry, repository }, digest);
  const [lineage, missing] = await Promise.all([
    collectLineage({ github, repo, branches: [...new Set(args.branches)] }, contents),
    collectMissing({ registry, repository }, contents),
  ]);
  const stagingDeployment = unknown({ code: 'not-collected' });
  const facts = toImageFacts({ repository, digest, tag, contents, lineage, missing, stagingDeployment });
  const deployed = await collectStagingDeployment({ github, repo }, { policy, commit: commitOf(facts) });
  return { facts: { ...facts, stagingDeployment: deployed }, contents };
}
