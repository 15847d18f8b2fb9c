// Just before a rollback writes its first tag: its target is still whole, since registries clean up behind our back.
import { formatReference } from '../../domain/image/reference.ts';
import { imageOf } from '../../domain/promotion/promotion.ts';
import { alternativeWords, findAlternative, findIncompleteness } from '../examine/complete-image.ts';
import type { Application } from './application.ts';
import { retryWhileTransient } from './retry-while-transient.ts';

/** Null when every part is there, else the problem, with what could be gone back to instead. */
export async function proveComplete({ services, promotion }: Application): Promise<string | null> {
  const { repository, digest } = imageOf(promotion);
  const read = await retryWhileTransient(services, () => findIncompleteness(services, { repository, digest }));
  if (read.kind === 'failed') return read.problem;
  if (read.value === null) return null;
  const instead = alternativeWords(await findAlternative(services, promotion));
  return `${formatReference(repository, digest)} can't be pulled any more: ${read.value}.${instead}`;
}
