// Lists the deliveries of the App's webhook, and reads their bodies.
import { z } from 'zod';
import type { AppClient } from '../client/client.ts';
import { isGitHubError } from '../client/errors.ts';

/** One try to deliver. A redelivery has its own id, and the guid of the first try. */
export type ListedDelivery = {
  readonly id: number;
  readonly guid: string;
  readonly deliveredAt: number;
  readonly event: string;
  readonly action: string | null;
  readonly installationId: number | null;
  readonly repoId: number | null;
};

export type DeliveryPage = {
  readonly deliveries: readonly ListedDelivery[];
  /** Leads to the next page; null on the last one. */
  readonly next: string | null;
  /** GitHub's clock, in whole seconds; null if unknown. */
  readonly at: number | null;
};

const PAGE_SIZE = 100;

const Listed = z.array(
  z
    .object({
      id: z.number(),
      guid: z.string(),
      delivered_at: z.iso.datetime({ offset: true }),
      event: z.string(),
      action: z.string().nullish(),
      installation_id: z.number().nullish(),
      repository_id: z.number().nullish(),
    })
    .transform((one): ListedDelivery => ({
      id: one.id,
      guid: one.guid,
      deliveredAt: Date.parse(one.delivered_at),
      event: one.event,
      action: one.action ?? null,
      installationId: one.installation_id ?? null,
      repoId: one.repository_id ?? null,
    })),
);

/** Newest first, a hundred on a page; `cursor` null: the first page. GitHub keeps three days, its servers seven. */
export async function fetchDeliveryPage(client: AppClient, cursor: string | null): Promise<DeliveryPage> {
  const { data, link, header } = await client.ask({
    tried: 'listing the deliveries of the webhook',
    send: (api) => api.apps.listWebhookDeliveries({ per_page: PAGE_SIZE, ...(cursor === null ? {} : { cursor }) }),
    answer: Listed,
  });
  const at = Date.parse(header('date') ?? '');
  return { deliveries: data, next: nextCursor(link), at: Number.isNaN(at) ? null : at };
}

const Detail = z.object({ request: z.object({ payload: z.record(z.string(), z.unknown()).nullish() }).nullish() });

/** The body of a delivery, as JSON; null if GitHub no longer has it. */
export async function fetchDeliveryBody(client: AppClient, id: number): Promise<string | null> {
  try {
    const { data } = await client.ask({
      tried: `reading the delivery ${id} of the webhook`,
      send: (api) => api.apps.getWebhookDelivery({ delivery_id: id }),
      answer: Detail,
    });
    const payload = data.request?.payload ?? null;
    return payload === null ? null : JSON.stringify(payload);
  } catch (error) {
    if (isGitHubError(error, 'github-not-found') || isGitHubError(error, 'github-gone')) return null;
    throw error;
  }
}

function nextCursor(link: string | null): string | null {
  const next = /<([^>]+)>;\s*rel="next"/.exec(link ?? '')?.[1];
  return next === undefined || !URL.canParse(next) ? null : new URL(next).searchParams.get('cursor');
}
