// Reads the current values of the gauges on /metrics.
import type { RegistryTokenWatch } from '../github/app/registry-token-watch.ts';
import type { Gauges } from '../net/gauges.ts';
import type { Store } from '../store/database/database.ts';
import { countDrifts } from '../store/drifts.ts';
import { countPromotionsByState, listMixed } from '../store/promotions/promotions.ts';
import { findLastRecoveryAt } from '../store/queue/delivery-recoveries.ts';
import { countJobs } from '../store/queue/job-upkeep.ts';

export async function readGauges(parts: {
  readonly store: Store;
  readonly registryTokenWatch: RegistryTokenWatch;
  readonly now: () => number;
  /** `hidden`: the metrics name no repository. */
  readonly names: 'shown' | 'hidden';
}): Promise<Gauges> {
  const { store, registryTokenWatch, now, names } = parts;
  const [{ oldestDueAgeMs, ...jobs }, promotions, recoveredAt, drifts, mixed] = await Promise.all([
    countJobs(store.db, now()),
    countPromotionsByState(store.db),
    findLastRecoveryAt(store.db),
    countDrifts(store.db),
    listMixed(store.db),
  ]);
  return {
    jobs,
    oldestDueJobSeconds: (oldestDueAgeMs ?? 0) / 1000,
    promotions: Object.fromEntries(promotions.map(({ state, count }) => [state, count])),
    drifts: names === 'shown' ? drifts : sumByEnvironment(drifts),
    mixed: mixed.length,
    patDaysLeft: registryTokenWatch.daysLeft(),
    recoveryAgeSeconds: Math.max(now() - recoveredAt, 0) / 1000,
  };
}

function sumByEnvironment(drifts: Gauges['drifts']): Gauges['drifts'] {
  const counts = new Map<string, number>();
  for (const { environment, count } of drifts) counts.set(environment, (counts.get(environment) ?? 0) + count);
  return [...counts].map(([environment, count]) => ({ repo: null, environment, count }));
}
