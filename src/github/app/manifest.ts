// Turns the code that GitHub gives after "Create GitHub App" into the new App and its keys.
import { z } from 'zod';
import type { AnonymousClient } from '../client/client.ts';

export type CreatedApp = {
  readonly id: number;
  readonly name: string;
  /** Login of the account that owns it, or the slug of the enterprise. */
  readonly owner: string;
  /** The App's page. */
  readonly url: string;
  /** PEM. */
  readonly privateKey: string;
  /** Null if GitHub created none: the webhook would be unsigned. */
  readonly webhookSecret: string | null;
};

const Conversion = z.object({
  id: z.number().int().positive(),
  name: z.string(),
  html_url: z.url({ protocol: /^https?$/ }),
  owner: z.union([
    z.object({ login: z.string() }).transform(({ login }) => login),
    z.object({ slug: z.string() }).transform(({ slug }) => slug),
  ]),
  pem: z.string().startsWith('-----BEGIN'),
  webhook_secret: z.string().nullish(),
});

/** `POST /app-manifests/{code}/conversions`: works once, within an hour. The code is the only credential. */
export async function convertManifestCode(client: AnonymousClient, code: string): Promise<CreatedApp> {
  const { data } = await client.ask({
    tried: 'asking for the keys of the new App',
    send: (api) => api.apps.createFromManifest({ code }),
    answer: Conversion,
  });
  const { id, name, owner, html_url: url, pem: privateKey, webhook_secret: webhookSecret = null } = data;
  return { id, name, owner, url, privateKey, webhookSecret };
}
