// Renews a claimed job's lease while it runs, and permits outside writes only while the lease certainly holds.
import { OUTSIDE_WRITE_MS } from '../../net/outside-write.ts';
import type { GitHub, InstallationClient } from '../../github/client/client.ts';
import type { Lease } from '../../store/queue/jobs.ts';
import { extendLease, renewLease } from '../../store/queue/leases.ts';
import type { Services } from './services.ts';

/** Another worker took the job over: nothing more may be written. */
export class LeaseLost extends Error {}

export const LEASE_MS = 30_000;
export const RENEW_EVERY_MS = 10_000;
/** After a first outside write, a process that takes the job over first waits as long as that write may take. */
export const LONGEST_LEASE_MS = LEASE_MS + OUTSIDE_WRITE_MS;
/** What must be left of a lease before a write: the time for the write, and for its effect after it was aborted. */
const LEFT_FOR_A_WRITE_MS = 2 * OUTSIDE_WRITE_MS;

/** False: it is lost. An expired lease that nobody took is ours again. */
export async function renew({ store, now }: Pick<Services, 'store' | 'now'>, { id, lease }: Lease): Promise<boolean> {
  return renewLease(store.db, { id, lease, until: now() + LEASE_MS });
}

/** The services of a job: writes that must not happen twice need a permit right before they are sent. */
export function withinLease(services: Services, job: Lease): Services {
  const permit = (): Promise<void> => permitWrite(services, job);
  const { registry, github } = services;
  return {
    ...services,
    registry: { ...registry, putManifest: (put) => registry.putManifest({ ...put, permit }) },
    github: permitted(github, permit),
  };
}

/** Resolves if the job is ours for long enough; else throws LeaseLost. */
async function permitWrite({ store, now }: Services, { id, lease }: Lease): Promise<void> {
  for (;;) {
    const asked = now();
    const until = await store.transaction((tx) =>
      extendLease(tx, { id, lease, least: asked + LEFT_FOR_A_WRITE_MS, until: asked + LONGEST_LEASE_MS }),
    );
    if (until === null) throw new LeaseLost(`job ${id}`);
    // A process that was paused during the query has an outdated answer: it queries again.
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
