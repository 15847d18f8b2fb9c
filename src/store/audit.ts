// The audit trail in the database: appended to and read, never changed.
import {
  appendToChain,
  findChainProblem,
  type AuditEntry,
  type AuditHead,
  type AuditRow,
} from '../domain/audit/audit.ts';
import type { ChainProblem } from '../domain/audit/audit.ts';
import { findReplayProblem, type ReplayProblem } from '../domain/audit/replay.ts';
import { lockRepo } from './repos.ts';
import type { Db, Tx } from './database/schema.ts';

export type AuditVerification = {
  /** How many rows were checked. */
  readonly rows: number;
  /** The recorded head; null for an empty chain. Compare it with that of cards and check runs on GitHub. */
  readonly head: AuditHead | null;
  readonly problem: AuditProblem | null;
};

/** `beyond-head`: rows after the recorded head, which this code never writes. */
export type AuditProblem =
  | ChainProblem
  | ReplayProblem
  | { readonly seq: number; readonly problem: 'beyond-head' }
  /** The repository has promotions, but no row. */
  | { readonly seq: number; readonly problem: 'no-trail' };

const PAGE = 1000;

/** Appends the entries in order, and moves and returns the head. `sha256` gives lower-case hex. */
export async function appendAudit(
  tx: Tx,
  args: {
    readonly repoId: number;
    readonly entries: readonly AuditEntry[];
    readonly sha256: (text: string) => string;
  },
): Promise<AuditHead | null> {
  const { repoId, entries, sha256 } = args;
  let head = await lockRepo(tx, repoId);
  const rows: AuditRow[] = [];
  for (const entry of entries) {
    const row = appendToChain({ repoId, head, entry, sha256 });
    rows.push(row);
    head = { seq: row.seq, hash: row.hash };
  }
  if (head === null || rows.length === 0) return head;
  const values = rows.map(({ seq, previousHash, entry, hash }) => ({
    repo_id: repoId,
    seq,
    previous_hash: previousHash,
    entry,
    hash,
  }));
  await tx.insertInto('audit').values(values).execute();
  await tx.updateTable('repos').set({ audit_seq: head.seq, audit_hash: head.hash }).where('id', '=', repoId).execute();
  return head;
}

export async function findAuditHead(db: Db, repoId: number): Promise<AuditHead | null> {
  const row = await db
    .selectFrom('repos')
    .select(['audit_seq', 'audit_hash'])
    .where('id', '=', repoId)
    .executeTakeFirst();
  return row === undefined || row.audit_seq === 0 ? null : { seq: row.audit_seq, hash: row.audit_hash };
}

/** The ids of the repositories that have an audit trail or should have one, in order. */
export async function listAuditedRepoIds(db: Db): Promise<readonly number[]> {
  const rows = await db
    .selectFrom('repos')
    .select('id')
    .where((where) => where.or([where('audit_seq', '>', 0), where('next_promotion', '>', 1)]))
    .union(db.selectFrom('audit').select('repo_id as id'))
    .orderBy('id')
    .execute();
  return rows.map(({ id }) => id);
}

/** One page of a repository's trail in order of seq; continue after the last row's. */
export async function listAudit(
  db: Db,
  args: { readonly repoId: number; readonly afterSeq: number; readonly limit: number },
): Promise<readonly AuditRow[]> {
  const rows = await db
    .selectFrom('audit')
    .selectAll()
    .where('repo_id', '=', args.repoId)
    .where('seq', '>', args.afterSeq)
    .orderBy('seq')
    .limit(args.limit)
    .execute();
  return rows.map((row) => ({
    repoId: row.repo_id,
    seq: row.seq,
    previousHash: row.previous_hash,
    entry: row.entry,
    hash: row.hash,
  }));
}

/** Checks every row of a repository against the chain and against the recorded head, while others may append. */
export async function verifyAudit(
  db: Db,
  { repoId, sha256 }: { readonly repoId: number; readonly sha256: (text: string) => string },
): Promise<AuditVerification> {
  const headBefore = await findAuditHead(db, repoId);
  const rows: AuditRow[] = [];
  for (let more = true; more;) {
    const page = await listAudit(db, { repoId, afterSeq: rows.at(-1)?.seq ?? 0, limit: PAGE });
    rows.push(...page);
    more = page.length === PAGE;
  }
  const headAfter = await findAuditHead(db, repoId);
  const problem =
    findChainProblem(rows, { repoId, sha256 }) ??
    findHeadProblem(rows, { before: headBefore, after: headAfter }) ??
    (rows.length === 0 && (await hasPromotions(db, repoId)) ? ({ seq: 1, problem: 'no-trail' } as const) : null) ??
    findReplayProblem(rows);
  return { rows: rows.length, head: headAfter, problem };
}

/** Every promotion begins with a row. */
async function hasPromotions(db: Db, repoId: number): Promise<boolean> {
  const row = await db.selectFrom('promotions').select('id').where('repo_id', '=', repoId).limit(1).executeTakeFirst();
  return row !== undefined;
}

/** Rows and head are committed together: the row of the head before exists, and no row is beyond the head after. */
function findHeadProblem(
  rows: readonly AuditRow[],
  { before, after }: { readonly before: AuditHead | null; readonly after: AuditHead | null },
): AuditProblem | null {
  if (before !== null) {
    if (rows.length < before.seq) return { seq: rows.length + 1, problem: 'missing' };
    if (rows[before.seq - 1]?.hash !== before.hash) return { seq: before.seq, problem: 'changed' };
  }
  const last = after?.seq ?? 0;
  return rows.length > last ? { seq: last + 1, problem: 'beyond-head' } : null;
}
