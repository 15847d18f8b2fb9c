// Feeds a stored delivery to Probot and turns what its handlers found into jobs.
import type { Probot } from 'probot';
import type { Intent } from '../engine/core/intent.ts';
import { DONE, type Job, type JobOutcome } from '../engine/core/handler.ts';
import type { Services } from '../engine/core/services.ts';
import { isListenedTo } from './table.ts';

/** Where the Probot handlers of one delivery leave their intents, by delivery id. */
export type Collector = Map<string, Intent[]>;

export function createDeliveryHandler(args: {
  readonly probot: Probot;
  readonly collector: Collector;
}): (job: Job<'delivery'>, services: Pick<Services, 'log'>) => Promise<JobOutcome> {
  const { probot, collector } = args;
  return async ({ payload: delivery }, { log }) => {
    const { deliveryId: id, event: name, body, sentAt } = delivery;
    if (!isListenedTo(name)) return DONE;
    const found: Intent[] = [];
    collector.set(id, found);
    try {
      await probot.receive({ id, name, payload: JSON.parse(body) });
    } catch (error) {
      throw withoutPayload(name, error);
    } finally {
      collector.delete(id);
    }
    const intents = sentAt === undefined ? found : found.map((intent) => receivedLate(intent, sentAt));
    const [first] = intents;
    if (first === undefined) return DONE;
    log.info({ event: name, asks: intents.map(({ kind }) => kind) }, 'a delivery asks for something');
    return 'repo' in first
      ? { kind: 'done', commit: { repo: first.repo, told: true, intents } }
      : { kind: 'handed-on', intents, told: [] };
  };
}

/** Whether a review is about the plan of today is told by its time. */
function receivedLate(intent: Intent, sentAt: number): Intent {
  return intent.kind === 'comment' || intent.kind === 'click' ? { ...intent, sentAt } : intent;
}

/** Probot hangs the whole payload on each error, and errors are logged: only their sentences go on. */
function withoutPayload(event: string, error: unknown): Error {
  const errors: readonly unknown[] = error instanceof AggregateError ? error.errors : [error];
  const reasons = errors.map((one) => (one instanceof Error ? one.message.replaceAll(/\s+/g, ' ') : String(one)));
  return new Error(`a delivery of ${event} could not be read: ${reasons.join('; ').slice(0, MAX_REASON_LENGTH)}`);
}

const MAX_REASON_LENGTH = 1000;
