// Looks for the image of a commit under the tags that its build may give it.
import { OutsideError } from '../../net/outside-error.ts';
import type { Digest, ImageRepository, Tag } from '../../domain/image/reference.ts';
import type { Services } from '../core/services.ts';

export type FoundImage = { readonly tag: Tag; readonly digest: Digest };

/** The first of the tags that exists, and what it holds; OutsideError if the registry can't answer. */
export async function findImage(
  { registry }: Pick<Services, 'registry'>,
  image: ImageRepository,
  tags: readonly Tag[],
): Promise<FoundImage | null> {
  for (const tag of tags) {
    const digest = await registry.findDigest(image, tag);
    if (digest !== null) return { tag, digest };
  }
  return null;
}

/** True if the registry has tags of this image and lets us list them. */
export async function hasTags({ registry }: Pick<Services, 'registry'>, image: ImageRepository): Promise<boolean> {
  try {
    return (await registry.listTags(image)).length > 0;
  } catch (error) {
    if (!(error instanceof OutsideError)) throw error;
    if (error.code === 'tag-list-too-long') return true;
    if (error.code === 'repository-unknown') return false;
    throw error;
  }
}
