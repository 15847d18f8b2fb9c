// How long a person's command is retried while GitHub or the registry fail transiently.
import type { Job } from './handler.ts';
import type { Services } from './services.ts';

export const RETRY_BUDGET_MS = 10 * 60 * 1000;

/** True while the job is young enough for a retry; afterwards it is answered with the problem. */
export function hasRetryBudget({ createdAt }: Pick<Job, 'createdAt'>, { now }: Pick<Services, 'now'>): boolean {
  return now() - createdAt < RETRY_BUDGET_MS;
}
