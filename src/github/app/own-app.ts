// Reads how our App is set up on GitHub: its permissions and events, its installations, and the state of its webhook.
import { z } from 'zod';
import type { App } from './app.ts';
import type { AppClient } from '../client/client.ts';
import { dateOfFailure } from '../client/failure.ts';

/** By name, such as `checks: write`. */
export type Permissions = Readonly<Record<string, string>>;

export type Grants = { readonly permissions: Permissions; readonly events: readonly string[] };

export type OwnApp = App & Grants & { readonly at: number | null };

const Owner = z.union([
  z.object({ login: z.string() }).transform(({ login }) => login),
  z.object({ slug: z.string() }).transform(({ slug }) => slug),
]);
const Granted = { permissions: z.record(z.string(), z.string()), events: z.array(z.string()) };
const AppAnswer = z.object({ id: z.number(), slug: z.string(), name: z.string(), owner: Owner, ...Granted });

/** `GET /app`; `at` is GitHub's clock when it answered, in whole seconds. */
export async function fetchOwnApp(client: AppClient): Promise<OwnApp> {
  const { data, header } = await client.ask({
    tried: 'reading the App',
    send: (api) => api.apps.getAuthenticated(),
    answer: AppAnswer,
  });
  return { ...data, at: parseDate(header('date')) };
}

/** GitHub's clock when it refused, or null without an answer. */
export function clockOfRefusal(error: Error): number | null {
  return parseDate(dateOfFailure(error.cause));
}

export type Installation = Grants & {
  readonly id: number;
  /** Login, or the slug of an enterprise. */
  readonly account: string;
  readonly isSuspended: boolean;
};

const Installations = z.array(
  z
    .object({ id: z.number(), account: Owner, suspended_at: z.string().nullish(), ...Granted })
    .transform(({ suspended_at: suspendedAt, ...rest }): Installation => {
      return { ...rest, isSuspended: typeof suspendedAt === 'string' };
    }),
);

const PAGE_SIZE = 100;
const MAX_PAGES = 100;

/** `GET /app/installations`: all of them, up to ten thousand. */
export async function listInstallations(client: AppClient): Promise<readonly Installation[]> {
  const installations: Installation[] = [];
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const { data } = await client.ask({
      tried: 'listing the installations of the App',
      send: (api) => api.apps.listInstallations({ per_page: PAGE_SIZE, page }),
      answer: Installations,
    });
    installations.push(...data);
    if (data.length < PAGE_SIZE) break;
  }
  return installations;
}

export type Webhook = {
  /** Null where the App has none. */
  readonly url: string | null;
  readonly contentType: string | null;
  readonly checksCertificate: boolean;
  readonly hasSecret: boolean;
};

const HookConfig = z
  .object({
    url: z.string().nullish(),
    content_type: z.string().nullish(),
    insecure_ssl: z.union([z.string(), z.number()]).nullish(),
    secret: z.string().nullish(),
  })
  .transform(({ url = null, content_type: contentType = null, insecure_ssl: insecure, secret }): Webhook => {
    const hasSecret = typeof secret === 'string' && secret !== '';
    return { url: url === '' ? null : url, contentType, checksCertificate: String(insecure ?? '0') === '0', hasSecret };
  });

/** `GET /app/hook/config`: GitHub shows only whether there is a secret. */
export async function fetchWebhook(client: AppClient): Promise<Webhook> {
  const { data } = await client.ask({
    tried: 'reading how the webhook of the App is set up',
    send: (api) => api.apps.getWebhookConfigForApp(),
    answer: HookConfig,
  });
  return data;
}

export type WebhookDelivery = {
  readonly at: number;
  readonly event: string;
  /** The status of our answer; 0 without one. */
  readonly status: number;
  /** GitHub's text for it, such as `OK` or `Invalid HTTP Response: 401`. */
  readonly message: string;
};

const Deliveries = z.array(
  z
    .object({
      delivered_at: z.iso.datetime({ offset: true }),
      event: z.string(),
      status_code: z.number(),
      status: z.string(),
    })
    .transform(({ delivered_at: at, event, status_code: status, status: message }): WebhookDelivery => {
      return { at: Date.parse(at), event, status, message };
    }),
);

/** The newest deliveries of the last three days, newest first. */
export async function listWebhookDeliveries(client: AppClient): Promise<readonly WebhookDelivery[]> {
  const { data } = await client.ask({
    tried: 'listing the deliveries of the webhook',
    send: (api) => api.apps.listWebhookDeliveries({ per_page: 30 }),
    answer: Deliveries,
  });
  return data;
}

/** An HTTP date. */
function parseDate(text: string | null): number | null {
  const at = Date.parse(text ?? '');
  return Number.isNaN(at) ? null : at;
}
