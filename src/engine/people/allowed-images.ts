// Decides whether a repository may promote what its policy file names: the file is written by people, the grants by the operator.
import { mayPromote } from '../../domain/image/image-access.ts';
import type { Policy } from '../../domain/policy/policy.ts';
import type { Repo } from '../../domain/promotion/promotion.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { Services } from '../core/services.ts';

/** Null when the repository may promote each image of its policy, else the refusal that names the first it may not. */
export function refuseImages(
  { settings }: Pick<Services, 'settings'>,
  repo: Pick<Repo, 'name'>,
  { images }: Policy,
): Refusal | null {
  const { registryHost, imageGrants: grants } = settings;
  const foreign = images.find((image) => !mayPromote({ repo: repo.name, image, registryHost, grants }));
  return foreign === undefined ? null : { code: 'image-not-granted', image: foreign, repo: repo.name };
}
