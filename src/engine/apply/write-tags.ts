// Steps 1 to 3 of applying: look at all tags, write the kept ones in parallel, then the floating ones one by one.
import { OutsideError } from '../../domain/outside-error.ts';
import type { Digest, Tag } from '../../domain/reference.ts';
import { rollbackTagName } from '../../domain/tag-plan.ts';
import type { RegistryClient } from '../../registry/client.ts';
import type { Manifest } from '../../registry/manifest.ts';
import { renameMove, type JournalRow } from '../../store/tag-moves.ts';
import { isFloating, LeaseLost, mark, readJournal, type Application } from './application.ts';
import { insist, type Insisted } from './insist.ts';

export type Written =
  | { readonly kind: 'written' }
  /** Production is not what was planned over, and nothing is written yet: plan again. */
  | { readonly kind: 'production-moved' }
  /** Going on is impossible or unsafe; `floatingWritten` tells whether something has to go back. */
  | { readonly kind: 'stopped'; readonly problem: string; readonly floatingWritten: boolean };

type Seen = { readonly digest: Digest | null; readonly manifest: Manifest | null };
type Look = { readonly target: Manifest; readonly seen: ReadonlyMap<number, Seen> };

/** Goes on from wherever the journal stands: a tag that holds its target already is not written again. */
export async function writeTags(application: Application): Promise<Written> {
  const rows = await readJournal(application);
  const looked = await look(application, rows);
  if (looked.kind === 'failed') return stopped(rows, looked.problem);
  const { seen, target } = looked.value;

  const foreign = rows.filter(isFloating).find((row) => row.state === 'planned' && isForeign(row, seen));
  if (foreign !== undefined) {
    const untouched = rows.every(({ state }) => state === 'planned');
    return untouched ? { kind: 'production-moved' } : stopped(rows, somebodyMoved(foreign, digestIn(seen, foreign)));
  }
  const kept = await writeKept(application, rows, looked.value);
  if (kept !== null) return stopped(rows, kept);
  return writeFloating(application, target);
}

/** One step: the target's bytes, and what each unwritten tag holds now. */
async function look({ services }: Application, rows: readonly JournalRow[]): Promise<Insisted<Look>> {
  const { registry } = services;
  const floating = rows.find(isFloating);
  if (floating === undefined) throw new Error('a journal without floating tags');
  const planned = rows.filter(({ state }) => state === 'planned');
  const rollback = planned.find(({ kind }) => kind === 'rollback');
  // The tag that is about to be left is read whole: its bytes are what the rollback tag needs.
  const leaving = planned.find((row) => isFloating(row) && row.baseline === rollback?.target);
  return insist(services, async () => {
    const [target, ...entries] = await Promise.all([
      registry.fetchManifest(floating.repository, floating.target),
      ...planned.map(async (row): Promise<readonly [number, Seen]> => {
        if (row === leaving) return [row.position, await seeWhole(registry, row)];
        return [row.position, { digest: await registry.findDigest(row.repository, row.tag), manifest: null }];
      }),
    ]);
    return { target, seen: new Map(entries) };
  });
}

async function seeWhole(registry: RegistryClient, { repository, tag }: JournalRow): Promise<Seen> {
  try {
    const manifest = await registry.fetchManifest(repository, tag);
    return { digest: manifest.digest, manifest };
  } catch (error) {
    if (error instanceof OutsideError && error.code === 'manifest-unknown') return { digest: null, manifest: null };
    throw error;
  }
}

/** Null when all kept tags hold their target, else the problem. All are tried before one failure counts. */
async function writeKept(
  application: Application,
  rows: readonly JournalRow[],
  { seen, target }: Look,
): Promise<string | null> {
  const planned = rows.filter((row) => !isFloating(row) && row.state === 'planned');
  const problems = await Promise.all(
    planned.map(async (row) => {
      const held = digestIn(seen, row);
      if (row.target === target.digest) return writeOneKept(application, { row, manifest: target, held });
      const read = [...seen.values()].find(({ digest }) => digest === row.target)?.manifest ?? null;
      const { registry } = application.services;
      const bytes = await insist(
        application.services,
        async () => read ?? registry.fetchManifest(row.repository, row.target),
      );
      return bytes.kind === 'failed' ? bytes.problem : writeOneKept(application, { row, manifest: bytes.value, held });
    }),
  );
  return problems.find((problem) => problem !== null) ?? null;
}

async function writeOneKept(
  application: Application,
  args: { readonly row: JournalRow; readonly manifest: Manifest; readonly held: Digest | null },
): Promise<string | null> {
  const { row, manifest, held } = args;
  const { services } = application;
  const { repository, target } = row;
  if (held === target) {
    await mark(application, row, 'written');
    return null;
  }
  if (row.kind === 'kept' && held !== null && held !== row.baseline) {
    return `${row.tag} was free when this was planned and holds ${held} now. Kept tags are never moved: build the commit once, or promote the digest that the tag holds.`;
  }
  const tag = held === null || row.kind === 'kept' ? row.tag : await renameRollback(application, row);
  const put = await insist(services, () => services.registry.putManifest({ repository, tag, manifest }));
  if (put.kind === 'failed') return put.problem;
  await mark(application, row, 'written');
  return null;
}

/** The first free name of a rollback tag whose own is taken: `…-2`, `…-3`. */
async function renameRollback({ services, job, promotion }: Application, row: JournalRow): Promise<Tag> {
  const { state } = promotion;
  const at = state.kind === 'applying' ? state.since : services.now();
  const move = promotion.moves.find(({ kind }) => kind === 'rollback');
  const slug = move?.kind === 'rollback' ? move.slug : 'release';
  for (let attempt = 2; ; attempt += 1) {
    const tag = rollbackTagName({ slug, at, attempt });
    if (tag === null) throw new Error(`no legal rollback tag for slug ${slug}`);
    const holder = await services.registry.findDigest(row.repository, tag);
    if (holder !== null && holder !== row.target) continue;
    const renamed = await services.store.transaction((tx) =>
      renameMove(tx, { promotionId: promotion.id, position: row.position, tag, fence: job, now: services.now() }),
    );
    if (!renamed) throw new LeaseLost(`job ${job.id}`);
    return tag;
  }
}

async function writeFloating(application: Application, manifest: Manifest): Promise<Written> {
  const { services } = application;
  const rows = await readJournal(application);
  for (const row of rows.filter((candidate) => isFloating(candidate) && candidate.state === 'planned')) {
    const { repository, tag, target } = row;
    const held = await insist(services, () => services.registry.findDigest(repository, tag));
    if (held.kind === 'failed') return stopped(await readJournal(application), held.problem);
    if (held.value !== target) {
      if (held.value !== row.baseline) {
        return stopped(await readJournal(application), somebodyMoved(row, held.value));
      }
      const put = await insist(services, () => services.registry.putManifest({ repository, tag, manifest }));
      // A failed write may have been taken all the same: what goes back looks at this tag as well.
      if (put.kind === 'failed') return stopped(await readJournal(application), put.problem);
    }
    await mark(application, row, 'written');
  }
  return { kind: 'written' };
}

function isForeign(row: JournalRow, seen: ReadonlyMap<number, Seen>): boolean {
  const held = digestIn(seen, row);
  return held !== row.baseline && held !== row.target;
}

function digestIn(seen: ReadonlyMap<number, Seen>, row: JournalRow): Digest | null {
  return seen.get(row.position)?.digest ?? null;
}

function somebodyMoved(row: JournalRow, held: Digest | null): string {
  const expected = row.baseline ?? 'nothing';
  return `Somebody else moved ${row.tag} to ${held ?? 'nothing'} meanwhile; ${expected} was expected there. It was left as it is.`;
}

function stopped(rows: readonly JournalRow[], problem: string): Written {
  return { kind: 'stopped', problem, floatingWritten: rows.some((row) => isFloating(row) && row.state !== 'planned') };
}
