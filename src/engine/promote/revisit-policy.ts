// The default branch moved, perhaps with its policy file: revisits promotions that wait under another one, and production.
import { OutsideError } from '../../net/outside-error.ts';
import type { Effect } from '../../domain/effect.ts';
import type { Promotion } from '../../domain/promotion/promotion.ts';
import { listLastPromoted } from '../../store/promotions/deployments.ts';
import { listOpenPromotions } from '../../store/promotions/promotions.ts';
import { findRepo } from '../../store/repos.ts';
import { comparePolicy } from '../examine/compare-policy.ts';
import { DONE, type Job, type JobDefinition, type JobOutcome } from '../core/handler.ts';
import { isWaiting } from './revisit-environment.ts';
import type { Services } from '../core/services.ts';

export const revisitPolicy: JobDefinition<'revisit-policy'> = {
  key: ({ repoId }) => String(repoId),
  queue: 'none',
  traits: ['repeats'],
  handle,
};

async function handle({ payload }: Job<'revisit-policy'>, services: Services): Promise<JobOutcome> {
  const { repoId } = payload;
  const repo = await findRepo(services.store.db, repoId);
  if (repo === null) throw new Error(`repository ${repoId} is not in the database`);
  const open = await listOpenPromotions(services.store.db, { repoId });
  const waiting = open.filter(isWaiting).map((promotion) => ({ ...promotion, repo }));
  const stale: Promotion[] = [];
  // One after the other: the file is read once, and found unchanged after that.
  for (const promotion of waiting) if (await isStale(services, promotion)) stale.push(promotion);
  const held = await listLastPromoted(services.store.db, repoId);
  const at = services.now();
  const effects: readonly Effect[] = [
    ...stale.map(({ id }) => ({ kind: 'revisit-promotion', promotionId: id }) as const),
    // The drift interval may have changed.
    ...held.map(({ environment }) => ({ kind: 'check-drift', repoId, environment, at, unconfirmed: null }) as const),
  ];
  return effects.length === 0 ? DONE : { kind: 'done', commit: { repo, effects } };
}

/** Also if it must show that the file can't be read, or can be read again: a scheduled one may have waited for that. */
async function isStale(services: Services, promotion: Promotion): Promise<boolean> {
  try {
    const { kind } = await comparePolicy(services, promotion);
    return kind !== 'same' || promotion.state.kind === 'scheduled' || promotion.policyProblems !== undefined;
  } catch (error) {
    if (!(error instanceof OutsideError) || error.retryable) throw error;
    // An approval reads the file again, and its answer says why it is not valid.
    services.log.warn({ err: error, repo: promotion.repo.name }, 'could not read the policy file from GitHub');
    return false;
  }
}
