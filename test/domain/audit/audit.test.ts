// The audit chain: no row can be changed, moved or left out unseen.
import { assert, constantFrom, nat, property } from 'fast-check';
import { expect, test } from 'vitest';
import {
  appendToChain,
  findChainProblem,
  formatHead,
  GENESIS_HASH,
  type AuditEntry,
  type AuditRow,
  type ChainProblem,
} from '../../../src/domain/audit/audit.ts';
import { ALICE, must, NOW, sha256 } from '../build.ts';

function entry(kind: string): AuditEntry {
  return { kind, at: NOW, promotion: 12, actor: ALICE, details: { z: 1, a: [null, 'text'] } };
}

function chain(kinds: readonly string[], repoId = 77): readonly AuditRow[] {
  return kinds.reduce<readonly AuditRow[]>(
    (rows, kind) => [...rows, appendToChain({ repoId, head: rows.at(-1) ?? null, entry: entry(kind), sha256 })],
    [],
  );
}

/** A row made anew with a right hash of its own, as somebody with the database and this code would. */
function forged(row: AuditRow, change: Partial<AuditRow>): AuditRow {
  const { repoId, seq, previousHash, entry: text } = { ...row, ...change };
  const hash = sha256([repoId, seq, previousHash, text].join('\n'));
  return { repoId, seq, previousHash, entry: text, hash };
}

const rows = chain(['requested', 'examined', 'reviewed', 'applying', 'promoted']);
const at = (index: number): AuditRow => must(rows[index]);
const [a, b, c, d, e] = [at(0), at(1), at(2), at(3), at(4)];

test('the first row follows the genesis hash, each next one the row before it', () => {
  expect(rows.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
  expect(rows.map(({ previousHash }) => previousHash)).toEqual([
    GENESIS_HASH,
    ...rows.slice(0, -1).map(({ hash }) => hash),
  ]);
});

test('an entry is stored as canonical JSON', () => {
  expect(a.entry).toBe(
    `{"actor":{"id":1,"login":"alice"},"at":${NOW},"details":{"a":[null,"text"],"z":1},"kind":"requested","promotion":12}`,
  );
});

test('a head prints as its number and eight digits', () => {
  expect(formatHead({ seq: 123, hash: `ab12cd34${'0'.repeat(56)}` })).toBe('123·ab12cd34');
});

const text = c.entry.replace('alice', 'mallory');
const other = chain(['requested', 'examined', 'stolen'], 78);

const ROWS: readonly (readonly [string, readonly AuditRow[], ChainProblem | null])[] = [
  ['a whole chain has no problem', rows, null],
  ['an empty chain has no problem', [], null],
  ['a chain without its newest rows is whole in itself (the head tells)', [a, b, c], null],
  ['a changed entry', [a, b, { ...c, entry: text }, d, e], { seq: 3, problem: 'changed' }],
  ['a changed hash', [a, b, { ...c, hash: d.hash }, d, e], { seq: 3, problem: 'changed' }],
  ['a changed previous hash', [a, b, { ...c, previousHash: a.hash }, d, e], { seq: 3, problem: 'changed' }],
  ['an entry written anew with a right hash', [a, b, forged(c, { entry: text }), d, e], { seq: 3, problem: 'changed' }],
  ['a first row written anew', [forged(a, { entry: text }), b, c, d, e], { seq: 1, problem: 'changed' }],
  ['a first row that follows something', [forged(a, { previousHash: b.hash }), b], { seq: 1, problem: 'changed' }],
  ['a missing row', [a, b, d, e], { seq: 3, problem: 'missing' }],
  ['a missing first row', [b, c, d, e], { seq: 1, problem: 'missing' }],
  ['a missing row, closed up by numbers', [a, b, { ...d, seq: 3 }], { seq: 3, problem: 'changed' }],
  ['two rows in each other’s place', [a, b, d, c, e], { seq: 4, problem: 'reordered' }],
  ['a row twice', [a, b, b, c], { seq: 2, problem: 'reordered' }],
  ['two entries exchanged', [a, { ...b, entry: c.entry }, { ...c, entry: b.entry }], { seq: 2, problem: 'changed' }],
  ['a row of another repository', [a, b, must(other[2]), d], { seq: 3, problem: 'wrong-repository' }],
];

test.each(ROWS)('%s', (_name, stored, problem) => {
  expect(findChainProblem(stored, { repoId: 77, sha256 })).toEqual(problem);
});

test('any change of a stored row is found at that row or before', () => {
  const fields = constantFrom('previousHash', 'entry', 'hash');
  assert(
    property(nat(4), fields, nat(1000), (index, field, position) => {
      const row = must(rows[index]);
      const place = position % row[field].length;
      const changed = `${row[field].slice(0, place)}${row[field][place] === '0' ? '1' : '0'}${row[field].slice(place + 1)}`;
      const stored = rows.with(index, { ...row, [field]: changed });
      expect(findChainProblem(stored, { repoId: 77, sha256 })).toEqual({ seq: index + 1, problem: 'changed' });
    }),
  );
});
