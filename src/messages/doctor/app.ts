// The words of the checks of the GitHub App: key, clock, permissions, events and installations.
import type { AppCheck } from '../../domain/doctor/check.ts';
import { listWords, plural } from '../format.ts';
import type { CheckWords } from './check-words.ts';

const GRANTS = 'on the App’s settings page (Permissions & events)';

export function appWords(check: AppCheck): CheckWords {
  switch (check.name) {
    case 'app-key':
      return keyWords(check);
    case 'clock':
      return clockWords(check);
    case 'app-permissions':
    case 'app-events':
      return grantWords(check);
    case 'installation':
      return installationWords(check);
  }
}

function keyWords(check: Extract<AppCheck, { name: 'app-key' }>): CheckWords {
  switch (check.code) {
    case 'no-app':
      return {
        message: `No GitHub App is configured: ${check.detail}.`,
        hint: 'Start the server and create the App on its page /setup, or set the variables of .env.example.',
      };
    case 'key-accepted':
      return {
        message: `GitHub accepts the private key of ${check.app} (App ID ${check.id}, owned by ${check.owner}).`,
        hint: null,
      };
    case 'key-refused':
      return {
        message: check.problem.detail,
        hint: 'Compare APP_ID with the number on the App’s settings page. If it is right, generate a new private key there.',
      };
    case 'app-unreadable':
      return { message: check.problem.detail, hint: 'Check GITHUB_API_URL, and that this machine can reach it.' };
  }
}

function clockWords(check: Extract<AppCheck, { name: 'clock' }>): CheckWords {
  if (check.code === 'clock-right') return { message: 'The clock matches the clock of GitHub.', hint: null };
  const seconds = plural(Math.round(Math.abs(check.aheadMs) / 1000), 'second');
  return {
    message: `The clock is ${seconds} ${check.aheadMs > 0 ? 'ahead of' : 'behind'} the clock of GitHub.`,
    hint: 'Synchronize the clock of this machine with NTP. The App’s tokens and all expiry times depend on it.',
  };
}

function grantWords(check: Extract<AppCheck, { name: 'app-permissions' | 'app-events' }>): CheckWords {
  switch (check.code) {
    case 'permissions-right':
      return { message: 'The App requests the permissions of app.yml.', hint: null };
    case 'permissions-missing':
      return {
        message: `The App does not request ${listWords(check.permissions)}, which app.yml lists.`,
        hint: `Add ${itOrThem(check.permissions)} ${GRANTS}. Each installation must then accept ${itOrThem(check.permissions)}.`,
      };
    case 'permissions-surplus':
      return {
        message: `The App has more permissions than it needs: ${listWords(check.permissions)}.`,
        hint: `Remove ${itOrThem(check.permissions)} ${GRANTS}.`,
      };
    case 'events-right':
      return { message: 'The App subscribes to the events of app.yml.', hint: null };
    case 'events-missing':
      return {
        message: `The App does not subscribe to ${listWords(check.events)}.`,
        hint: `Subscribe to ${itOrThem(check.events)} ${GRANTS}.`,
      };
    case 'hint-events-missing':
      return {
        message: `The App does not subscribe to ${listWords(check.events)}. A command in a review or a description gets no hint.`,
        hint: `Subscribe to ${itOrThem(check.events)} ${GRANTS}. Nothing else depends on ${itOrThem(check.events)}.`,
      };
  }
}

function itOrThem(items: readonly string[]): string {
  return items.length === 1 ? 'it' : 'them';
}

function installationWords(check: Extract<AppCheck, { name: 'installation' }>): CheckWords {
  switch (check.code) {
    case 'installed-nowhere':
      return {
        message: 'The App is not installed on any account.',
        hint: 'Install it on the App’s settings page (Install App).',
      };
    case 'installation-suspended':
      return {
        message: `The installation on ${check.account} is suspended. The App receives no events and does nothing there.`,
        hint: `The owner of ${check.account} can unsuspend it (Installed GitHub Apps).`,
      };
    case 'installation-not-served':
      return {
        message: `The App is installed on ${check.account}, which this server does not serve.`,
        hint: 'Add it to ALLOWED_OWNERS, or uninstall the App there.',
      };
    case 'installation-right':
      return { message: `The App is installed on ${check.account} with all its permissions and events.`, hint: null };
    case 'installations-not-served':
      return {
        message: `The App is installed on ${check.count} accounts that this server does not serve: ${someOf(check)}.`,
        hint: 'Add them to ALLOWED_OWNERS, or uninstall the App there.',
      };
    case 'installations-right':
      return {
        message: `The App is installed on ${check.count} accounts with all its permissions and events: ${someOf(check)}.`,
        hint: null,
      };
    case 'installation-lacks-grants': {
      const lacking = [...check.permissions, ...check.events.map((event) => `the event ${event}`)];
      return {
        message: `The installation on ${check.account} lacks ${listWords(lacking)}.`,
        hint: `The owner of ${check.account} must accept the App’s new permissions (Installed GitHub Apps, Review request).`,
      };
    }
  }
}

function someOf({ count, accounts }: { readonly count: number; readonly accounts: readonly string[] }): string {
  return accounts.length < count ? `${accounts.join(', ')} and others` : listWords(accounts);
}
