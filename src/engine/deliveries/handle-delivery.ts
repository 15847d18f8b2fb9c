// Turns a stored delivery into the jobs for its intents.
import { DONE, type Job, type JobDefinition, type JobOutcome } from '../core/handler.ts';
import type { Intent } from '../core/intent.ts';
import type { Services } from '../core/services.ts';

/** The inbox names the queue: only this handler reads the payload. */
export const handleDelivery: JobDefinition<'delivery'> = { key: null, queue: 'none', traits: [], handle };

async function handle({ payload: delivery }: Job<'delivery'>, { webhooks, log }: Services): Promise<JobOutcome> {
  const { event, sentAt } = delivery;
  const found = await webhooks.translate(delivery);
  const intents = sentAt === undefined ? found : found.map((intent) => receivedLate(intent, sentAt));
  const [first] = intents;
  if (first === undefined) return DONE;
  log.info({ event, asks: intents.map(({ kind }) => kind) }, 'a delivery was handled');
  if (!('repo' in first)) return { kind: 'handed-on', intents, told: [] };
  const former =
    first.kind === 'repo-changed' && first.formerName !== undefined ? { formerName: first.formerName } : {};
  return { kind: 'done', commit: { repo: first.repo, told: true, ...former, intents } };
}

/** The time decides whether a review is for the current plan. */
function receivedLate(intent: Intent, sentAt: number): Intent {
  return intent.kind === 'comment' || intent.kind === 'click' ? { ...intent, sentAt } : intent;
}
