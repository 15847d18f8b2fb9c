// The words of the checks of the webhook: its secret, its URL, and the newest deliveries.
import type { WebhookCheck } from '../../domain/doctor/check.ts';
import { formatTime, plural } from '../format.ts';
import type { CheckWords } from './check-words.ts';

const SETTINGS = 'on the App’s settings page';

export function webhookWords(check: WebhookCheck): CheckWords {
  switch (check.name) {
    case 'webhook-secret':
      return secretWords(check);
    case 'webhook-address':
      return addressWords(check);
    case 'deliveries':
      return deliveryWords(check);
  }
}

function secretWords(check: Extract<WebhookCheck, { name: 'webhook-secret' }>): CheckWords {
  switch (check.code) {
    case 'no-secret-on-github':
      return {
        message:
          'The App’s webhook has no secret on GitHub. Its deliveries are not signed, so the server refuses them all.',
        hint: `Enter WEBHOOK_SECRET ${SETTINGS}.`,
      };
    case 'secret-unreadable':
      return {
        message: 'The App’s webhook has a secret on GitHub, but WEBHOOK_SECRET is not usable here.',
        hint: null,
      };
    case 'secret-set':
      return { message: lengthText(check.length), hint: null };
    case 'two-secrets-set':
      return {
        message: `${lengthText(check.length)} WEBHOOK_SECRET_PREVIOUS is accepted too.`,
        hint: 'Remove WEBHOOK_SECRET_PREVIOUS one day after the rotation. Until then the old secret still works.',
      };
  }
}

function lengthText(length: number): string {
  return `WEBHOOK_SECRET has ${plural(length, 'character')}. GitHub does not show its secret, so only an accepted delivery proves that both match.`;
}

function addressWords(check: Extract<WebhookCheck, { name: 'webhook-address' }>): CheckWords {
  switch (check.code) {
    case 'no-webhook-address':
      return {
        message: 'The App has no webhook URL, so GitHub sends nothing.',
        hint: `Enter the server’s URL with ${check.path} ${SETTINGS}, and set the webhook active.`,
      };
    case 'other-webhook-path':
      return {
        message: `GitHub delivers to ${check.url}, but this server listens at ${check.path}.`,
        hint: `Correct the webhook URL ${SETTINGS}.`,
      };
    case 'other-webhook-address':
      return {
        message: `GitHub delivers to ${check.url}, but PUBLIC_URL is ${check.publicUrl}.`,
        hint: `Correct PUBLIC_URL, or the webhook URL ${SETTINGS}.`,
      };
    case 'other-content-type':
      return {
        message: `GitHub delivers as "${check.contentType ?? 'form'}". The server answers 415.`,
        hint: `Set the content type to application/json ${SETTINGS}.`,
      };
    case 'certificate-unchecked':
      return {
        message: `GitHub delivers to ${check.url} without SSL verification.`,
        hint: `Use https, and enable SSL verification ${SETTINGS}.`,
      };
    case 'webhook-address-right':
      return { message: `GitHub delivers to ${check.url}.`, hint: null };
  }
}

function deliveryWords(check: Extract<WebhookCheck, { name: 'deliveries' }>): CheckWords {
  if (check.code === 'no-delivery') {
    return {
      message: 'GitHub delivered nothing in three days.',
      hint: 'Comment /help on an issue, then run doctor again.',
    };
  }
  const { count, accepted, newest } = check;
  const counts = `${accepted} of the newest ${count} deliveries ${accepted === 1 ? 'was' : 'were'} accepted`;
  const last = `${newest.event} at ${formatTime(newest.at)}`;
  const refused = `${counts}. The last one, ${last}, failed: ${newest.message}.`;
  switch (check.code) {
    case 'delivery-accepted':
      return { message: `${counts}, including the last one (${last}).`, hint: null };
    case 'signature-refused':
      return {
        message: refused,
        hint: `The secrets differ. Enter the same WEBHOOK_SECRET here and ${SETTINGS}, restart, and redeliver (Advanced).`,
      };
    case 'delivery-refused':
      return {
        message: refused,
        hint: `Check that GitHub can reach the server. Redeliver the failed deliveries of the last three days ${SETTINGS} (Advanced).`,
      };
  }
}
