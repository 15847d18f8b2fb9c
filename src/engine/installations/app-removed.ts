// Decides which work is skipped because the App has lost access to its repository.
import { OutsideError } from '../../net/outside-error.ts';
import { findPromotion } from '../../store/promotions/promotions.ts';
import { findLeftAt } from '../../store/repos.ts';
import type { Db } from '../../store/database/schema.ts';
import type { JobPayload } from '../core/job.ts';
import type { JobDescription } from '../core/job-description.ts';
import type { Services } from '../core/services.ts';
import { isWriteClass } from '../../store/queue/write-class.ts';

/** True for a write to GitHub, or repeated work, in a repository that left the App. */
export async function isLeftUndone(
  { store }: Services,
  payload: JobPayload,
  { queue, traits }: Pick<JobDescription<JobPayload['kind']>, 'queue' | 'traits'>,
): Promise<boolean> {
  if (!isWriteClass(queue) && !traits.includes('repeats')) return false;
  return hasLeft(store.db, payload);
}

/** True if GitHub refused because the App was removed: its webhook may be late. */
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
