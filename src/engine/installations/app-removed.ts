// Which work is not done, or not missed, because the App may not act in its repository any more.
import { OutsideError } from '../../net/outside-error.ts';
import { findPromotion } from '../../store/promotions/promotions.ts';
import { findLeftAt } from '../../store/repos.ts';
import type { Db } from '../../store/database/schema.ts';
import { GITHUB_WRITES, type JobKind, type JobPayload } from '../core/job.ts';
import type { Services } from '../core/services.ts';

/** What the clock repeats; all of it ends where the App is away. Tags that are being written are written to the end. */
const SCHEDULES: readonly JobKind[] = [
  'restore-production',
  'revisit-policy',
  'watch-staging',
  'reconcile-promotion',
  'check-drift',
];

/** True for a write to GitHub, or a schedule, of a repository that left the App. */
export async function isLeftUndone({ store }: Services, payload: JobPayload): Promise<boolean> {
  const { kind } = payload;
  if (!GITHUB_WRITES.includes(kind) && !SCHEDULES.includes(kind)) return false;
  return hasLeft(store.db, payload);
}

/** True where GitHub refused for good because the App is gone: no webhook may have told so yet. */
export async function isAppRemoved({ store }: Services, payload: JobPayload, error: unknown): Promise<boolean> {
  if (!(error instanceof OutsideError) || error.retryable || !error.code.startsWith('github-')) return false;
  return error.code === 'github-not-installed' || hasLeft(store.db, payload);
}

async function hasLeft(db: Db, payload: JobPayload): Promise<boolean> {
  const repoId = await repoIdOf(db, payload);
  return repoId !== null && (await findLeftAt(db, repoId)) !== null;
}

async function repoIdOf(db: Db, payload: JobPayload): Promise<number | null> {
  if ('repoId' in payload) return payload.repoId;
  if ('promotionId' in payload) return (await findPromotion(db, payload.promotionId))?.repo.id ?? null;
  return 'repo' in payload ? payload.repo.id : null;
}
