// Reads what a process needs at its start: the App's identity, and when the machine user's token expires.
import { setTimeout as delay } from 'node:timers/promises';
import type { Services } from '../engine/core/services.ts';
import { retry } from '../net/retry.ts';

/** Retries until GitHub accepts the App's credentials or the process ends. /readyz reports it meanwhile. */
export async function learnIdentity({ identity, log }: Services, stopping: AbortSignal): Promise<void> {
  const ask = async (): Promise<void> => {
    if (stopping.aborted) return;
    try {
      const { slug, owner } = await identity.learn();
      log.info({ app: slug, owner }, 'GitHub accepted the credentials of the App');
    } catch (error) {
      if (stopping.aborted) return;
      log.error({ err: error }, 'GitHub has not accepted the credentials of the App; retrying');
      throw error;
    }
  };
  await retry(ask, {
    // Uses the real clock, and ends with the process.
    clock: { now: () => Date.now(), wait: (ms) => delay(ms, undefined, { signal: stopping }).catch(() => undefined) },
    backoff: { firstMs: 1000, longestMs: 60_000 },
    isTransient: () => true,
    waitMs: ({ backoffMs }) => backoffMs,
  });
}

/** Runs at the start, so that a new token counts immediately; then daily, by the scheduler. */
export async function checkRegistryToken({ registryTokenWatch, log }: Services): Promise<void> {
  try {
    await registryTokenWatch.check();
  } catch (error) {
    log.error({ err: error }, 'could not check GHCR_TOKEN');
  }
}
