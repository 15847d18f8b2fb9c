// Checks of the App's installations: is it served, alive, and granted what app.yml asks for?
import type { Check } from '../../domain/doctor/check.ts';
import type { AppClient } from '../../github/client/client.ts';
import { listInstallations, type Installation, type OwnApp } from '../../github/app/own-app.ts';
import { missingGrants } from './app.ts';
import { unlessFails } from './check.ts';
import type { DoctorSetup } from './setup.ts';

export async function examineInstallations(
  setup: DoctorSetup,
  { client, app }: { readonly client: AppClient; readonly app: OwnApp },
): Promise<readonly Check[]> {
  return unlessFails('installation', async () => {
    const installations = await listInstallations(client);
    if (installations.length > 0) return summarize(installations.map((one) => checkInstallation(setup, app, one)));
    return [{ name: 'installation', outcome: 'fail', code: 'installed-nowhere' }];
  });
}

const MAX_NAMED = 10;

/** Failures are separate checks. Many others with the same result share one. */
function summarize(checks: readonly InstallationCheck[]): readonly Check[] {
  const failed = checks.filter(({ outcome }) => outcome === 'fail');
  const notServed = checks.filter(({ code }) => code === 'installation-not-served');
  const right = checks.filter(({ code }) => code === 'installation-right');
  return [
    ...failed,
    ...(isMany(notServed)
      ? [{ ...WARN, code: 'installations-not-served', ...countOf(notServed) } as const]
      : notServed),
    ...(isMany(right) ? [{ ...OK, code: 'installations-right', ...countOf(right) } as const] : right),
  ];
}

const WARN = { name: 'installation', outcome: 'warn' } as const;
const OK = { name: 'installation', outcome: 'ok' } as const;

function isMany(checks: readonly InstallationCheck[]): boolean {
  return checks.length > MAX_NAMED;
}

function countOf(checks: readonly InstallationCheck[]): {
  readonly count: number;
  readonly accounts: readonly string[];
} {
  return { count: checks.length, accounts: checks.slice(0, MAX_NAMED).map(({ account }) => account) };
}

type InstallationCheck = Extract<Check, { readonly name: 'installation'; readonly account: string }>;

function checkInstallation(
  { manifest, settings }: DoctorSetup,
  app: OwnApp,
  installation: Installation,
): InstallationCheck {
  const { account, isSuspended } = installation;
  const name = 'installation';
  if (isSuspended) return { name, outcome: 'fail', code: 'installation-suspended', account };
  const served = settings.allowedOwners ?? [app.owner.toLowerCase()];
  if (!served.includes(account.toLowerCase()))
    return { name, outcome: 'warn', code: 'installation-not-served', account };
  const lacking = missingGrants(installation, manifest);
  if (lacking.permissions.length === 0 && lacking.events.length === 0)
    return { name, outcome: 'ok', code: 'installation-right', account };
  return { name, outcome: 'fail', code: 'installation-lacks-grants', account, ...lacking };
}
