// Checks of the webhook: is it signed, does it lead here, and how were the newest deliveries answered?
import type { AppClient } from '../../github/client/client.ts';
import { fetchWebhook, listWebhookDeliveries, type Webhook, type WebhookDelivery } from '../../github/app/own-app.ts';
import { formatTime, plural } from '../../messages/format.ts';
import { fine, trouble, unlessFails, type Check } from './check.ts';
import type { DoctorSetup } from './setup.ts';

const SETTINGS = 'on the App’s settings page';

export async function examineWebhook(setup: DoctorSetup, client: AppClient): Promise<readonly Check[]> {
  const setUp = await unlessFails('webhook-address', async () => {
    const webhook = await fetchWebhook(client);
    return [checkSecret(setup, webhook), checkAddress(setup, webhook)];
  });
  const deliveries = await unlessFails('deliveries', async () => [
    checkDeliveries(await listWebhookDeliveries(client)),
  ]);
  return [...setUp, ...deliveries];
}

/** GitHub never shows a secret, so that both are the same is known only when a signed delivery was accepted. */
function checkSecret({ webhookSecrets }: DoctorSetup, { hasSecret }: Webhook): Check {
  const [secret, previous] = webhookSecrets;
  if (!hasSecret) {
    const message = 'GitHub has no secret for the App’s webhook: its deliveries are not signed, and all are refused.';
    return trouble('fail', 'webhook-secret', { message, hint: `Enter WEBHOOK_SECRET ${SETTINGS}.` });
  }
  if (secret === undefined) {
    const message = 'GitHub has a secret for the App’s webhook, and WEBHOOK_SECRET can’t be used here.';
    return trouble('unknown', 'webhook-secret', { message });
  }
  const unseen = 'GitHub does not show its own, so that both are the same is seen by the deliveries only.';
  const message = `WEBHOOK_SECRET has ${plural(secret.length, 'character')}. ${unseen}`;
  if (previous === undefined) return fine('webhook-secret', message);
  const hint = 'Take WEBHOOK_SECRET_PREVIOUS out a day after the rotation: until then the old one opens the door too.';
  return trouble('warn', 'webhook-secret', { message: `${message} A second one is accepted as well.`, hint });
}

function checkAddress({ manifest, publicUrl }: DoctorSetup, webhook: Webhook): Check {
  const { pathname } = new URL(manifest.hook_attributes.url);
  const url = URL.canParse(webhook.url ?? '') ? new URL(webhook.url ?? '') : null;
  const name = 'webhook-address';
  if (url === null) {
    const hint = `Enter the server’s address with ${pathname} ${SETTINGS}, and make it active.`;
    return trouble('fail', name, { message: 'The App has no webhook address: GitHub sends nothing.', hint });
  }
  if (!url.pathname.endsWith(pathname)) {
    const message = `GitHub delivers to ${url.href}, and this server listens at ${pathname}.`;
    return trouble('fail', name, { message, hint: `Correct the webhook’s address ${SETTINGS}.` });
  }
  if (publicUrl !== null && url.href !== `${publicUrl}${pathname}`) {
    const message = `GitHub delivers to ${url.href}, and PUBLIC_URL says ${publicUrl}.`;
    return trouble('warn', name, {
      message,
      hint: `Correct the one that is wrong: PUBLIC_URL, or the address ${SETTINGS}.`,
    });
  }
  if (webhook.contentType !== 'json') {
    const message = `GitHub delivers as "${webhook.contentType ?? 'form'}", which is answered with 415.`;
    return trouble('fail', name, { message, hint: `Set the content type to application/json ${SETTINGS}.` });
  }
  if (url.protocol === 'http:' || !webhook.checksCertificate) {
    const message = `GitHub delivers to ${url.href} without checking who listens there.`;
    return trouble('warn', name, { message, hint: `Use https, and turn SSL verification on ${SETTINGS}.` });
  }
  return fine(name, `GitHub delivers to ${url.href}.`);
}

/** The newest one tells how it is now; older ones may be from before it was mended. */
function checkDeliveries(deliveries: readonly WebhookDelivery[]): Check {
  const [newest] = deliveries;
  const name = 'deliveries';
  if (newest === undefined) {
    const message = 'GitHub delivered nothing in three days.';
    return trouble('unknown', name, { message, hint: 'Comment /help on an issue, and look again.' });
  }
  const accepted = deliveries.filter(({ status }) => isAccepted(status)).length;
  const count = `Of the newest ${plural(deliveries.length, 'webhook')}, ${accepted} ${accepted === 1 ? 'was' : 'were'} accepted`;
  const last = `the last one, ${newest.event} at ${formatTime(newest.at)}`;
  if (isAccepted(newest.status)) return fine(name, `${count}, among them ${last}.`);
  const message = `${count}, and ${last}, was not: ${newest.message}.`;
  if (newest.status === 401) {
    const hint = `The secrets differ: enter the same WEBHOOK_SECRET here and ${SETTINGS}, restart, and redeliver (Advanced).`;
    return trouble('fail', name, { message, hint });
  }
  const hint = `Can GitHub reach the server? Failed deliveries can be sent again ${SETTINGS} (Advanced), three days back.`;
  return trouble('fail', name, { message, hint });
}

function isAccepted(status: number): boolean {
  return status >= 200 && status < 300;
}
