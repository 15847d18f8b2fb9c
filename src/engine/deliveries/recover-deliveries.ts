// Recovers missed deliveries: reads GitHub's list back to where the last delivery recovery ended.
import { OutsideError } from '../../net/outside-error.ts';
import type { AppClient } from '../../github/client/client.ts';
import { fetchDeliveryBody, fetchDeliveryPage, type ListedDelivery } from '../../github/app/deliveries.ts';
import { listAccepted } from '../../store/queue/deliveries.ts';
import {
  findDatabaseMadeAt,
  findDeliveryRecovery,
  saveDeliveryRecovery,
} from '../../store/queue/delivery-recoveries.ts';
import { DONE, type Job, type JobDefinition, type JobOutcome } from '../core/handler.ts';
import { acceptDeliveries } from '../core/accept-deliveries.ts';
import type { Services } from '../core/services.ts';

const MINUTE_MS = 60_000;
/** GitHub keeps deliveries for this long. */
const REACH_MS = 72 * 60 * MINUTE_MS;
/** GitHub may list a delivery after later ones. */
const OVERLAP_MS = 10 * MINUTE_MS;
/** Younger deliveries may still arrive. */
const YOUNG_MS = MINUTE_MS;
/** If this many can't be read, the cause is not the deliveries. */
const MAX_UNREADABLE = 3;

export const recoverDeliveries: JobDefinition<'recover-deliveries'> = {
  key: ({ kind }) => kind,
  queue: 'none',
  traits: [],
  handle,
};

async function handle(_job: Job<'recover-deliveries'>, services: Services): Promise<JobOutcome> {
  try {
    return await recover(services);
  } catch (error) {
    if (!(error instanceof OutsideError)) throw error;
    return goOnLater(services, error);
  }
}

/** Never dead: the next delivery recovery continues from the same place. */
function goOnLater({ log, now }: Services, error: OutsideError): JobOutcome {
  if (!error.retryable) {
    log.error({ err: error }, 'delivery recovery failed: GitHub does not list the deliveries');
    return DONE;
  }
  const at = Math.max(now() + MINUTE_MS, error.retryAt ?? 0);
  return { kind: 'again', at, because: `delivery recovery continues later: ${error.message}` };
}

/** `since` and `until` are times of GitHub's clock, which is `aheadMs` ahead of ours. */
type Listing = {
  readonly relevant: readonly ListedDelivery[];
  readonly since: number;
  readonly until: number;
  readonly aheadMs: number;
};

async function recover(services: Services): Promise<JobOutcome> {
  const { store, github, now } = services;
  const client = github.asApp();
  const hookTarget = `integration/${client.appId}`;
  const listing = await listBack(services, { client, hookTarget });
  const missed = await findMissed(services, { listing, hookTarget });
  const left = await enqueueAll(services, { client, hookTarget, missed, aheadMs: listing.aheadMs });
  const [first] = left.deliveries;
  const recoveredTo = first === undefined ? listing.until : Math.max(listing.since, first.deliveredAt - 1);
  await saveDeliveryRecovery(store.db, { hookTarget, recoveredTo, completeAt: first === undefined ? now() : null });
  if (left.because !== null) throw left.because;
  return DONE;
}

type Left = {
  /** Oldest first. */
  readonly deliveries: readonly ListedDelivery[];
  /** Why the rest was not tried. */
  readonly because: OutsideError | null;
};

/** A delivery that GitHub can't show does not stop the others; the next delivery recovery begins with it. */
async function enqueueAll(
  services: Services,
  { missed, ...args }: Hook & { readonly missed: readonly ListedDelivery[]; readonly aheadMs: number },
): Promise<Left> {
  const deliveries: ListedDelivery[] = [];
  for (const [position, delivery] of missed.entries()) {
    try {
      await enqueue(services, { ...args, delivery });
    } catch (error) {
      if (!(error instanceof OutsideError)) throw error;
      deliveries.push(delivery);
      if (error.code === 'github-rate-limited' || deliveries.length === MAX_UNREADABLE) {
        return { deliveries: [...deliveries, ...missed.slice(position + 1)], because: error };
      }
      services.log.warn(
        { err: error, delivery: delivery.guid },
        'delivery recovery: a missed delivery can’t be read yet',
      );
    }
  }
  return { deliveries, because: null };
}

/** The relevant ones, newest first. */
async function listBack({ store, webhooks, now }: Services, { client, hookTarget }: Hook): Promise<Listing> {
  const last = await findDeliveryRecovery(store.db, hookTarget);
  const first = await fetchDeliveryPage(client, null);
  const aheadMs = first.at === null ? 0 : first.at - now();
  const at = now() + aheadMs;
  const madeAt = (await findDatabaseMadeAt(store.db)) + aheadMs;
  const since = Math.max(at - REACH_MS, madeAt, (last?.recoveredTo ?? 0) - OVERLAP_MS);
  const until = Math.max(at - YOUNG_MS, last?.recoveredTo ?? 0);
  const relevant: ListedDelivery[] = [];
  for (let page = first; ; page = await fetchDeliveryPage(client, page.next)) {
    relevant.push(...page.deliveries.filter((one) => one.deliveredAt >= since && webhooks.isRelevant(one)));
    const oldest = page.deliveries.at(-1);
    const isOver = page.next === null || oldest === undefined || oldest.deliveredAt < since;
    if (isOver) return { relevant, since, until, aheadMs };
  }
}

type Hook = { readonly client: AppClient; readonly hookTarget: string };

/** Oldest first, each by its first try. */
async function findMissed(
  { store, webhooks, log }: Services,
  { listing, hookTarget }: { readonly listing: Listing; readonly hookTarget: string },
): Promise<readonly ListedDelivery[]> {
  // The last one counts, which is the first try.
  const byGuid = new Map(listing.relevant.map((one) => [one.guid, one]));
  const accepted = new Set<string>();
  const guids = [...byGuid.keys()];
  for (let from = 0; from < guids.length; from += ASKED_TOGETHER) {
    const deliveryIds = guids.slice(from, from + ASKED_TOGETHER);
    for (const id of await listAccepted(store.db, { hookTarget, deliveryIds })) accepted.add(id);
  }
  const arrived = listing.relevant.filter(({ guid }) => accepted.has(guid));
  const missing = [...byGuid.values()].filter((one) => !accepted.has(one.guid) && one.deliveredAt <= listing.until);
  const overtaken = missing.filter((one) => arrived.some((later) => webhooks.isSuperseded(one, later)));
  for (const { guid, event, action } of overtaken) {
    log.info(
      { delivery: guid, event, action },
      'delivery recovery: skipped a missed delivery that a later one supersedes',
    );
  }
  return missing
    .filter((one) => !overtaken.includes(one))
    .toSorted((a, b) => a.deliveredAt - b.deliveredAt || a.id - b.id);
}

const ASKED_TOGETHER = 100;

async function enqueue(
  services: Services,
  args: Hook & { readonly delivery: ListedDelivery; readonly aheadMs: number },
): Promise<void> {
  const { log, metrics } = services;
  const { client, hookTarget, delivery, aheadMs } = args;
  const { id, guid: deliveryId, event, repoId, deliveredAt } = delivery;
  const body = await fetchDeliveryBody(client, id);
  if (body === null) {
    log.warn({ delivery: deliveryId, event }, 'delivery recovery: GitHub no longer has a missed delivery');
    return;
  }
  const sentAt = deliveredAt - aheadMs;
  const [accepted] = await acceptDeliveries(services, [{ hookTarget, deliveryId, event, body, repoId, sentAt }]);
  if (accepted === 'seen') return;
  metrics.countRecoveredDelivery();
  log.info({ delivery: deliveryId, event }, 'delivery recovery: recovered a missed delivery');
}
