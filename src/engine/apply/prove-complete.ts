// Just before a rollback writes its first tag: its target is still whole, since registries clean up behind our back.
import type { FailureProblem } from '../../domain/promotion/failure.ts';
import { imageOf } from '../../domain/promotion/promotion.ts';
import { findIncompleteness } from '../../facts/find-incompleteness.ts';
import { findAlternativeName } from '../examine/complete-image.ts';
import type { Application } from './application.ts';
import { retryWhileTransient } from './retry-while-transient.ts';

/** Null when every part is there, else the problem, with what could be gone back to instead. */
export async function proveComplete({ services, promotion }: Application): Promise<FailureProblem | null> {
  const { repository, digest } = imageOf(promotion);
  const read = await retryWhileTransient(services, () =>
    findIncompleteness({ registry: services.registry, repository }, digest),
  );
  if (read.kind === 'failed') return { code: 'outside-error', error: read.error };
  if (read.value === null) return null;
  const tags = promotion.baseline.map(({ tag }) => tag);
  return {
    code: 'target-incomplete',
    repository,
    digest,
    because: read.value,
    alternative: await findAlternativeName(services, { promotion, tags }),
  };
}
