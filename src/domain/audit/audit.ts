// The audit trail: what an entry says, how entries are chained, and how a chain is checked.
import type { Person } from '../actor.ts';
import { canonicalJson, type Json } from './canonical-json.ts';

export type AuditEntry = {
  /** What happened, in kebab-case: `requested`, `examined`, `reviewed`, `promoted`, … */
  readonly kind: string;
  readonly at: number;
  readonly promotion: number | null;
  readonly actor: Person | null;
  readonly details: { readonly [key: string]: Json };
};

/** One stored row. `hash` covers everything else in it, so a changed, moved or missing row is detected. */
export type AuditRow = {
  readonly repoId: number;
  /** 1, 2, 3, … per repository. */
  readonly seq: number;
  readonly previousHash: string;
  /** Canonical JSON of the entry. */
  readonly entry: string;
  readonly hash: string;
};

export type AuditHead = { readonly seq: number; readonly hash: string };

export type ChainProblem = {
  readonly seq: number;
  readonly problem: 'missing' | 'reordered' | 'changed' | 'wrong-repository';
};

/** The `previousHash` of the first row. */
export const GENESIS_HASH = '0'.repeat(64);

/** The row that follows `head`. `sha256` gives lower-case hex. */
export function appendToChain(args: {
  readonly repoId: number;
  readonly head: AuditHead | null;
  readonly entry: AuditEntry;
  readonly sha256: (text: string) => string;
}): AuditRow {
  const seq = (args.head?.seq ?? 0) + 1;
  const previousHash = args.head?.hash ?? GENESIS_HASH;
  const entry = canonicalJson(args.entry);
  const row = { repoId: args.repoId, seq, previousHash, entry };
  return { ...row, hash: args.sha256(hashedText(row)) };
}

/**
 * The first row that breaks the chain, or null. Rows come in stored order, from seq 1. If an intact row names
 * another previous hash, somebody rewrote the row before it, and that row is returned.
 */
export function findChainProblem(
  rows: readonly AuditRow[],
  context: { readonly repoId: number; readonly sha256: (text: string) => string },
): ChainProblem | null {
  let expected = { seq: 1, previousHash: GENESIS_HASH };
  for (const row of rows) {
    if (row.seq !== expected.seq) {
      const later = row.seq < expected.seq || rows.some(({ seq }) => seq === expected.seq);
      return later ? { seq: row.seq, problem: 'reordered' } : { seq: expected.seq, problem: 'missing' };
    }
    if (row.repoId !== context.repoId) return { seq: row.seq, problem: 'wrong-repository' };
    if (row.hash !== context.sha256(hashedText(row))) return { seq: row.seq, problem: 'changed' };
    if (row.previousHash !== expected.previousHash) return { seq: Math.max(1, row.seq - 1), problem: 'changed' };
    expected = { seq: row.seq + 1, previousHash: row.hash };
  }
  return null;
}

/** How cards and check runs print a head: `123·ab12cd34`. */
export function formatHead(head: AuditHead): string {
  return `${head.seq}·${head.hash.slice(0, 8)}`;
}

function hashedText(row: Omit<AuditRow, 'hash'>): string {
  return [row.repoId, row.seq, row.previousHash, row.entry].join('\n');
}
