// Feeds a stored delivery to Probot and turns what its handlers found into jobs.
import type { Probot } from 'probot';
import type { Intent } from '../engine/intent.ts';
import { DONE, type Handler } from '../engine/handler.ts';
import { isListenedTo } from './table.ts';

/** Where the Probot handlers of one delivery leave their intents, by delivery id. */
export type Collector = Map<string, Intent[]>;

export function createDeliveryHandler(args: {
  readonly probot: Probot;
  readonly collector: Collector;
}): Handler<'delivery'> {
  const { probot, collector } = args;
  return async ({ payload: delivery }) => {
    const { deliveryId: id, event: name, body } = delivery;
    if (!isListenedTo(name)) return DONE;
    const intents: Intent[] = [];
    collector.set(id, intents);
    try {
      await probot.receive({ id, name, payload: JSON.parse(body) });
    } finally {
      collector.delete(id);
    }
    const [first] = intents;
    return first === undefined ? DONE : { kind: 'done', commit: { repo: first.repo, intents } };
  };
}
