// Proves that our account may write to an image's repository before anybody is asked to approve; remembered for an hour.
import { LRUCache } from 'lru-cache';
import type { ImageRepository } from '../domain/image/reference.ts';
import type { RegistryClient } from './client.ts';

export type PushRight = {
  /** Resolves when writing is allowed; else the registry client's OutsideError, whose message says how to fix it. */
  prove(repository: ImageRepository): Promise<void>;
};

const GOOD_FOR_MS = 60 * 60 * 1000;
const MAX_REMEMBERED = 1000;

/** Only a proof is cached: a missing right may be granted the next minute. */
export function createPushRight(parts: {
  readonly registry: Pick<RegistryClient, 'proveWriteAccess'>;
  readonly now: () => number;
}): PushRight {
  const { registry, now } = parts;
  const provenAt = new LRUCache<ImageRepository, number>({ max: MAX_REMEMBERED });
  const asking = new Map<ImageRepository, Promise<void>>();
  const ask = async (repository: ImageRepository): Promise<void> => {
    try {
      await registry.proveWriteAccess(repository);
      provenAt.set(repository, now());
    } finally {
      asking.delete(repository);
    }
  };
  return {
    prove: async (repository) => {
      const age = now() - (provenAt.get(repository) ?? -Infinity);
      // A negative age: the clock was set back, and the proof may be of any age.
      if (age >= 0 && age < GOOD_FOR_MS) return;
      const running = asking.get(repository) ?? ask(repository);
      asking.set(repository, running);
      await running;
    },
  };
}
