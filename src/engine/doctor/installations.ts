// Checks of the App's installations: is it served, alive, and granted what app.yml asks for?
import type { AppClient } from '../../github/client/client.ts';
import { listInstallations, type Installation, type OwnApp } from '../../github/app/own-app.ts';
import { listWords } from '../../messages/format.ts';
import { missingGrants } from './app.ts';
import { fine, trouble, unlessFails, type Check } from './check.ts';
import type { DoctorSetup } from './setup.ts';

export async function examineInstallations(
  setup: DoctorSetup,
  { client, app }: { readonly client: AppClient; readonly app: OwnApp },
): Promise<readonly Check[]> {
  return unlessFails('installation', async () => {
    const installations = await listInstallations(client);
    if (installations.length > 0) return installations.map((one) => checkInstallation(setup, app, one));
    const hint = 'Install it: on the App’s settings page, Install App.';
    return [trouble('fail', 'installation', { message: 'The App is installed nowhere.', hint })];
  });
}

function checkInstallation({ manifest, settings }: DoctorSetup, app: OwnApp, installation: Installation): Check {
  const { account, isSuspended } = installation;
  const name = 'installation';
  if (isSuspended) {
    const message = `The installation on ${account} is suspended: nothing is heard of it or done there.`;
    return trouble('fail', name, { message, hint: `The owner of ${account} can end that (Installed GitHub Apps).` });
  }
  const served = settings.allowedOwners ?? [app.owner.toLowerCase()];
  if (!served.includes(account.toLowerCase())) {
    const message = `The App is installed on ${account}, which this server does not serve.`;
    return trouble('warn', name, { message, hint: `Add it to ALLOWED_OWNERS, or uninstall the App there.` });
  }
  const { permissions, events } = missingGrants(installation, manifest);
  if (permissions.length === 0 && events.length === 0)
    return fine(name, `The App is installed on ${account} with all it asks for.`);
  const message = `The installation on ${account} lacks ${listWords([...permissions, ...events.map((event) => `the event ${event}`)])}.`;
  const hint = `The owner of ${account} has to accept the App’s new permissions (Installed GitHub Apps, Review request).`;
  return trouble('fail', name, { message, hint });
}
