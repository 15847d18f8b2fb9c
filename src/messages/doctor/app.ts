// The words of the checks of the GitHub App: its key, the clock, what it may do and receives, and its installations.
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
        message: `There is no App: ${check.detail}.`,
        hint: 'Start the server without it and open /setup there, or fill in the variables of .env.example.',
      };
    case 'key-accepted':
      return {
        message: `GitHub accepts the key of ${check.app} (${check.id}), the App of ${check.owner}.`,
        hint: null,
      };
    case 'key-refused':
      return {
        message: check.problem.detail,
        hint: 'Compare APP_ID with the number on the App’s settings page; make a new private key there if in doubt.',
      };
    case 'app-unreadable':
      return { message: check.problem.detail, hint: 'Is GITHUB_API_URL right, and may this machine reach it?' };
  }
}

function clockWords(check: Extract<AppCheck, { name: 'clock' }>): CheckWords {
  if (check.code === 'clock-right') return { message: 'The clock agrees with GitHub’s.', hint: null };
  const seconds = plural(Math.round(Math.abs(check.aheadMs) / 1000), 'second');
  return {
    message: `The clock is ${seconds} ${check.aheadMs > 0 ? 'ahead of' : 'behind'} GitHub’s.`,
    hint: 'Have the machine keep its time with NTP: keys, freezes and expiries go by this clock.',
  };
}

function grantWords(check: Extract<AppCheck, { name: 'app-permissions' | 'app-events' }>): CheckWords {
  switch (check.code) {
    case 'permissions-right':
      return { message: 'The App asks for the permissions of app.yml.', hint: null };
    case 'permissions-missing':
      return {
        message: `The App does not ask for ${listWords(check.permissions)}, which app.yml has.`,
        hint: `Add it ${GRANTS}; each installation then has to accept it once.`,
      };
    case 'permissions-surplus':
      return {
        message: `The App may more than it needs: ${listWords(check.permissions)}.`,
        hint: `Take it away ${GRANTS}.`,
      };
    case 'events-right':
      return { message: 'The App hears of the events of app.yml.', hint: null };
    case 'events-missing':
      return { message: `The App does not hear of ${listWords(check.events)}.`, hint: `Subscribe to it ${GRANTS}.` };
  }
}

function installationWords(check: Extract<AppCheck, { name: 'installation' }>): CheckWords {
  switch (check.code) {
    case 'installed-nowhere':
      return {
        message: 'The App is installed nowhere.',
        hint: 'Install it: on the App’s settings page, Install App.',
      };
    case 'installation-suspended':
      return {
        message: `The installation on ${check.account} is suspended: nothing is heard of it or done there.`,
        hint: `The owner of ${check.account} can end that (Installed GitHub Apps).`,
      };
    case 'installation-not-served':
      return {
        message: `The App is installed on ${check.account}, which this server does not serve.`,
        hint: 'Add it to ALLOWED_OWNERS, or uninstall the App there.',
      };
    case 'installation-right':
      return { message: `The App is installed on ${check.account} with all it asks for.`, hint: null };
    case 'installations-not-served':
      return {
        message: `The App is installed on ${check.count} accounts that this server does not serve: ${someOf(check)}.`,
        hint: 'Add them to ALLOWED_OWNERS, or uninstall the App there.',
      };
    case 'installations-right':
      return {
        message: `The App is installed on ${check.count} accounts with all it asks for: ${someOf(check)}.`,
        hint: null,
      };
    case 'installation-lacks-grants': {
      const lacking = [...check.permissions, ...check.events.map((event) => `the event ${event}`)];
      return {
        message: `The installation on ${check.account} lacks ${listWords(lacking)}.`,
        hint: `The owner of ${check.account} has to accept the App’s new permissions (Installed GitHub Apps, Review request).`,
      };
    }
  }
}

function someOf({ count, accounts }: { readonly count: number; readonly accounts: readonly string[] }): string {
  return accounts.length < count ? `${accounts.join(', ')} and others` : listWords(accounts);
}
