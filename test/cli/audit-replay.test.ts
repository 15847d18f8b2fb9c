// A trail that is whole in itself and means what can't have been: it is verified by what it says, and by what GitHub keeps.
import { DatabaseSync } from 'node:sqlite';
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { appendToChain, type AuditEntry, type AuditHead } from '../../src/domain/audit/audit.ts';
import { startImageWorld, type ImageWorld } from './image-world.ts';

let w: ImageWorld;

beforeEach(async () => {
  w = await startImageWorld();
  const issue = w.repo.openIssue({ title: 'Release', by: 'ada' });
  await w.repo.comment({ issue, by: 'ada', body: `/promote staging-${w.short}` });
  await w.world.drain();
  await w.repo.comment({ issue, by: 'bob', body: '/approve P1' });
  await w.world.drain();
});
afterEach(async () => {
  await w.close();
});

const Verified = z.object({
  repos: z.array(
    z.object({
      repo: z.string(),
      verification: z.object({ problem: z.object({ seq: z.number(), problem: z.string() }).nullable() }),
      anchors: z.object({ problems: z.array(z.unknown()) }).nullable(),
    }),
  ),
});

async function verify(
  flags = '',
): Promise<{ readonly code: number; readonly repos: z.infer<typeof Verified>['repos'] }> {
  const { code, out } = await w.cli(`audit verify --json ${flags}`);
  return { code, repos: Verified.parse(JSON.parse(out)).repos };
}

function open(): DatabaseSync {
  return new DatabaseSync(w.databaseUrl.slice('sqlite:'.length), { enableForeignKeyConstraints: false });
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Writes the trail anew from these entries, with a chain that is whole. */
function rewrite(change: (entries: readonly AuditEntry[]) => readonly AuditEntry[]): void {
  const database = open();
  const entries = database
    .prepare('SELECT entry FROM audit ORDER BY seq')
    .all()
    .map((row): AuditEntry => JSON.parse(String(row['entry'])));
  database.exec('DELETE FROM audit');
  let head: AuditHead | null = null;
  const insert = database.prepare(
    'INSERT INTO audit (repo_id, seq, previous_hash, entry, hash) VALUES (?, ?, ?, ?, ?)',
  );
  for (const entry of change(entries)) {
    const row = appendToChain({ repoId: w.repo.id, head, entry, sha256 });
    insert.run(row.repoId, row.seq, row.previousHash, row.entry, row.hash);
    head = { seq: row.seq, hash: row.hash };
  }
  database.prepare('UPDATE repos SET audit_seq = ?, audit_hash = ?').run(head?.seq ?? 0, head?.hash ?? '');
  database.close();
}

test('a promotion that enough people approved is intact', async () => {
  expect(await verify()).toMatchObject({ code: 0, repos: [{ verification: { problem: null } }] });
});

test.each<[string, string, (entries: readonly AuditEntry[]) => readonly AuditEntry[]]>([
  ['the review is left out', 'unapproved', (all) => all.filter(({ kind }) => kind !== 'reviewed')],
  [
    'the review is of another plan',
    'unapproved',
    (all) => all.map((one) => (one.kind === 'reviewed' ? { ...one, details: { ...one.details, subject: 'x' } } : one)),
  ],
  [
    'the review is by who asked',
    'unapproved',
    (all) => {
      const asked = all.find(({ kind }) => kind === 'requested')?.actor ?? null;
      return all.map((one) => {
        if (one.kind === 'reviewed') return { ...one, actor: asked };
        const approvedBy = asked === null ? [] : [{ ...asked, at: 0 }];
        return one.kind === 'applying' ? { ...one, details: { ...one.details, approvedBy } } : one;
      });
    },
  ],
  ['nothing was ever to be moved', 'unplanned', (all) => all.filter(({ kind }) => kind !== 'applying')],
])('a whole chain where %s is named: %s', async (_name, problem, change) => {
  rewrite(change);
  expect(await verify()).toMatchObject({ code: 1, repos: [{ verification: { problem: { problem } } }] });
});

test('a deleted trail is detected if there are promotions', async () => {
  rewrite(() => []);
  expect(await verify()).toMatchObject({ code: 1, repos: [{ verification: { problem: { problem: 'no-trail' } } }] });
});

test('a repository that was deleted with its trail is found by the heads on GitHub', async () => {
  const database = open();
  database.exec('PRAGMA foreign_keys = OFF; DELETE FROM audit; DELETE FROM promotions; DELETE FROM repos');
  database.close();
  expect((await verify()).code).toBe(0);
  const { code, repos } = await verify('--anchors');
  expect(code).toBe(1);
  expect(repos.find(({ repo }) => repo === 'acme/dotca')?.anchors?.problems).not.toEqual([]);
});
