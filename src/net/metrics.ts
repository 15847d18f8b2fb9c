// The metrics of this process: any layer counts what happens, and /metrics shows it in Prometheus' text format.
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { registerGauges, type Gauges } from './gauges.ts';

export type GitHubRequest = {
  readonly status: number | null;
  readonly installationId: number | null;
  readonly rateLimitLeft: number | null;
};

export type Metrics = {
  readonly countRegistryRequest: (request: { readonly host: string; readonly status: number | null }) => void;
  readonly countGitHubRequest: (request: GitHubRequest) => void;
  readonly showBreaker: (breaker: { readonly host: string; readonly open: boolean }) => void;
  readonly countWebhook: (status: number) => void;
  /** `delivery`: from storing it to the start of its job. `decision`: until the decision on its command. */
  readonly observe: (what: 'delivery' | 'decision', seconds: number) => void;
  readonly countRecoveredDelivery: () => void;
  readonly countFoundComments: (count: number) => void;
  readonly countDifference: (what: string) => void;
  /** The text for Prometheus, with these gauges. */
  readonly render: (gauges: Gauges) => Promise<string>;
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
  const recovered = new Counter({
    name: 'imprimatur_recovered_deliveries_total',
    help: 'Missed webhook deliveries, recovered from the list that GitHub keeps',
    registers,
  });
  const foundComments = new Counter({
    name: 'imprimatur_comments_found_total',
    help: 'Missed comments with commands, found in the list of their thread',
    registers,
  });
  const differences = new Counter({
    name: 'imprimatur_reconcile_differences_total',
    help: 'Differences from GitHub or the registry that the reconcile pass fixed',
    labelNames: ['what'],
    registers,
  });
  // Counters whose growth raises alerts exist from the start: the first event is growth too.
  for (const status of ['401', '503']) webhooks.inc({ status }, 0);
  differences.inc({ what: 'work' }, 0);
  const showGauges = registerGauges(registry);
  return {
    ...registerRequests(registers),
    observe: registerLatencies(registers),
    countWebhook: (status) => webhooks.inc({ status: String(status) }),
    countRecoveredDelivery: () => recovered.inc(),
    countFoundComments: (count) => foundComments.inc(count),
    countDifference: (what) => differences.inc({ what }),
    render: (gauges) => {
      showGauges(gauges);
      return registry.metrics();
    },
  };
}

/** Counts of our requests to registries and to GitHub. */
function registerRequests(
  registers: Registry[],
): Pick<Metrics, 'countRegistryRequest' | 'countGitHubRequest' | 'showBreaker'> {
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
  const breakers = new Gauge({
    name: 'imprimatur_breaker_open',
    help: '1 while requests to a host are held back because it fails, 0 once it answers again',
    labelNames: ['host'],
    registers,
  });
  const hostLabel = createHostLabel();
  return {
    countRegistryRequest: ({ host, status }) =>
      registryRequests.inc({ host: hostLabel(host), status: String(status ?? 'none') }),
    countGitHubRequest: ({ status, installationId, rateLimitLeft }) => {
      githubRequests.inc({ status: String(status ?? 'none') });
      if (installationId !== null && rateLimitLeft !== null) {
        rateLimit.set({ installation: String(installationId) }, rateLimitLeft);
      }
    },
    showBreaker: ({ host, open }) => breakers.set({ host: hostLabel(host) }, open ? 1 : 0),
  };
}

/** From an immediate answer to an outage. */
const SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200];

function registerLatencies(registers: Registry[]): Metrics['observe'] {
  const latencies = {
    delivery: new Histogram({
      name: 'imprimatur_delivery_lag_seconds',
      help: 'Time from storing a delivery until its handling starts',
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
  return (what, seconds) => latencies[what].observe(Math.max(seconds, 0));
}

const MAX_HOSTS = 50;

/** Hosts also come from redirects, so a registry could invent many: those after the first fifty are `others`. */
function createHostLabel(): (host: string) => string {
  const known = new Set<string>();
  return (host) => {
    if (known.size < MAX_HOSTS) known.add(host);
    return known.has(host) ? host : 'others';
  };
}
