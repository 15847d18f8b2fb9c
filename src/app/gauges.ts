// Reads what the gauges of /metrics show now.
import type { RegistryTokenWatch } from '../github/app/registry-token-watch.ts';
import type { Gauges } from '../net/gauges.ts';
import type { Store } from '../store/database/database.ts';
import { countDrifts } from '../store/drifts.ts';
import { countMixed, countPromotionsByState } from '../store/promotions/promotions.ts';
import { findLastRecoveryAt } from '../store/queue/delivery-recoveries.ts';
import { countJobs } from '../store/queue/job-upkeep.ts';

export async function readGauges(parts: {
  readonly store: Store;
  readonly registryTokenWatch: RegistryTokenWatch;
  readonly now: () => number;
}): Promise<Gauges> {
  const { store, registryTokenWatch, now } = parts;
  const [{ oldestDueAgeMs, ...jobs }, promotions, recoveredAt, drifts, mixed] = await Promise.all([
    countJobs(store.db, now()),
    countPromotionsByState(store.db),
    findLastRecoveryAt(store.db),
    countDrifts(store.db),
    countMixed(store.db),
  ]);
  return {
    jobs,
    oldestDueJobSeconds: (oldestDueAgeMs ?? 0) / 1000,
    promotions: Object.fromEntries(promotions.map(({ state, count }) => [state, count])),
    drifts,
    mixed,
    patDaysLeft: registryTokenWatch.daysLeft(),
    recoveryAgeSeconds: Math.max(now() - recoveredAt, 0) / 1000,
  };
}
