// Checks of the GitHub App: its key, the clock that signs with it, and whether it has the permissions and events of app.yml.
import type { Check } from '../../domain/doctor/check.ts';
import { OutsideError } from '../../net/outside-error.ts';
import { clockOfRefusal, fetchOwnApp, type Grants, type OwnApp } from '../../github/app/own-app.ts';
import type { DoctorSetup } from './setup.ts';

export type AppExamination = { readonly checks: readonly Check[]; readonly app: OwnApp | null };

/** Above it, GitHub refuses our signature as issued in the future or valid for too long. */
const MAX_SKEW_MS = 30_000;
/** GitHub's times are in whole seconds, and an answer takes time. */
const USUAL_SKEW_MS = 5_000;

export async function examineApp({ github, manifest, now }: DoctorSetup): Promise<AppExamination> {
  const name = 'app-key';
  if (github.kind === 'none')
    return { app: null, checks: [{ name, outcome: 'fail', code: 'no-app', detail: github.why }] };
  try {
    const app = await fetchOwnApp(github.github.asApp());
    const key = { name, outcome: 'ok', code: 'key-accepted', app: app.name, id: app.id, owner: app.owner } as const;
    return { app, checks: [key, ...checkClock(app.at, now()), ...checkAppGrants(app, manifest)] };
  } catch (error) {
    if (!(error instanceof OutsideError)) throw error;
    const code = error.code === 'github-unauthorized' ? 'key-refused' : 'app-unreadable';
    const key = { name, outcome: 'fail', code, problem: error.toProblem() } as const;
    return { app: null, checks: [key, ...checkClock(clockOfRefusal(error), now())] };
  }
}

/** `at` is GitHub's clock in whole seconds. Without an answer there is no check. */
export function checkClock(at: number | null, now: number): readonly Check[] {
  if (at === null) return [];
  const name = 'clock';
  const aheadMs = now - at;
  const size = Math.abs(aheadMs);
  if (size <= USUAL_SKEW_MS) return [{ name, outcome: 'ok', code: 'clock-right' }];
  return [{ name, outcome: size <= MAX_SKEW_MS ? 'warn' : 'fail', code: 'clock-wrong', aheadMs }];
}

/** They bring texts whose commands are only answered with a hint; a test compares them with the table of webhooks. */
export const HINT_EVENTS: readonly string[] = [
  'issues',
  'pull_request',
  'pull_request_review',
  'pull_request_review_comment',
];

/** What app.yml asks for and is not granted. Without the events that only lead to hints, all else works. */
export function missingGrants(
  granted: Grants,
  { default_permissions: permissions, default_events: events }: DoctorSetup['manifest'],
): { readonly permissions: readonly string[]; readonly events: readonly string[] } {
  const needed = events.filter((event) => !HINT_EVENTS.includes(event));
  return {
    permissions: Object.entries(permissions)
      .filter(([name, wanted]) => !reaches(granted.permissions[name], wanted))
      .map(([name, wanted]) => `${name}: ${wanted}`),
    events: needed.filter((event) => !granted.events.includes(event)),
  };
}

function checkAppGrants(app: OwnApp, manifest: DoctorSetup['manifest']): readonly Check[] {
  const { permissions } = missingGrants(app, manifest);
  const wanted = manifest.default_permissions;
  const surplus = Object.entries(app.permissions)
    .filter(([name, has]) => wanted[name] === undefined || !reaches(wanted[name], has))
    .map(([name, has]) => `${name}: ${has}`);
  return [checkPermissions(permissions, surplus), checkEvents(app, manifest)];
}

function checkPermissions(missing: readonly string[], surplus: readonly string[]): Check {
  const name = 'app-permissions';
  if (missing.length > 0) return { name, outcome: 'fail', code: 'permissions-missing', permissions: missing };
  if (surplus.length > 0) return { name, outcome: 'warn', code: 'permissions-surplus', permissions: surplus };
  return { name, outcome: 'ok', code: 'permissions-right' };
}

function checkEvents(app: OwnApp, manifest: DoctorSetup['manifest']): Check {
  const name = 'app-events';
  const events = manifest.default_events.filter((event) => !app.events.includes(event));
  if (events.length === 0) return { name, outcome: 'ok', code: 'events-right' };
  if (events.every((event) => HINT_EVENTS.includes(event))) {
    return { name, outcome: 'warn', code: 'hint-events-missing', events };
  }
  return { name, outcome: 'fail', code: 'events-missing', events };
}

function reaches(has: string | undefined, wanted: string): boolean {
  return has === wanted || has === 'write' || has === 'admin';
}
