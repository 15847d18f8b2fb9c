// What the administrators of a repository do with it as a whole; the App hears of each.
import type { Deliveries, Sent } from './deliveries.ts';
import { repositoryPayload, type About } from './payloads.ts';
import { accountOf, ensureAccount, nameOf, type Repo, type State } from './state.ts';

export type RepoSettings = {
  readonly rename: (name: string) => Promise<Sent>;
  /** To another account that this GitHub was started with. */
  readonly transfer: (owner: string) => Promise<Sent>;
  readonly archive: () => Promise<Sent>;
  readonly unarchive: () => Promise<Sent>;
  /** GitHub tells the App nothing that it listens to. */
  readonly disableIssues: () => void;
  readonly delete: () => Promise<Sent>;
};

export function openSettings(parts: {
  readonly state: State;
  readonly repo: Repo;
  readonly deliveries: Deliveries;
}): RepoSettings {
  const { state, repo, deliveries } = parts;
  const tell = (event: Parameters<typeof repositoryPayload>[1]): Promise<Sent> => {
    const about: About = { state, repo, sender: ensureAccount(state, `${repo.owner.login}-admin`) };
    return deliveries.deliver({ event: 'repository', payload: repositoryPayload(about, event) });
  };
  return {
    rename: (name) => {
      const before = { name: nameOf(repo) };
      repo.names.push(name);
      return tell({ action: 'renamed', before });
    },
    transfer: (owner) => {
      const before = { owner: repo.owner };
      repo.owner = accountOf(state, owner);
      return tell({ action: 'transferred', before });
    },
    archive: () => {
      repo.archived = true;
      return tell({ action: 'archived' });
    },
    unarchive: () => {
      repo.archived = false;
      return tell({ action: 'unarchived' });
    },
    disableIssues: () => {
      repo.issuesDisabled = true;
    },
    delete: () => {
      state.repos.delete(repo.id);
      return tell({ action: 'deleted' });
    },
  };
}
