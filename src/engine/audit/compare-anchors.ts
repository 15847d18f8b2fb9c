// Compares the heads on cards and check runs with the rows: a person who can write our database can't change GitHub.
import { formatNumber, type Repo } from '../../domain/promotion/promotion.ts';
import type { GitHub } from '../../github/client/client.ts';
import { fetchCheckRunText, listOwnComments, type OwnComment } from '../../github/comments/own-texts.ts';
import { readAuditLine, type PrintedHead } from '../../messages/log/audit-line.ts';
import { listAudit } from '../../store/audit.ts';
import type { Db } from '../../store/database/database.ts';
import { listCheckRuns } from '../../store/promotions/github-marks.ts';

export type AnchorProblem = {
  readonly head: PrintedHead;
  /** Where it is printed. */
  readonly url: string;
  /** The beginning of the row's hash; null without such a row. */
  readonly found: string | null;
};

export type AnchorComparison = {
  /** How many heads were compared, and the newest of them. */
  readonly heads: number;
  readonly newest: PrintedHead | null;
  readonly problems: readonly AnchorProblem[];
  /** False if there are more comments than were read. */
  readonly all: boolean;
};

const MAX_COMMENT_PAGES = 50;
const MAX_CHECK_RUNS = 100;

/** Sends a request per hundred comments and one per check run. OutsideError if GitHub can't answer. */
export async function compareAnchors(
  { db, github }: { readonly db: Db; readonly github: Pick<GitHub, 'forRepo'> },
  repo: Repo,
  progress: (message: string) => void,
): Promise<AnchorComparison> {
  const client = github.forRepo(repo);
  progress('comments');
  const { comments, all } = await listOwnComments({ client, repo: repo.name, maxPages: MAX_COMMENT_PAGES });
  const runs: OwnComment[] = [];
  for (const { number, checkRunId: id } of await listCheckRuns(db, { repoId: repo.id, limit: MAX_CHECK_RUNS })) {
    progress(`the check run of ${formatNumber(number)}`);
    const run = await fetchCheckRunText({ client, repo: repo.name, id });
    if (run !== null) runs.push(run);
  }
  const printed = [...comments, ...runs].flatMap(({ url, body }) => {
    const head = readAuditLine(body);
    return head === null ? [] : [{ url, head }];
  });
  const problems: AnchorProblem[] = [];
  for (const { url, head } of printed) {
    const found = await findHashStart(db, { repoId: repo.id, head });
    if (found !== head.hashStart) problems.push({ url, head, found });
  }
  const newest = printed.map(({ head }) => head).toSorted((a, b) => b.seq - a.seq)[0] ?? null;
  return { heads: printed.length, newest, problems, all };
}

/** As many digits of the row's hash as the head has; null without such a row. */
export async function findHashStart(
  db: Db,
  { repoId, head }: { readonly repoId: number; readonly head: PrintedHead },
): Promise<string | null> {
  const [row] = await listAudit(db, { repoId, afterSeq: head.seq - 1, limit: 1 });
  return row?.seq === head.seq ? row.hash.slice(0, head.hashStart.length) : null;
}
