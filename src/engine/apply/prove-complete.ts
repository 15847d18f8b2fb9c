// Just before a rollback writes its first tag: its target is still whole, since registries clean up behind our back.
import type { FailureProblem } from '../../domain/promotion/failure.ts';
import type { PinnedImage } from '../../domain/image/tag-plan.ts';
import { findIncompleteness } from '../../facts/find-incompleteness.ts';
import { findAlternativeName } from '../examine/complete-image.ts';
import type { Application } from './application.ts';
import { retryWhileTransient } from './retry-while-transient.ts';

/** Null when every part is there, else the problem, with what could be gone back to instead. */
export async function proveComplete(application: Application): Promise<FailureProblem | null> {
  const problems = await Promise.all(application.promotion.images.map((image) => proveImage(application, image)));
  return problems.find((problem) => problem !== null) ?? null;
}

async function proveImage(
  { services, promotion }: Application,
  { repository, digest }: PinnedImage,
): Promise<FailureProblem | null> {
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
