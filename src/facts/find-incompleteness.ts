// Checks whether an image can still be pulled, by reading it from the registry without the cache.
import type { Digest, ImageRepository } from '../domain/image/reference.ts';
import type { Incompleteness } from '../domain/promotion/failure.ts';
import { OutsideError } from '../net/outside-error.ts';
import type { RegistryClient } from '../registry/client.ts';
import { collectMissing } from './completeness.ts';
import { collectContents } from './contents.ts';

/** Why it can't be pulled, or null. OutsideError if the registry does not answer. */
export async function findIncompleteness(
  source: { readonly registry: RegistryClient; readonly repository: ImageRepository },
  digest: Digest,
): Promise<Incompleteness | null> {
  try {
    const contents = await collectContents(source, digest);
    if (contents.platforms.length === 0) return { kind: 'no-platform' };
    const [first, ...others] = await collectMissing(source, contents);
    return first === undefined ? null : { kind: 'parts-missing', first, more: others.length };
  } catch (error) {
    if (error instanceof OutsideError && error.code === 'manifest-unknown') return { kind: 'manifest-missing' };
    throw error;
  }
}
