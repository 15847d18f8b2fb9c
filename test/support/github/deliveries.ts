// Signs and sends webhooks as GitHub does, once and without retry, and keeps the log that the App may ask for.
import { randomUUID } from 'node:crypto';
import { Webhooks } from '@octokit/webhooks';
import { z } from 'zod';
import type { Json } from './render.ts';
import type { State } from './state.ts';

export type Sent = { readonly status: number; readonly guid: string };

export type Delivery = {
  readonly id: number;
  readonly guid: string;
  readonly event: string;
  readonly action: string | null;
  readonly deliveredAt: number;
  readonly redelivery: boolean;
  readonly installationId: number | null;
  readonly repositoryId: number | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** 502 when nobody listens, 504 after ten seconds. */
  readonly status: number;
  readonly statusText: string;
  readonly durationSeconds: number;
  readonly answer: string;
};

export type NewDelivery = {
  readonly event: string;
  readonly payload: Json;
  /** Another secret than the hook's, for deliveries that must be refused. */
  readonly secret?: string;
  readonly guid?: string;
};

/**
 * What becomes of a delivery's first try. `lost`: nobody was reached. `swallowed`: something on the way said yes, and the
 * App never saw it. `unlisted`: lost, and not in the list either. `doubled`: it comes twice. `late`: it waits for `release`.
 */
export type Fate = 'arrives' | 'lost' | 'swallowed' | 'unlisted' | 'doubled' | 'late';

export type Deliveries = {
  readonly log: Delivery[];
  /** Asked of each new delivery; without it, all arrive. */
  readonly setFate: (fateOf: ((delivery: Due) => Fate) | null) => void;
  /** What is late, in the order of its coming into being. */
  readonly late: () => readonly Due[];
  /** Lets these of the late ones arrive, one after the other in this order; all of them where none is named. */
  readonly release: (guids?: readonly string[]) => Promise<void>;
  readonly deliver: (delivery: NewDelivery) => Promise<Sent>;
  /** The same bytes under the same id, as GitHub's button and its API do. */
  readonly redeliver: (guid: string) => Promise<Sent>;
  /** Sends without being waited for; `settle` waits. */
  readonly send: (delivery: () => Promise<Sent>) => void;
  readonly settle: () => Promise<void>;
  readonly setAppUrl: (url: string | null) => void;
  readonly setSecret: (secret: string) => void;
};

export type Due = Pick<Delivery, 'guid' | 'event' | 'action' | 'repositoryId'>;

type Hook = Pick<Delivery, 'guid' | 'event' | 'headers' | 'body' | 'redelivery'>;

const HOOK_ID = 512_000_001;
const TIMEOUT_MS = 10_000;
const DEFAULT_PATH = '/api/github/webhooks';

const Ids = z.looseObject({
  action: z.string().nullable().default(null),
  installation: z.looseObject({ id: z.number() }).optional(),
  repository: z.looseObject({ id: z.number() }).optional(),
});

export function createDeliveries(options: { readonly state: State; readonly secret: string }): Deliveries {
  const { state } = options;
  const log: Delivery[] = [];
  const underway = new Set<Promise<unknown>>();
  const failures: unknown[] = [];
  let secret = options.secret;
  let appUrl: string | null = null;
  let fateOf: ((delivery: Due) => Fate) | null = null;
  const held = new Map<string, Hook>();

  const record = (hook: Hook, outcome: Outcome, durationSeconds = 0): void => {
    log.push({
      ...hook,
      ...outcome,
      ...about(hook),
      id: state.nextId('delivery'),
      deliveredAt: state.now(),
      durationSeconds,
    });
  };
  const attempt = async (hook: Hook): Promise<Sent> => {
    const started = performance.now();
    const outcome = await post(appUrl, hook);
    record(hook, outcome, Math.round(performance.now() - started) / 1000);
    return { status: outcome.status, guid: hook.guid };
  };
  const attemptFirst = async (hook: Hook): Promise<Sent> => {
    const { guid } = hook;
    switch (fateOf?.({ guid, event: hook.event, ...about(hook) }) ?? 'arrives') {
      case 'arrives':
        return attempt(hook);
      case 'doubled':
        await attempt(hook);
        return attempt({ ...hook, redelivery: true });
      case 'lost':
        record(hook, NOT_REACHED);
        return { status: NOT_REACHED.status, guid };
      case 'swallowed':
        record(hook, { status: 200, statusText: 'OK', answer: '' });
        return { status: 200, guid };
      case 'unlisted':
        return { status: NOT_REACHED.status, guid };
      case 'late':
        held.set(guid, hook);
        return { status: NOT_REACHED.status, guid };
    }
  };

  return {
    log,
    setFate: (next) => {
      fateOf = next;
    },
    late: () => [...held.values()].map((hook) => ({ guid: hook.guid, event: hook.event, ...about(hook) })),
    release: async (guids = [...held.keys()]) => {
      for (const guid of guids) {
        const hook = held.get(guid);
        if (hook === undefined) throw new Error(`no delivery ${guid} is late`);
        held.delete(guid);
        await attempt(hook);
      }
    },
    deliver: async (delivery) => {
      const guid = delivery.guid ?? randomUUID();
      const body = JSON.stringify(delivery.payload);
      const headers = {
        accept: '*/*',
        'content-type': 'application/json',
        'user-agent': 'GitHub-Hookshot/5e3b0a1',
        'x-github-delivery': guid,
        'x-github-event': delivery.event,
        'x-github-hook-id': String(HOOK_ID),
        'x-github-hook-installation-target-id': String(state.app.id),
        'x-github-hook-installation-target-type': 'integration',
        'x-hub-signature-256': await sign(delivery.secret ?? secret, body),
      };
      return attemptFirst({ guid, event: delivery.event, headers, body, redelivery: false });
    },
    redeliver: async (guid) => {
      const first = log.find((delivery) => delivery.guid === guid);
      if (first === undefined) throw new Error(`no delivery ${guid}`);
      const headers = { ...first.headers, 'x-hub-signature-256': await sign(secret, first.body) };
      return attempt({ ...first, headers, redelivery: true });
    },
    send: (delivery) => {
      const sending = delivery()
        .catch((error: unknown) => failures.push(error))
        .finally(() => underway.delete(sending));
      underway.add(sending);
    },
    settle: async () => {
      while (underway.size > 0) await Promise.all(underway);
      if (failures.length > 0) throw new AggregateError(failures.splice(0), 'deliveries could not be made');
    },
    setAppUrl: (url) => {
      const target = url === null ? null : new URL(url);
      if (target?.pathname === '/') target.pathname = DEFAULT_PATH;
      appUrl = target?.href ?? null;
    },
    setSecret: (next) => {
      secret = next;
    },
  };
}

function about({ body }: Hook): Pick<Delivery, 'action' | 'installationId' | 'repositoryId'> {
  const { action, installation, repository } = Ids.parse(JSON.parse(body));
  return { action, installationId: installation?.id ?? null, repositoryId: repository?.id ?? null };
}

function sign(secret: string, body: string): Promise<string> {
  return new Webhooks({ secret }).sign(body);
}

type Outcome = Pick<Delivery, 'status' | 'statusText' | 'answer'>;

const NOT_REACHED: Outcome = { status: 502, statusText: 'failed to connect to host', answer: '' };

async function post(url: string | null, hook: Pick<Delivery, 'headers' | 'body'>): Promise<Outcome> {
  if (url === null) return NOT_REACHED;
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(url, { method: 'POST', headers: hook.headers, body: hook.body, signal });
    const statusText = response.ok ? 'OK' : `Invalid HTTP Response: ${response.status}`;
    return { status: response.status, statusText, answer: await response.text() };
  } catch (error) {
    if (error instanceof DOMException && error.name === 'TimeoutError')
      return { status: 504, statusText: 'timed out', answer: '' };
    // The dead host is GitHub's finding here, written into the log like every other outcome.
    return { ...NOT_REACHED, answer: String(error) };
  }
}
