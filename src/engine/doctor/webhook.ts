// Checks of the webhook: its secret, its address, and the answers to the newest deliveries.
import type { Check } from '../../domain/doctor/check.ts';
import type { AppClient } from '../../github/client/client.ts';
import { fetchWebhook, listWebhookDeliveries, type Webhook, type WebhookDelivery } from '../../github/app/own-app.ts';
import { unlessFails } from './check.ts';
import type { DoctorSetup } from './setup.ts';

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

/** GitHub never shows a secret. Only an accepted delivery proves that both sides have the same one. */
function checkSecret({ webhookSecrets }: DoctorSetup, { hasSecret }: Webhook): Check {
  const [secret, previous] = webhookSecrets;
  const name = 'webhook-secret';
  if (!hasSecret) return { name, outcome: 'fail', code: 'no-secret-on-github' };
  if (secret === undefined) return { name, outcome: 'unknown', code: 'secret-unreadable' };
  const { length } = secret;
  if (previous === undefined) return { name, outcome: 'ok', code: 'secret-set', length };
  return { name, outcome: 'warn', code: 'two-secrets-set', length };
}

function checkAddress({ manifest, publicUrl }: DoctorSetup, webhook: Webhook): Check {
  const { pathname: path } = new URL(manifest.hook_attributes.url);
  const parsed = URL.canParse(webhook.url ?? '') ? new URL(webhook.url ?? '') : null;
  const name = 'webhook-address';
  if (parsed === null) return { name, outcome: 'fail', code: 'no-webhook-address', path };
  const { href: url } = parsed;
  if (!parsed.pathname.endsWith(path)) return { name, outcome: 'fail', code: 'other-webhook-path', url, path };
  if (publicUrl !== null && url !== `${publicUrl}${path}`)
    return { name, outcome: 'warn', code: 'other-webhook-address', url, publicUrl };
  const { contentType } = webhook;
  if (contentType !== 'json') return { name, outcome: 'fail', code: 'other-content-type', contentType };
  if (parsed.protocol === 'http:' || !webhook.checksCertificate)
    return { name, outcome: 'warn', code: 'certificate-unchecked', url };
  return { name, outcome: 'ok', code: 'webhook-address-right', url };
}

/** The newest one shows the current state; older ones may be from before a fix. */
function checkDeliveries(deliveries: readonly WebhookDelivery[]): Check {
  const [newest] = deliveries;
  const name = 'deliveries';
  if (newest === undefined) return { name, outcome: 'unknown', code: 'no-delivery' };
  const { event, at, status, message } = newest;
  const counts = {
    count: deliveries.length,
    accepted: deliveries.filter((delivery) => isAccepted(delivery.status)).length,
    newest: { event, at, status, message },
  };
  if (isAccepted(status)) return { name, outcome: 'ok', code: 'delivery-accepted', ...counts };
  return { name, outcome: 'fail', code: status === 401 ? 'signature-refused' : 'delivery-refused', ...counts };
}

function isAccepted(status: number): boolean {
  return status >= 200 && status < 300;
}
