// Steps 1 to 3 of applying: prove a rollback's target, read all tags, write the kept ones in parallel, then the floating ones one by one.
import type { FailureProblem } from '../../domain/promotion/failure.ts';
import type { Digest, Tag } from '../../domain/image/reference.ts';
import { rollbackTagName } from '../../domain/image/tag-plan.ts';
import type { Manifest } from '../../registry/manifest.ts';
import { renameMove, type JournalRow } from '../../store/promotions/tag-moves.ts';
import { LeaseLost } from '../core/lease.ts';
import { findIncompleteness } from '../../facts/find-incompleteness.ts';
import { isFloating, arePermanentTagsDone, mark, readJournal, writeTag, type Application } from './application.ts';
import { authorize, type Unauthorized } from '../people/authorize.ts';
import { retryWhileTransient, type Retried } from './retry-while-transient.ts';
import { readTags, readTag, type TagSnapshot } from './read-tags.ts';
import { proveComplete } from './prove-complete.ts';

export type Written =
  | { readonly kind: 'written' }
  /** Production is not what was planned over, and nothing is written yet: re-plan. */
  | { readonly kind: 'production-moved' }
  /** Continuing is impossible or unsafe. `mayHaveMoved`: a floating tag may have to be moved back. */
  | { readonly kind: 'stopped'; readonly problem: FailureProblem; readonly mayHaveMoved: boolean };

/** Continues from the journal. A tag that already holds its target is not written again. */
export async function writeTags(application: Application): Promise<Written> {
  const rows = await readJournal(application);
  const mayHaveMoved = mayHaveMovedBefore(application, rows);
  if (application.promotion.kind === 'rollback' && !mayHaveMoved) {
    const broken = await proveComplete(application);
    if (broken !== null) return { kind: 'stopped', problem: broken, mayHaveMoved };
  }
  const tagsRead = await readTags(application, rows);
  if (tagsRead.kind === 'failed') return { kind: 'stopped', problem: outsideError(tagsRead), mayHaveMoved };

  const oneIsOurs = rows.some((row) => isFloating(row) && digestIn(tagsRead.value, row) === row.target);
  const untouched = rows.every(({ state }) => state === 'planned') && !(mayHaveMoved && oneIsOurs);
  // It may have waited for days. A run that was begun is finished: half of it would be worse.
  const unauthorized = untouched ? await findUnauthorized(application) : null;
  if (unauthorized !== null) return { kind: 'stopped', problem: unauthorized, mayHaveMoved: false };

  const moved = findMoved(rows, tagsRead.value);
  if (moved !== null) {
    return untouched ? { kind: 'production-moved' } : { kind: 'stopped', problem: somebodyMoved(moved), mayHaveMoved };
  }
  const problem = await writePermanentTags(application, rows, tagsRead.value);
  if (problem !== null) return { kind: 'stopped', problem, mayHaveMoved };
  return writeFloating(application, tagsRead.value.targets);
}

/** A write is recorded after it, so an interrupted run may have moved one floating tag more than the journal says. */
function mayHaveMovedBefore({ job }: Application, rows: readonly JournalRow[]): boolean {
  if (rows.some((row) => isFloating(row) && row.state !== 'planned')) return true;
  return job.attempts > 1 && arePermanentTagsDone(rows);
}

/** The operator may have removed the owner or the grant since the approval. */
async function findUnauthorized({ services, promotion }: Application): Promise<Unauthorized | null> {
  const { repo, requestedAs, images, findings } = promotion;
  return authorize(services, { repo, requestedAs, images: images.map(({ repository }) => repository), findings });
}

type Moved = { readonly tag: Tag; readonly expected: Digest | null; readonly holds: Digest | null };

/** A floating tag that holds neither its baseline nor its target. */
function findMoved(rows: readonly JournalRow[], seen: TagSnapshot): Moved | null {
  const foreign = rows.find((row) => {
    if (!isFloating(row) || row.state !== 'planned') return false;
    const holds = digestIn(seen, row);
    return holds !== row.baseline && holds !== row.target;
  });
  if (foreign !== undefined) {
    return { tag: foreign.tag, expected: foreign.baseline, holds: digestIn(seen, foreign) };
  }
  const left = seen.standing.find(({ digest, target }) => digest !== target);
  return left === undefined ? null : { tag: left.tag, expected: left.target, holds: left.digest };
}

/** Null if all permanent tags hold their target, else the problem. All are tried before a failure counts. */
async function writePermanentTags(
  application: Application,
  rows: readonly JournalRow[],
  seen: TagSnapshot,
): Promise<FailureProblem | null> {
  const { services } = application;
  const planned = rows.filter((row) => !isFloating(row) && row.state === 'planned');
  const problems = await Promise.all(
    planned.map(async (row): Promise<FailureProblem | null> => {
      const known = [...seen.targets, ...[...seen.seen.values()].map(({ manifest }) => manifest)];
      const read = known.find((manifest) => manifest?.digest === row.target) ?? null;
      const bytes = await retryWhileTransient(
        services,
        async () => read ?? services.registry.fetchManifest(row.repository, row.target),
      );
      if (bytes.kind === 'failed') return outsideError(bytes);
      return writePermanentTag(application, { row, manifest: bytes.value, held: digestIn(seen, row) });
    }),
  );
  return problems.find((problem) => problem !== null) ?? null;
}

async function writePermanentTag(
  application: Application,
  args: { readonly row: JournalRow; readonly manifest: Manifest; readonly held: Digest | null },
): Promise<FailureProblem | null> {
  const { row, manifest } = args;
  const { registry } = application.services;
  const { repository, target } = row;
  let known: Digest | null | undefined = args.held;
  const put = await retryWhileTransient(application.services, async (): Promise<FailureProblem | null> => {
    // Each try reads again: the last write may have succeeded, or somebody else may have written the tag.
    const held = known === undefined ? (await readTag(registry, row)).digest : known;
    known = undefined;
    if (held === target) return null;
    if (row.kind === 'permanent' && held !== null && held !== row.baseline) {
      return permanentTagTaken(row, { held, versionTag: application.promotion.versionTag });
    }
    const tag = held === null || row.kind === 'permanent' ? row.tag : await renameRollback(application, row);
    await writeTag(application, { repository, tag, manifest });
    return null;
  });
  const problem = put.kind === 'failed' ? outsideError(put) : put.value;
  if (problem === null) await mark(application, row, 'written');
  if (problem === null || row.kind !== 'rollback' || !(await isBroken(application, row))) return problem;
  // It is not a valid rollback target, and must not block the repair of production.
  application.services.log.warn({ tag: row.tag, problem }, 'no rollback tag: the previous image is incomplete');
  await mark(application, row, 'undone');
  return null;
}

async function isBroken({ services }: Application, { repository, target: digest }: JournalRow): Promise<boolean> {
  const read = await retryWhileTransient(services, () =>
    findIncompleteness({ registry: services.registry, repository }, digest),
  );
  return read.kind === 'done' && read.value !== null;
}

/** The first free name of a rollback tag whose name is taken: `…-2`, `…-3`. */
async function renameRollback({ services, job, promotion }: Application, row: JournalRow): Promise<Tag> {
  const { state } = promotion;
  const at = state.kind === 'applying' ? state.since : services.now();
  const move = promotion.moves.find(({ kind }) => kind === 'rollback');
  const slug = move?.kind === 'rollback' ? move.slug : 'release';
  for (let attempt = 2; ; attempt += 1) {
    const tag = rollbackTagName({ slug, at, attempt });
    if (tag === null) throw new Error(`no valid rollback tag for slug ${slug}`);
    const holder = await services.registry.findDigest(row.repository, tag);
    if (holder !== null && holder !== row.target) continue;
    const renamed = await services.store.transaction((tx) =>
      renameMove(tx, { promotionId: promotion.id, position: row.position, tag, fence: job, now: services.now() }),
    );
    if (!renamed) throw new LeaseLost(`job ${job.id}`);
    return tag;
  }
}

/** One by one. Each tag is read while the previous one is written, so just before its own write. */
async function writeFloating(application: Application, targets: readonly Manifest[]): Promise<Written> {
  const rows = (await readJournal(application)).filter((row) => isFloating(row) && row.state === 'planned');
  let preRead: Promise<PreRead | null> = Promise.resolve(null);
  for (const [at, row] of rows.entries()) {
    const manifest = targets.find(({ digest }) => digest === row.target);
    if (manifest === undefined)
      throw new Error(`${row.tag} is to hold ${row.target}, which is not an image of the promotion`);
    const preReadTag = await preRead;
    const next = rows[at + 1];
    const meanwhile = (): void => {
      if (next !== undefined) preRead = startPreRead(application, next);
    };
    const problem = await writeOneFloating(application, { row, manifest, preReadTag, meanwhile });
    // A failed write may have succeeded: the undo reads this tag too.
    if (problem !== null) return { kind: 'stopped', problem, mayHaveMoved: true };
    await mark(application, row, 'written');
  }
  return { kind: 'written' };
}

/** What a tag held, and when it was read. */
type PreRead = { readonly digest: Digest | null; readonly at: number };

/** An older read is not "just before" the write: the previous write took long. */
const PRE_READ_GOOD_FOR_MS = 1000;

async function startPreRead({ services }: Application, row: JournalRow): Promise<PreRead | null> {
  const at = services.now();
  try {
    return { digest: (await readTag(services.registry, row)).digest, at };
  } catch {
    // It is read again before its own write. If that fails too, the failure is reported.
    return null;
  }
}

async function writeOneFloating(
  application: Application,
  args: {
    readonly row: JournalRow;
    readonly manifest: Manifest;
    readonly preReadTag: PreRead | null;
    /** Called right before the tag is written. */
    readonly meanwhile: () => void;
  },
): Promise<FailureProblem | null> {
  const { services } = application;
  const { row, manifest, meanwhile } = args;
  const { repository, tag, target, baseline } = row;
  let { preReadTag } = args;
  // Each try reads first: minutes may pass between two, and a tag that somebody else moved is never overwritten.
  const put = await retryWhileTransient(services, async (): Promise<FailureProblem | null> => {
    const age = preReadTag === null ? Infinity : services.now() - preReadTag.at;
    const isGood = age >= 0 && age <= PRE_READ_GOOD_FOR_MS;
    const { digest } = isGood && preReadTag !== null ? preReadTag : await readTag(services.registry, row);
    preReadTag = null;
    if (digest === target) return null;
    if (digest !== baseline) return somebodyMoved({ tag, expected: baseline, holds: digest });
    meanwhile();
    await writeTag(application, { repository, tag, manifest });
    return null;
  });
  return put.kind === 'failed' ? outsideError(put) : put.value;
}

function digestIn({ seen }: TagSnapshot, row: JournalRow): Digest | null {
  return seen.get(row.position)?.digest ?? null;
}

function permanentTagTaken(
  { tag }: JournalRow,
  { held, versionTag }: { readonly held: Digest; readonly versionTag: Tag | null },
): FailureProblem {
  return { code: 'permanent-tag-taken', tag, holds: held, isVersion: tag === versionTag };
}

function somebodyMoved(moved: Moved): FailureProblem {
  return { code: 'tag-moved', ...moved };
}

function outsideError({ error }: Extract<Retried<unknown>, { kind: 'failed' }>): FailureProblem {
  return { code: 'outside-error', error };
}
