// Stands where nobody can be asked: every question to GitHub is answered with the reason why not.
import { OutsideError } from '../../net/outside-error.ts';
import type { GitHub, InstallationClient } from './client.ts';

/** `why` completes the sentence that every question ends with. */
export function createNobody(why: string): Pick<GitHub, 'forInstallation'> {
  const client: InstallationClient = {
    kind: 'installation',
    installationId: 0,
    appId: 0,
    ask: async () => {
      throw new OutsideError(notAskedText(why), { code: 'github-not-asked', retryable: false });
    },
  };
  return { forInstallation: () => client };
}

export function notAskedText(why: string): string {
  return `GitHub was not asked: ${why}`;
}
