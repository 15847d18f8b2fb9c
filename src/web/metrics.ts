// /metrics: what an operator watches, in Prometheus' text format.
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Page } from './server.ts';

export type Gauges = {
  readonly jobs: Readonly<Record<string, number>>;
  readonly oldestDueJobSeconds: number;
  readonly promotions: Readonly<Record<string, number>>;
  /** Environments whose tags disagree after a promotion failed. */
  readonly mixed: number;
  readonly drifts: readonly { readonly repo: string; readonly environment: string; readonly count: number }[];
  /** Of the machine user's token; null where it never expires, and where nobody knows. */
  readonly patDaysLeft: number | null;
  /** Since the last sweep over GitHub's deliveries came to its end, or since the database was made. */
  readonly recoveryAgeSeconds: number;
};

export type GitHubRequest = {
  readonly status: number | null;
  readonly installationId: number | null;
  readonly rateLimitLeft: number | null;
};

/** From an answer while one looks at it to an outage. */
const SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200];

export type Metrics = {
  countWebhook(status: number): void;
  countRegistryRequest(request: { readonly host: string; readonly status: number | null }): void;
  countGitHubRequest(request: GitHubRequest): void;
  observe(what: 'delivery' | 'decision', seconds: number): void;
  countRecoveredDelivery(): void;
  countFoundComments(count: number): void;
  countDifference(what: string): void;
  showBreaker(breaker: { readonly host: string; readonly open: boolean }): void;
  render(gauges: Gauges): Promise<Page>;
};

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const webhooks = new Counter({
    name: 'imprimatur_webhooks_total',
    help: 'Webhook requests by HTTP status of our answer',
    labelNames: ['status'],
    registers,
  });
  const registryRequests = new Counter({
    name: 'imprimatur_registry_requests_total',
    help: 'Requests to registries by host and HTTP status; none = no answer',
    labelNames: ['host', 'status'],
    registers,
  });
  const githubRequests = new Counter({
    name: 'imprimatur_github_requests_total',
    help: 'Requests to GitHub by HTTP status; none = no answer',
    labelNames: ['status'],
    registers,
  });
  const rateLimit = new Gauge({
    name: 'imprimatur_github_rate_limit_left',
    help: 'Requests that GitHub still takes from an installation this hour, by its last answer',
    labelNames: ['installation'],
    registers,
  });
  const latencies = {
    delivery: new Histogram({
      name: 'imprimatur_delivery_lag_seconds',
      help: 'From when a delivery was stored until it was taken up',
      buckets: SECONDS,
      registers,
    }),
    decision: new Histogram({
      name: 'imprimatur_decision_seconds',
      help: 'From when the delivery of a command or a click was stored until it was decided',
      buckets: SECONDS,
      registers,
    }),
  };
  const mixed = new Gauge({
    name: 'imprimatur_mixed_production',
    help: 'Environments whose tags disagree because a promotion failed and could not be undone',
    registers,
  });
  const swept = new Counter({
    name: 'imprimatur_recovered_deliveries_total',
    help: 'Webhook deliveries that never arrived and were taken in from the list that GitHub keeps',
    registers,
  });
  const foundComments = new Counter({
    name: 'imprimatur_comments_found_total',
    help: 'Comments for us that no webhook had told of, found in the list of their thread',
    registers,
  });
  const differences = new Counter({
    name: 'imprimatur_reconcile_differences_total',
    help: 'What the reconcile pass found to differ from GitHub or the registry, and put right',
    labelNames: ['what'],
    registers,
  });
  const recoveryAge = new Gauge({
    name: 'imprimatur_delivery_recovery_age_seconds',
    help: 'How long ago a sweep over the list of deliveries came to its end',
    registers,
  });
  const breakers = new Gauge({
    name: 'imprimatur_breaker_open',
    help: '1 while requests to a host are held back because it fails, 0 once it answers again',
    labelNames: ['host'],
    registers,
  });
  const jobs = new Gauge({ name: 'imprimatur_jobs', help: 'Jobs by state', labelNames: ['state'], registers });
  const oldest = new Gauge({
    name: 'imprimatur_oldest_due_job_seconds',
    help: 'How long the job that has been due longest has waited',
    registers,
  });
  const promotions = new Gauge({
    name: 'imprimatur_promotions',
    help: 'Promotions by state',
    labelNames: ['state'],
    registers,
  });
  const drifts = new Gauge({
    name: 'imprimatur_drift',
    help: 'Differences between what was promoted and what the registry shows; absent where there are none',
    labelNames: ['repo', 'environment'],
    registers,
  });
  const patDays = new Gauge({
    name: 'imprimatur_pat_days_left',
    help: 'Days until GHCR_TOKEN expires, 0 when GitHub refuses it; absent when it never expires or nobody knows',
    labelNames: ['host'],
    registers,
  });
  // What alerts ask for the growth of is there from the beginning: the first of a kind is growth, too.
  for (const status of ['401', '503']) webhooks.inc({ status }, 0);
  differences.inc({ what: 'work' }, 0);
  const hostLabel = createHostLabel();
  return {
    countWebhook: (status) => webhooks.inc({ status: String(status) }),
    countRegistryRequest: ({ host, status }) =>
      registryRequests.inc({ host: hostLabel(host), status: String(status ?? 'none') }),
    countGitHubRequest: ({ status, installationId, rateLimitLeft }) => {
      githubRequests.inc({ status: String(status ?? 'none') });
      if (installationId !== null && rateLimitLeft !== null) {
        rateLimit.set({ installation: String(installationId) }, rateLimitLeft);
      }
    },
    observe: (what, seconds) => latencies[what].observe(Math.max(seconds, 0)),
    showBreaker: ({ host, open }) => breakers.set({ host: hostLabel(host) }, open ? 1 : 0),
    countRecoveredDelivery: () => swept.inc(),
    countFoundComments: (count) => foundComments.inc(count),
    countDifference: (what) => differences.inc({ what }),
    render: async (gauges) => {
      jobs.reset();
      promotions.reset();
      for (const [state, count] of Object.entries(gauges.jobs)) jobs.set({ state }, count);
      for (const [state, count] of Object.entries(gauges.promotions)) promotions.set({ state }, count);
      drifts.reset();
      for (const { repo, environment, count } of gauges.drifts) drifts.set({ repo, environment }, count);
      oldest.set(gauges.oldestDueJobSeconds);
      mixed.set(gauges.mixed);
      recoveryAge.set(gauges.recoveryAgeSeconds);
      // A gauge without labels would show 0, which would ring a bell.
      patDays.reset();
      if (gauges.patDaysLeft !== null) patDays.set({ host: 'ghcr.io' }, gauges.patDaysLeft);
      return { status: 200, type: 'text/plain; version=0.0.4', body: await registry.metrics() };
    },
  };
}

const MAX_HOSTS = 50;

/** Hosts come from redirects as well, so a registry could invent them without end: those after the first fifty are `others`. */
function createHostLabel(): (host: string) => string {
  const known = new Set<string>();
  return (host) => {
    if (known.size < MAX_HOSTS) known.add(host);
    return known.has(host) ? host : 'others';
  };
}
