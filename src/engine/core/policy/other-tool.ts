// Decides whether a repository with a misnamed policy file uses this App at all: the file may be another tool's.
import type { ImageRepository, Tag } from '../../../domain/image/reference.ts';
import type { PolicyProblem } from '../../../domain/policy/policy-problem.ts';
import { builtInPolicy } from '../../../domain/policy/policy.ts';
import type { Repo } from '../../../domain/promotion/promotion.ts';
import { OutsideError } from '../../../net/outside-error.ts';
import type { Services } from '../services.ts';

/** True if its only problem is the name, and the image of the repository has no tags: nobody asked for this App there. */
export async function isOfAnotherTool(
  services: Pick<Services, 'registry' | 'settings'>,
  repo: Repo,
  problems: readonly PolicyProblem[],
): Promise<boolean> {
  if (problems.some(({ code }) => code !== 'wrong-file-name')) return false;
  const { registryHost } = services.settings;
  const [image] = builtInPolicy({ repo: repo.name, registryHost }).images;
  return image === undefined || !(await hasTags(services, image));
}

/** True if the registry has tags of this image and lets us list them. */
export async function hasTags({ registry }: Pick<Services, 'registry'>, image: ImageRepository): Promise<boolean> {
  const listed = await listTags(registry, image);
  return listed === 'too-long' || listed.length > 0;
}

/** None where the registry has no such image. OutsideError if it does not answer, or denies access. */
export async function listTags(
  registry: Services['registry'],
  image: ImageRepository,
): Promise<readonly Tag[] | 'too-long'> {
  try {
    return await registry.listTags(image);
  } catch (error) {
    if (!(error instanceof OutsideError)) throw error;
    if (error.code === 'tag-list-too-long') return 'too-long';
    if (error.code === 'repository-unknown') return [];
    throw error;
  }
}
