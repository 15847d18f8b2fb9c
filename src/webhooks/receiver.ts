// POST /api/github/webhooks: checks, stores, answers; nothing else happens before the answer.
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Accepted, IncomingDelivery } from '../engine/core/accept-deliveries.ts';
import type { Metrics } from '../net/metrics.ts';
import { createBodyBudget, MAX_BODY_BYTES, type BodyBudget } from './body-budget.ts';
import { LEAST_RATE, readBody, type BodyProblem } from './read-body.ts';
import { isListenedTo } from './table.ts';

export type ReceiverOptions = {
  /** Null while the App is not configured. */
  readonly secrets: readonly string[] | null;
  /** Throws when the delivery can't be stored. */
  readonly accept: (delivery: IncomingDelivery) => Promise<Accepted>;
  readonly log: Pick<Logger, 'error'>;
  readonly metrics: Pick<Metrics, 'countWebhook'>;
};

/** Answers one request. Never throws, and never shows more of an error than its kind. */
export type Receiver = (request: IncomingMessage) => Promise<Received>;

export type Received = {
  readonly status: 202 | 400 | 401 | 405 | 408 | 413 | 415 | 503;
  readonly text: string;
};

export function createReceiver(options: ReceiverOptions): Receiver {
  const budget = createBodyBudget();
  return async (request) => {
    const received = await receive(request, { ...options, budget });
    options.metrics.countWebhook(received.status);
    return received;
  };
}

type Receiving = ReceiverOptions & { readonly budget: BodyBudget };

async function receive(request: IncomingMessage, options: Receiving): Promise<Received> {
  const refusal = refuseByHead(request, options);
  if (refusal !== null) return refusal;
  const { body, release } = await readBody(request, { budget: options.budget, rate: LEAST_RATE });
  try {
    return typeof body === 'string' ? UNREAD[body] : await receiveBody(request, body, options);
  } finally {
    release();
  }
}

const UNREAD: Readonly<Record<BodyProblem, Received>> = {
  'too-large': { status: 413, text: 'larger than 25 MiB' },
  'too-many': { status: 503, text: 'too many bodies at once; please redeliver' },
  'too-slow': { status: 408, text: 'the body arrives too slowly; please redeliver' },
  broken: { status: 400, text: 'the body ended early' },
};

async function receiveBody(request: IncomingMessage, body: Buffer, options: ReceiverOptions): Promise<Received> {
  if (!isSigned(body, signatureOf(request), options.secrets ?? [])) return NOT_SIGNED;
  const delivery = readDelivery(request, body);
  if (typeof delivery === 'string') return { status: 400, text: delivery };
  if (!isListenedTo(delivery.event)) return { status: 202, text: 'ignored' };
  try {
    const first = await options.accept(delivery);
    return { status: 202, text: first === 'new' ? 'stored' : 'stored before' };
  } catch (error) {
    options.log.error({ err: error }, 'could not store a delivery; answered 503');
    return { status: 503, text: 'storage failed; please redeliver' };
  }
}

const NOT_SIGNED: Received = { status: 401, text: 'the signature does not match' };

/** What can be refused without reading a body. */
function refuseByHead(request: IncomingMessage, { secrets }: ReceiverOptions): Received | null {
  if (request.method !== 'POST') return { status: 405, text: 'POST only' };
  if (secrets === null) return { status: 503, text: 'not configured: set APP_ID' };
  const type = (headerOf(request, 'content-type').split(';')[0] ?? '').trim().toLowerCase();
  if (type !== 'application/json')
    return { status: 415, text: "application/json only: set the webhook's content type" };
  if (Number(headerOf(request, 'content-length')) > MAX_BODY_BYTES) return { status: 413, text: 'larger than 25 MiB' };
  return /^sha256=[0-9a-f]{64}$/.test(signatureOf(request)) ? null : NOT_SIGNED;
}

function signatureOf(request: IncomingMessage): string {
  return headerOf(request, 'x-hub-signature-256');
}

/** Every secret is tried, so that the time taken does not show which one matched. */
function isSigned(body: Buffer, signature: string, secrets: readonly string[]): boolean {
  const given = Buffer.from(signature);
  const matches = secrets.map((secret) => {
    const expected = Buffer.from(`sha256=${createHmac('sha256', secret).update(body).digest('hex')}`);
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
  return matches.includes(true);
}

const Payload = z.looseObject({ repository: z.looseObject({ id: z.number().int() }).nullish() });

function readDelivery(request: IncomingMessage, body: Buffer): IncomingDelivery | string {
  const event = headerOf(request, 'x-github-event');
  const deliveryId = headerOf(request, 'x-github-delivery');
  // GitHub adds events: `projects_v2_item` was the first one with a digit.
  if (!/^[\w.-]{1,100}$/.test(event)) return 'X-GitHub-Event is missing or no event name';
  if (!/^[\w-]{1,100}$/.test(deliveryId)) return 'X-GitHub-Delivery is missing or no delivery id';
  const text = body.toString('utf8');
  const payload = Payload.safeParse(parseJson(text));
  if (!payload.success) return 'the body is not a JSON object of a webhook';
  const target = ['type', 'id'].map((part) => headerOf(request, `x-github-hook-installation-target-${part}`));
  const repoId = payload.data.repository?.id ?? null;
  return { hookTarget: target.join('/').slice(0, 200), deliveryId, event, body: text, repoId };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: undefined matches no schema, so the sender gets an error.
    return undefined;
  }
}

function headerOf(request: IncomingMessage, name: string): string {
  const value = request.headers[name];
  return typeof value === 'string' ? value : '';
}
