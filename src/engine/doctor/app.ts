// Checks of the GitHub App: its key, the clock that signs with it, and whether it may and hears what app.yml asks for.
import { OutsideError } from '../../net/outside-error.ts';
import { clockOfRefusal, fetchOwnApp, type Grants, type OwnApp } from '../../github/app/own-app.ts';
import { listWords, plural } from '../../messages/format.ts';
import { fine, trouble, type Check } from './check.ts';
import type { DoctorSetup } from './setup.ts';

export type AppExamination = { readonly checks: readonly Check[]; readonly app: OwnApp | null };

/** Above it, GitHub takes what we sign for signed in the future, or for too long. */
const MAX_SKEW_MS = 30_000;
/** GitHub tells whole seconds, and an answer is on its way for a while. */
const USUAL_SKEW_MS = 5_000;

export async function examineApp({ github, manifest, now }: DoctorSetup): Promise<AppExamination> {
  if (github.kind === 'none') {
    const hint = 'Start the server without it and open /setup there, or fill in the variables of .env.example.';
    return { app: null, checks: [trouble('fail', 'app-key', { message: `There is no App: ${github.why}.`, hint })] };
  }
  try {
    const app = await fetchOwnApp(github.github.asApp());
    const message = `GitHub accepts the key of ${app.name} (${app.id}), the App of ${app.owner}.`;
    return { app, checks: [fine('app-key', message), ...checkClock(app.at, now()), ...checkAppGrants(app, manifest)] };
  } catch (error) {
    if (!(error instanceof OutsideError)) throw error;
    const refused = error.code === 'github-unauthorized';
    const hint = refused
      ? 'Compare APP_ID with the number on the App’s settings page; make a new private key there if in doubt.'
      : 'Is GITHUB_API_URL right, and may this machine reach it?';
    const key = trouble('fail', 'app-key', { message: error.message, hint });
    return { app: null, checks: [key, ...checkClock(clockOfRefusal(error), now())] };
  }
}

/** `at` is GitHub's clock in whole seconds; nothing is said where no answer came. */
export function checkClock(at: number | null, now: number): readonly Check[] {
  if (at === null) return [];
  const skewMs = now - at;
  const size = Math.abs(skewMs);
  const seconds = plural(Math.round(size / 1000), 'second');
  if (size <= USUAL_SKEW_MS) return [fine('clock', 'The clock agrees with GitHub’s.')];
  const message = `The clock is ${seconds} ${skewMs > 0 ? 'ahead of' : 'behind'} GitHub’s.`;
  const hint = 'Have the machine keep its time with NTP: keys, freezes and expiries go by this clock.';
  return [trouble(size <= MAX_SKEW_MS ? 'warn' : 'fail', 'clock', { message, hint })];
}

/** What app.yml asks for and is not granted. */
export function missingGrants(
  granted: Grants,
  { default_permissions: permissions, default_events: events }: DoctorSetup['manifest'],
): { readonly permissions: readonly string[]; readonly events: readonly string[] } {
  return {
    permissions: Object.entries(permissions)
      .filter(([name, wanted]) => !reaches(granted.permissions[name], wanted))
      .map(([name, wanted]) => `${name}: ${wanted}`),
    events: events.filter((event) => !granted.events.includes(event)),
  };
}

function checkAppGrants(app: OwnApp, manifest: DoctorSetup['manifest']): readonly Check[] {
  const { permissions, events } = missingGrants(app, manifest);
  const wanted = manifest.default_permissions;
  const surplus = Object.entries(app.permissions)
    .filter(([name, has]) => wanted[name] === undefined || !reaches(wanted[name], has))
    .map(([name, has]) => `${name}: ${has}`);
  return [checkPermissions(permissions, surplus), checkEvents(events)];
}

function checkPermissions(missing: readonly string[], surplus: readonly string[]): Check {
  if (missing.length > 0) {
    const message = `The App does not ask for ${listWords(missing)}, which app.yml has.`;
    const hint =
      'Add it on the App’s settings page (Permissions & events); each installation then has to accept it once.';
    return trouble('fail', 'app-permissions', { message, hint });
  }
  if (surplus.length > 0) {
    const message = `The App may more than it needs: ${listWords(surplus)}.`;
    return trouble('warn', 'app-permissions', {
      message,
      hint: 'Take it away on the App’s settings page (Permissions & events).',
    });
  }
  return fine('app-permissions', 'The App asks for the permissions of app.yml.');
}

function checkEvents(missing: readonly string[]): Check {
  if (missing.length === 0) return fine('app-events', 'The App hears of the events of app.yml.');
  const message = `The App does not hear of ${listWords(missing)}.`;
  return trouble('fail', 'app-events', {
    message,
    hint: 'Subscribe to it on the App’s settings page (Permissions & events).',
  });
}

function reaches(has: string | undefined, wanted: string): boolean {
  return has === wanted || has === 'write' || has === 'admin';
}
