// Makes Probot, which reads deliveries and routes each to the translator of its event; nothing is decided here.
import type { Logger } from 'pino';
import { Probot, ProbotOctokit, type ApplicationFunction } from 'probot';
import type { AppConfig } from '../config/env.ts';
import type { WebhookReader } from '../engine/core/services.ts';
import { isRelevant, isSuperseded } from '../webhooks/recovery-relevance.ts';
import { translateEvent, WEBHOOK_EVENTS } from '../webhooks/table.ts';
import { createTranslate, type Collector } from '../webhooks/translate-delivery.ts';

/** Everything that the engine uses of webhooks/. */
export async function createWebhookReader(args: {
  readonly app: AppConfig;
  readonly apiUrl: string;
  readonly log: Logger;
}): Promise<WebhookReader> {
  const { app, apiUrl, log } = args;
  // Probot never calls GitHub here, so its plugins for that are off. At debug, it logs whole payloads.
  const probot = new Probot({
    appId: app.id,
    privateKey: app.privateKey,
    secret: app.webhookSecrets[0],
    baseUrl: apiUrl,
    log: log.isLevelEnabled('debug') ? log.child({}, { level: 'info' }) : log,
    Octokit: ProbotOctokit.defaults({ throttle: { enabled: false }, retry: { enabled: false } }),
  });
  const collector: Collector = new Map();
  await probot.load(createProbotApp({ appId: app.id, collector }));
  return { translate: createTranslate({ probot, collector }), isRelevant, isSuperseded };
}

/** The Probot application function. Intents are left in `collector` under the delivery's id. */
export function createProbotApp(args: { readonly appId: number; readonly collector: Collector }): ApplicationFunction {
  const { appId, collector } = args;
  return (app: Probot): void => {
    for (const event of WEBHOOK_EVENTS) {
      app.on(event, (context) => {
        const found = translateEvent(event, context.payload, { appId });
        collector.get(context.id)?.push(...found);
      });
    }
  };
}
