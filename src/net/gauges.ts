// The metrics that are read on request: waiting jobs, promotions by state, drift, ages.
import { Gauge, type Registry } from 'prom-client';

export type Gauges = {
  readonly jobs: Readonly<Record<string, number>>;
  readonly oldestDueJobSeconds: number;
  readonly promotions: Readonly<Record<string, number>>;
  /** Environments whose tags disagree after a promotion failed. */
  readonly mixed: number;
  /** `repo` null: of all repositories, which are not to be named. */
  readonly drifts: readonly { readonly repo: string | null; readonly environment: string; readonly count: number }[];
  /** For the machine user's token; null if it never expires, and if that is unknown. */
  readonly patDaysLeft: number | null;
  /** Since the last delivery recovery ended, or since the database was created. */
  readonly recoveryAgeSeconds: number;
};

/** Adds the gauges to `registry`; the answer sets all of them. */
export function registerGauges(registry: Registry): (gauges: Gauges) => void {
  const registers = [registry];
  const showWork = registerWork(registers);
  const drifts = new Gauge({
    name: 'imprimatur_drift',
    help: 'Differences between what was promoted and what the registry shows; absent where there are none',
    labelNames: ['repo', 'environment'],
    registers,
  });
  const patDays = new Gauge({
    name: 'imprimatur_pat_days_left',
    help: 'Days until GHCR_TOKEN expires, 0 when GitHub refuses it; absent when it never expires or is unknown',
    labelNames: ['host'],
    registers,
  });
  return (gauges) => {
    showWork(gauges);
    drifts.reset();
    for (const { repo, environment, count } of gauges.drifts) {
      drifts.set({ ...(repo === null ? {} : { repo }), environment }, count);
    }
    // A gauge without labels would show 0, which would raise an alert.
    patDays.reset();
    if (gauges.patDaysLeft !== null) patDays.set({ host: 'ghcr.io' }, gauges.patDaysLeft);
  };
}

function registerWork(registers: Registry[]): (gauges: Gauges) => void {
  const mixed = new Gauge({
    name: 'imprimatur_mixed_production',
    help: 'Environments whose tags disagree because a promotion failed and could not be undone',
    registers,
  });
  const recoveryAge = new Gauge({
    name: 'imprimatur_delivery_recovery_age_seconds',
    help: 'Time since the last delivery recovery finished',
    registers,
  });
  const jobs = new Gauge({ name: 'imprimatur_jobs', help: 'Jobs by state', labelNames: ['state'], registers });
  const oldest = new Gauge({
    name: 'imprimatur_oldest_due_job_seconds',
    help: 'Age of the oldest due job',
    registers,
  });
  const promotions = new Gauge({
    name: 'imprimatur_promotions',
    help: 'Promotions by state',
    labelNames: ['state'],
    registers,
  });
  return (gauges) => {
    jobs.reset();
    promotions.reset();
    for (const [state, count] of Object.entries(gauges.jobs)) jobs.set({ state }, count);
    for (const [state, count] of Object.entries(gauges.promotions)) promotions.set({ state }, count);
    oldest.set(gauges.oldestDueJobSeconds);
    mixed.set(gauges.mixed);
    recoveryAge.set(gauges.recoveryAgeSeconds);
  };
}
