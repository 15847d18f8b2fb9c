// Lists the repositories that a command about the audit trail covers.
import { OutsideError } from '../net/outside-error.ts';
import { parseRepoName } from '../domain/image/reference.ts';
import { listAuditedRepoIds } from '../store/audit.ts';
import type { Store } from '../store/database/database.ts';
import type { Repo } from '../domain/promotion/promotion.ts';
import { findRepo } from '../store/repos.ts';
import type { Flag } from './command.ts';

export type AuditedRepo = {
  readonly id: number;
  /** The current name, or the id if the database has no name. */
  readonly name: string;
  /** The name on GitHub, if the database has none. */
  readonly installed?: Repo;
};

export const repoFlag: Flag = {
  value: '<owner/name>',
  summary: 'only this GitHub repository (default: all)',
  isValid: (text) => parseRepoName(text) !== null,
};

/** All repositories with an audit trail, or those of that name. A name without a trail is an OutsideError. */
export async function listAuditedRepos({ db }: Store, name: string | undefined): Promise<readonly AuditedRepo[]> {
  const repos: AuditedRepo[] = [];
  for (const id of await listAuditedRepoIds(db)) {
    const repo = await findRepo(db, id);
    repos.push({ id, name: repo?.name ?? `repository ${id}` });
  }
  if (name === undefined) return repos;
  const named = repos.filter((repo) => repo.name.toLowerCase() === name.toLowerCase());
  if (named.length > 0) return named;
  throw new OutsideError(`the database has no audit rows for ${name}`, { code: 'repo-not-audited', retryable: false });
}
