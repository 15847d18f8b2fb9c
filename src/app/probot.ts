// The Probot application function: binds each webhook to its translator, and decides nothing.
import type { ApplicationFunction, Probot } from 'probot';
import type { Collector } from '../webhooks/translate-delivery.ts';
import { WEBHOOK_EVENTS, WEBHOOKS } from '../webhooks/table.ts';

/** Intents are left in `collector` under the delivery's id. */
export function createProbotApp(args: { readonly appId: number; readonly collector: Collector }): ApplicationFunction {
  const { appId, collector } = args;
  return (app: Probot): void => {
    for (const event of WEBHOOK_EVENTS) {
      app.on(event, (context) => {
        const found = WEBHOOKS[event](context.payload, { appId });
        collector.get(context.id)?.push(...found);
      });
    }
  };
}
