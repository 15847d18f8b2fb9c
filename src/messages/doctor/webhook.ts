// The words of the checks of the webhook: its secret, its address, and the newest deliveries.
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
        message: 'GitHub has no secret for the App’s webhook: its deliveries are not signed, and all are refused.',
        hint: `Enter WEBHOOK_SECRET ${SETTINGS}.`,
      };
    case 'secret-unreadable':
      return {
        message: 'GitHub has a secret for the App’s webhook, and WEBHOOK_SECRET can’t be used here.',
        hint: null,
      };
    case 'secret-set':
      return { message: lengthText(check.length), hint: null };
    case 'two-secrets-set':
      return {
        message: `${lengthText(check.length)} A second one is accepted as well.`,
        hint: 'Take WEBHOOK_SECRET_PREVIOUS out a day after the rotation: until then the old one opens the door too.',
      };
  }
}

function lengthText(length: number): string {
  return `WEBHOOK_SECRET has ${plural(length, 'character')}. GitHub does not show its own, so that both are the same is seen by the deliveries only.`;
}

function addressWords(check: Extract<WebhookCheck, { name: 'webhook-address' }>): CheckWords {
  switch (check.code) {
    case 'no-webhook-address':
      return {
        message: 'The App has no webhook address: GitHub sends nothing.',
        hint: `Enter the server’s address with ${check.path} ${SETTINGS}, and make it active.`,
      };
    case 'other-webhook-path':
      return {
        message: `GitHub delivers to ${check.url}, and this server listens at ${check.path}.`,
        hint: `Correct the webhook’s address ${SETTINGS}.`,
      };
    case 'other-webhook-address':
      return {
        message: `GitHub delivers to ${check.url}, and PUBLIC_URL says ${check.publicUrl}.`,
        hint: `Correct the one that is wrong: PUBLIC_URL, or the address ${SETTINGS}.`,
      };
    case 'other-content-type':
      return {
        message: `GitHub delivers as "${check.contentType ?? 'form'}", which is answered with 415.`,
        hint: `Set the content type to application/json ${SETTINGS}.`,
      };
    case 'certificate-unchecked':
      return {
        message: `GitHub delivers to ${check.url} without checking who listens there.`,
        hint: `Use https, and turn SSL verification on ${SETTINGS}.`,
      };
    case 'webhook-address-right':
      return { message: `GitHub delivers to ${check.url}.`, hint: null };
  }
}

function deliveryWords(check: Extract<WebhookCheck, { name: 'deliveries' }>): CheckWords {
  if (check.code === 'no-delivery') {
    return { message: 'GitHub delivered nothing in three days.', hint: 'Comment /help on an issue, and look again.' };
  }
  const { count, accepted, newest } = check;
  const were = `${accepted} ${accepted === 1 ? 'was' : 'were'} accepted`;
  const counts = `Of the newest ${plural(count, 'webhook')}, ${were}`;
  const last = `the last one, ${newest.event} at ${formatTime(newest.at)}`;
  const refused = `${counts}, and ${last}, was not: ${newest.message}.`;
  switch (check.code) {
    case 'delivery-accepted':
      return { message: `${counts}, among them ${last}.`, hint: null };
    case 'signature-refused':
      return {
        message: refused,
        hint: `The secrets differ: enter the same WEBHOOK_SECRET here and ${SETTINGS}, restart, and redeliver (Advanced).`,
      };
    case 'delivery-refused':
      return {
        message: refused,
        hint: `Can GitHub reach the server? Failed deliveries can be sent again ${SETTINGS} (Advanced), three days back.`,
      };
  }
}
