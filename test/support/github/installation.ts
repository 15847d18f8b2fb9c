// What the owner of an account does with the App's installation.
import type { NewDelivery, Sent } from './deliveries.ts';
import { installationPayload, installationRepositoriesPayload } from './payloads.ts';
import { ensureAccount, type Installation, type Permissions, type State } from './state.ts';

export type GitHubInstallation = {
  readonly id: number;
  /** Changes what is granted at once and tells the App. */
  readonly setPermissions: (permissions: Permissions) => Promise<Sent>;
  readonly suspend: () => Promise<Sent>;
  readonly unsuspend: () => Promise<Sent>;
  readonly install: () => Promise<Sent>;
  readonly uninstall: () => Promise<Sent>;
  /** Takes a repository out of the App's reach, or gives it back. */
  readonly withhold: (repoId: number) => Promise<Sent>;
  readonly giveBack: (repoId: number) => Promise<Sent>;
};

export function openInstallation(parts: {
  readonly state: State;
  readonly installation: Installation;
  readonly deliver: (delivery: NewDelivery) => Promise<Sent>;
}): GitHubInstallation {
  const { state, installation } = parts;
  const tell = (
    action: 'created' | 'deleted' | 'suspend' | 'unsuspend' | 'new_permissions_accepted',
  ): Promise<Sent> => {
    const sender = ensureAccount(state, `${installation.account.login}-admin`);
    return parts.deliver({
      event: 'installation',
      payload: installationPayload(state, { action, installation, sender }),
    });
  };
  const tellOfRepo = (action: 'added' | 'removed', id: number): Promise<Sent> => {
    const repo = state.repos.get(id);
    if (repo === undefined) throw new Error(`no repository ${id}`);
    const sender = ensureAccount(state, `${installation.account.login}-admin`);
    return parts.deliver({
      event: 'installation_repositories',
      payload: installationRepositoriesPayload(state, { action, installation, repo, sender }),
    });
  };
  return {
    id: installation.id,
    setPermissions: (permissions) => {
      installation.permissions = permissions;
      return tell('new_permissions_accepted');
    },
    suspend: () => {
      installation.suspendedAt = state.now();
      return tell('suspend');
    },
    unsuspend: () => {
      installation.suspendedAt = null;
      return tell('unsuspend');
    },
    install: () => {
      installation.removed = false;
      return tell('created');
    },
    uninstall: () => {
      installation.removed = true;
      return tell('deleted');
    },
    withhold: (repoId) => {
      installation.withheld.add(repoId);
      return tellOfRepo('removed', repoId);
    },
    giveBack: (repoId) => {
      installation.withheld.delete(repoId);
      return tellOfRepo('added', repoId);
    },
  };
}
