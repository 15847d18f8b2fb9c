// Retries one registry request while its failure is transient, for at most five minutes.
import type { OutsideProblem } from '../../domain/outside-problem.ts';
import { OutsideError } from '../../net/outside-error.ts';
import { retry } from '../../net/retry.ts';
import type { Services } from '../core/services.ts';

export type Retried<T> =
  { readonly kind: 'done'; readonly value: T } | { readonly kind: 'failed'; readonly error: OutsideProblem };

const RULES = {
  backoff: { firstMs: 500, longestMs: 30_000 },
  budgetMs: 5 * 60 * 1000,
  longestTryMs: 3 * 60 * 1000,
} as const;

/** `failed` has the last error: a final one, or one that lasted five minutes. Bugs are thrown. */
export async function retryWhileTransient<T>({ now, wait }: Services, request: () => Promise<T>): Promise<Retried<T>> {
  try {
    return { kind: 'done', value: await retry(request, { ...RULES, clock: { now, wait } }) };
  } catch (error) {
    if (!(error instanceof OutsideError)) throw error;
    return { kind: 'failed', error: error.toProblem() };
  }
}
