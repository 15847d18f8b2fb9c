// What the steps of one run over a promotion's journal share.
import { targetIn, type Promotion } from '../../domain/promotion/promotion.ts';
import type { Digest, ImageRepository, Tag } from '../../domain/image/reference.ts';
import type { Manifest } from '../../registry/manifest.ts';
import { listJournal, markMove, type JournalRow } from '../../store/promotions/tag-moves.ts';
import type { Cause } from '../core/commit.ts';
import { LeaseLost } from '../core/lease.ts';
import type { Services } from '../core/services.ts';

export type Application = {
  readonly services: Services;
  readonly job: Cause & { readonly attempts: number };
  readonly promotion: Promotion;
};

/** A floating tag that needed no move when the plan was made: it held `target` already. */
export type StandingTag = { readonly repository: ImageRepository; readonly tag: Tag; readonly target: Digest };

/** Writes a row's new state, if the job is still ours. */
export async function mark(
  { services, job, promotion }: Application,
  row: JournalRow,
  state: JournalRow['state'],
): Promise<void> {
  const { position } = row;
  const held = await services.store.transaction((tx) =>
    markMove(tx, { promotionId: promotion.id, position, state, now: services.now(), fence: job }),
  );
  if (!held) throw new LeaseLost(`job ${job.id}`);
}

/** Tags a manifest, if the job's lease is valid: a process that hung must not write over a later decision. */
export async function writeTag(
  { services, promotion }: Application,
  write: { readonly repository: ImageRepository; readonly tag: Tag; readonly manifest: Manifest },
): Promise<void> {
  await services.registry.putManifest(write);
  const { repository, tag, manifest } = write;
  const { repo, number } = promotion;
  const what = { repo: repo.name, promotion: number, repository, tag, digest: manifest.digest };
  services.log.info(what, 'a tag was written');
}

export async function readJournal({ services, promotion }: Application): Promise<readonly JournalRow[]> {
  return listJournal(services.store.db, promotion.id);
}

export function isFloating(row: JournalRow): boolean {
  return row.kind === 'floating';
}

/** Floating tags are written last: until all others are, no floating tag can be ours. */
export function arePermanentTagsDone(rows: readonly JournalRow[]): boolean {
  return rows.every((row) => isFloating(row) || row.state !== 'planned');
}

export function standingTags(promotion: Promotion, rows: readonly JournalRow[]): readonly StandingTag[] {
  return promotion.baseline.flatMap(({ repository, tag }) => {
    const target = targetIn(promotion, repository);
    const isMoved = rows.some((row) => row.repository === repository && row.tag === tag);
    return target === null || isMoved ? [] : [{ repository, tag, target }];
  });
}
