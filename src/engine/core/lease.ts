// Keeps a claimed job ours while it runs, and lets it write outside only as long as it surely is.
import { OUTSIDE_WRITE_MS } from '../../net/outside-write.ts';
import type { GitHub, InstallationClient } from '../../github/client/client.ts';
import type { Lease } from '../../store/queue/jobs.ts';
import { extendLease, renewLease } from '../../store/queue/leases.ts';
import type { Services } from './services.ts';

/** Another worker took the job over: nothing more may be written. */
export class LeaseLost extends Error {}

export const LEASE_MS = 30_000;
export const RENEW_EVERY_MS = 10_000;
/** From its first write outside on, whoever takes the job over waits for what that write may still take. */
export const LONGEST_LEASE_MS = LEASE_MS + OUTSIDE_WRITE_MS;
/** Left of a lease when a write goes out: for the write, and for what the other side makes of it after it was broken off. */
const LEFT_FOR_A_WRITE_MS = 2 * OUTSIDE_WRITE_MS;

/** False: it is lost. One that has passed, but was taken by nobody, is ours again. */
export async function renew({ store, now }: Pick<Services, 'store' | 'now'>, { id, lease }: Lease): Promise<boolean> {
  return renewLease(store.db, { id, lease, until: now() + LEASE_MS });
}

/** The services as a job sees them: what can't be written twice without harm is asked for leave right before it goes out. */
export function withinLease(services: Services, job: Lease): Services {
  const permit = (): Promise<void> => permitWrite(services, job);
  const { registry, github } = services;
  return {
    ...services,
    registry: { ...registry, putManifest: (put) => registry.putManifest({ ...put, permit }) },
    github: permitted(github, permit),
  };
}

/** Resolves while the job is ours, and stays so for long enough; throws LeaseLost. */
async function permitWrite({ store, now }: Services, { id, lease }: Lease): Promise<void> {
  for (;;) {
    const asked = now();
    const until = await store.transaction((tx) =>
      extendLease(tx, { id, lease, least: asked + LEFT_FOR_A_WRITE_MS, until: asked + LONGEST_LEASE_MS }),
    );
    if (until === null) throw new LeaseLost(`job ${id}`);
    // A process that was paused while it asked reads an answer of long ago: it asks again.
    if (until - now() >= LEFT_FOR_A_WRITE_MS) return;
  }
}

function permitted(github: GitHub, permit: () => Promise<void>): GitHub {
  const permittedClient = (client: InstallationClient): InstallationClient => ({
    ...client,
    ask: async (question) => {
      if (question.makes === true) await permit();
      return client.ask(question);
    },
  });
  return {
    ...github,
    forRepo: (repo) => permittedClient(github.forRepo(repo)),
    forInstallation: (installationId) => permittedClient(github.forInstallation(installationId)),
  };
}
