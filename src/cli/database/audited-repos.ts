// Lists the repositories of the database: those that ever had a promotion, and so an audit trail.
import { nearestOf } from '../../domain/edit-distance.ts';
import { OutsideError } from '../../net/outside-error.ts';
import { parseRepoName } from '../../domain/image/reference.ts';
import { listAuditedRepoIds } from '../../store/audit.ts';
import type { Store } from '../../store/database/database.ts';
import type { Repo } from '../../domain/promotion/promotion.ts';
import { findRepo } from '../../store/repos.ts';
import { listWords } from '../../messages/format.ts';
import { quoteTyped, REPO_FORM, type Argument, type Flag } from '../command.ts';

export type AuditedRepo = {
  readonly id: number;
  /** Today's name, or the id where the database knows no name for it. */
  readonly name: string;
  /** As GitHub knows it, where the database does not. */
  readonly installed?: Repo;
};

export const repoFlag: Flag = {
  value: '<owner/name>',
  summary: 'only this GitHub repository (default: all)',
  form: REPO_FORM,
  isValid: (text) => parseRepoName(text) !== null,
};

export const repoArgument: Argument = {
  name: '[owner/name]',
  summary: 'a GitHub repository, such as acme/dotca (default: all)',
  form: REPO_FORM,
  isValid: (text) => parseRepoName(text) !== null,
  isOptional: true,
};

/** All with an audit trail, or those of that name; a name without one is an OutsideError. */
export async function listAuditedRepos({ db }: Store, name: string | undefined): Promise<readonly AuditedRepo[]> {
  const repos: AuditedRepo[] = [];
  for (const id of await listAuditedRepoIds(db)) {
    const repo = await findRepo(db, id);
    repos.push({ id, name: repo?.name ?? `repository ${id}` });
  }
  if (name === undefined) return repos;
  const named = repos.filter((repo) => repo.name.toLowerCase() === name.toLowerCase());
  if (named.length > 0) return named;
  const names = repos.map((repo) => repo.name);
  const problem = `unknown repository ${quoteTyped(name)}. ${hintFor(name, names)}`;
  throw new OutsideError(problem, { code: 'repo-not-audited', retryable: false });
}

const MAX_NAMED = 10;

function hintFor(typed: string, names: readonly string[]): string {
  if (names.length === 0) return 'The database has no promotions yet.';
  const meant = nearestOf(typed, names);
  if (meant !== null) return `Did you mean ${meant}?`;
  const shown = names.slice(0, MAX_NAMED);
  const rest = names.length - shown.length;
  return `The database has ${listWords([...shown, ...(rest > 0 ? [`${rest} more`] : [])])}.`;
}
