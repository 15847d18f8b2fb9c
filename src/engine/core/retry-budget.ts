// How long a person's wish is tried while GitHub or the registry fail in a way that may pass.
import type { Job } from './handler.ts';
import type { Services } from './services.ts';

export const RETRY_BUDGET_MS = 10 * 60 * 1000;

/** True while the job is young enough to be tried again rather than answered with the problem. */
export function hasRetryBudget({ createdAt }: Pick<Job, 'createdAt'>, { now }: Pick<Services, 'now'>): boolean {
  return now() - createdAt < RETRY_BUDGET_MS;
}
