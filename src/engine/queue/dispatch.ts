// Hands a job to its handler; what is asked of us in a repository, only where this server promotes for it.
import type { Refusal } from '../../domain/refusal.ts';
import { OutsideError } from '../../net/outside-error.ts';
import { refusalOf } from '../core/answer.ts';
import type { AskedKind, IntentTable, Job, JobKinds, JobOutcome, JobTable } from '../core/handler.ts';
import type { JobKind } from '../core/job.ts';
import { hasRetryBudget } from '../core/retry-budget.ts';
import type { Services } from '../core/services.ts';
import { authorize } from '../people/authorize.ts';

export async function dispatch(kinds: JobKinds, job: Job, services: Services): Promise<JobOutcome> {
  const { payload } = job;
  const refused = 'repo' in payload ? await refuseUnserved(kinds, { ...job, payload }, services) : null;
  return refused ?? handle(kinds, job, services);
}

function handle<Kind extends JobKind>(kinds: JobTable, job: Job<Kind>, services: Services): Promise<JobOutcome> {
  return kinds[job.payload.kind].handle(job, services);
}

/** Null: it is to be handled. Which images it is about, only its handler learns, and asks about those. */
async function refuseUnserved<Kind extends AskedKind>(
  kinds: IntentTable,
  job: Job<Kind>,
  services: Services,
): Promise<JobOutcome | null> {
  const { unserved, traits } = kinds[job.payload.kind];
  if (unserved === 'proceeds') return null;
  const refusal = await findRefusal(services, job, { isAwaited: traits.includes('decides-for-person') });
  return refusal === null ? null : unserved(job, services, refusal);
}

async function findRefusal(
  services: Services,
  job: Job<AskedKind>,
  { isAwaited }: { readonly isAwaited: boolean },
): Promise<Refusal | null> {
  try {
    return await authorize(services, { repo: job.payload.repo, images: [] });
  } catch (error) {
    // Whoever waits is told after a while that GitHub does not answer.
    if (!isAwaited || !(error instanceof OutsideError) || (error.retryable && hasRetryBudget(job, services)))
      throw error;
    return refusalOf(error);
  }
}
