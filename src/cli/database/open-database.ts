// Opens the server's database for commands that also work without one.
import { OutsideError } from '../../net/outside-error.ts';
import type { RepoName } from '../../domain/image/reference.ts';
import type { Database } from '../../engine/examine/fact-sources.ts';
import { listAuditedRepos } from './audited-repos.ts';
import type { CliServices } from '../services.ts';

export type OpenedDatabase = {
  readonly database: Database;
  /** 0 where the database does not know the repository. */
  readonly repoId: number;
};

/** Absent on a machine other than the server's. */
export async function openDatabase(services: CliServices, name: RepoName): Promise<OpenedDatabase> {
  try {
    const store = await services.store();
    const repos = await listAuditedRepos(store, undefined);
    const known = repos.find((repo) => repo.name.toLowerCase() === name.toLowerCase());
    return { database: { kind: 'open', store }, repoId: known?.id ?? 0 };
  } catch (error) {
    if (!(error instanceof OutsideError)) throw error;
    return { database: { kind: 'absent', why: error.message }, repoId: 0 };
  }
}
