// Passes a job to its handler; an intent in a repository only if this server serves it.
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

/** Null: it is handled. Only the handler knows the images, and checks those. */
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
    // After a while, a waiting person gets the answer that GitHub does not respond.
    if (!isAwaited || !(error instanceof OutsideError) || (error.retryable && hasRetryBudget(job, services)))
      throw error;
    return refusalOf(error);
  }
}
