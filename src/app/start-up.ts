// What a process has to learn when it starts: who the App is, and how long the machine user's token is good for.
import { setTimeout as delay } from 'node:timers/promises';
import type { Services } from '../engine/core/services.ts';

/** Until GitHub accepts the App's credentials, or the process ends; /readyz says so meanwhile. */
export async function learnIdentity({ identity, log }: Services, stopping: AbortSignal): Promise<void> {
  for (let pause = 1000; identity.known() === null && !stopping.aborted; pause = Math.min(pause * 2, 60_000)) {
    try {
      const { slug, owner } = await identity.learn();
      log.info({ app: slug, owner }, 'GitHub accepted the credentials of the App');
    } catch (error) {
      if (stopping.aborted) return;
      log.error({ err: error }, 'GitHub did not accept the credentials of the App yet');
      await delay(pause, null, { signal: stopping }).catch(() => null);
    }
  }
}

/** At the start, so that a new token counts at once; then daily, by the scheduler. */
export async function checkRegistryToken({ registryTokenWatch, log }: Services): Promise<void> {
  try {
    await registryTokenWatch.check();
  } catch (error) {
    log.error({ err: error }, 'the machine user’s token could not be looked at');
  }
}
