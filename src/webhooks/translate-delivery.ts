// Feeds a stored delivery to Probot and collects what its handlers found.
import type { Probot } from 'probot';
import type { Intent } from '../engine/core/intent.ts';
import type { WebhookReader } from '../engine/core/services.ts';
import { isListenedTo } from './table.ts';

/** Where the Probot handlers of one delivery leave their intents, by delivery id. */
export type Collector = Map<string, Intent[]>;

/** The intents that the Probot handlers of a delivery found; none for an event that is not in the table. */
export function createTranslate(args: {
  readonly probot: Probot;
  readonly collector: Collector;
}): WebhookReader['translate'] {
  const { probot, collector } = args;
  return async ({ deliveryId: id, event: name, body }) => {
    if (!isListenedTo(name)) return [];
    const found: Intent[] = [];
    collector.set(id, found);
    try {
      await probot.receive({ id, name, payload: JSON.parse(body) });
    } catch (error) {
      throw withoutPayload(name, error);
    } finally {
      collector.delete(id);
    }
    return found;
  };
}

/** Probot attaches the whole payload to each error, and errors are logged: only their messages are kept. */
function withoutPayload(event: string, error: unknown): Error {
  const errors: readonly unknown[] = error instanceof AggregateError ? error.errors : [error];
  const reasons = errors.map((one) => (one instanceof Error ? one.message.replaceAll(/\s+/g, ' ') : String(one)));
  return new Error(`a delivery of ${event} could not be read: ${reasons.join('; ').slice(0, MAX_REASON_LENGTH)}`);
}

const MAX_REASON_LENGTH = 1000;
