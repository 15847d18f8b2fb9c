// Checks right before a rollback's first write that its target is still complete: a cleanup job may have deleted parts.
import type { FailureProblem } from '../../domain/promotion/failure.ts';
import type { PinnedImage } from '../../domain/image/tag-plan.ts';
import { findIncompleteness } from '../../facts/find-incompleteness.ts';
import { findOtherTarget } from '../examine/complete-image.ts';
import type { Application } from './application.ts';
import { retryWhileTransient } from './retry-while-transient.ts';

/** Null if every part exists, else the problem with another possible target. */
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
    ...(await findOtherTarget(services, { promotion, tags })),
  };
}
