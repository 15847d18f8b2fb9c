// Carries out a tag plan by its journal, from wherever a crash left it: forward, or back once the undo is decided.
import { decide, type PromotionEvent } from '../../domain/decide.ts';
import type { FailureProblem } from '../../domain/promotion/failure.ts';
import { promotedAt, type Failure, type Promotion } from '../../domain/promotion/promotion.ts';
import { findLastPromoted } from '../../store/promotions/promotions.ts';
import { outcomesOf } from '../core/journal.ts';
import { readJournal, type Application } from './application.ts';
import { retryWhileTransient } from './retry-while-transient.ts';
import { readOutcomes } from './outcomes.ts';
import { readBack } from './read-back.ts';
import { undoTags } from './undo-tags.ts';
import { writeTags } from './write-tags.ts';
import { commitAndContinue, commitOf } from '../core/commit.ts';
import { DONE, type Job, type JobDefinition, type JobOutcome } from '../core/handler.ts';
import { byPromotion } from '../core/job-description.ts';
import { loadContext, loadPromotion } from '../core/load.ts';
import { readProductionOf } from '../examine/read-production.ts';
import type { Services } from '../core/services.ts';

export const applyTagPlan: JobDefinition<'apply-tag-plan'> = {
  key: byPromotion,
  queue: 'apply',
  traits: ['asks-registry', 'moves-promotion'],
  handle,
};

async function handle(job: Job<'apply-tag-plan'>, services: Services): Promise<JobOutcome> {
  const promotion = await loadPromotion(services, job.payload.promotionId);
  const { state } = promotion;
  if (state.kind !== 'applying') return DONE;
  const application: Application = { services, job, promotion };
  return state.undoing === null ? goForward(application) : goBack(application, state.undoing);
}

async function goForward(application: Application): Promise<JobOutcome> {
  const { services, promotion } = application;
  const written = await writeTags(application);
  switch (written.kind) {
    case 'production-moved': {
      const read = await retryWhileTransient(services, () => readProductionOf(services, promotion));
      return read.kind === 'failed'
        ? failUntouched(application, { code: 'outside-error', error: read.error })
        : end(services, promotion, { kind: 'production-read', production: read.value });
    }
    case 'stopped':
      return written.mayHaveMoved
        ? decideToGoBack(application, written.problem)
        : failUntouched(application, written.problem);
    case 'written':
      return confirm(application);
  }
}

async function confirm(application: Application): Promise<JobOutcome> {
  const back = await readBack(application);
  switch (back.kind) {
    case 'confirmed':
      return endApplied(application);
    case 'lagging': {
      const because = `the registry still shows the old digest of ${back.tags.join(', ')}`;
      return { kind: 'again', at: back.askAgainAt, because };
    }
    case 'never-shown':
      return decideToGoBack(application, back.problem);
    case 'foreign':
      return failWith(application, {
        problem: back.problem,
        undoRefused: null,
        production: 'mixed',
        undoAgain: false,
      });
  }
}

async function endApplied(application: Application): Promise<JobOutcome> {
  const { services, promotion } = application;
  const { repo, environment } = promotion;
  const context = await loadContext(services, promotion);
  const last = await findLastPromoted(services.store.db, { repoId: repo.id, environment });
  // The history of an environment is ordered by these times: a clock that was set back must not change the order.
  const now = Math.max(context.now, (last === null ? 0 : (promotedAt(last) ?? 0)) + 1);
  const replaced = (last?.images ?? []).flatMap(({ commit }) => commit ?? []);
  const event = { kind: 'applied', tags: outcomesOf(await readJournal(application)), replaced } as const;
  return { kind: 'done', commit: commitOf(promotion, decide(promotion, event, { ...context, now })) };
}

/** The decision to undo is stored before the first tag moves back: a restart must not reverse it. */
async function decideToGoBack(application: Application, problem: FailureProblem): Promise<JobOutcome> {
  const { services, promotion, job } = application;
  const decision = decide(promotion, { kind: 'apply-stopped', problem }, await loadContext(services, promotion));
  const commit = commitOf(promotion, decision);
  const again = {
    kind: 'again',
    at: services.now(),
    because: 'the promotion changed while its tags were written',
  } as const;
  if (commit === null || (await commitAndContinue(services, job, commit)) !== 'committed') return again;
  return goBack({ ...application, promotion: await loadPromotion(services, promotion.id) }, problem);
}

async function goBack(application: Application, problem: FailureProblem): Promise<JobOutcome> {
  const { production, refused } = await undoTags(application);
  return failWith(application, { problem, undoRefused: refused, production, undoAgain: refused !== null });
}

function failUntouched(application: Application, problem: FailureProblem): Promise<JobOutcome> {
  return failWith(application, { problem, undoRefused: null, production: 'untouched', undoAgain: false });
}

async function failWith(
  application: Application,
  failed: Omit<Failure, 'tags'> & { readonly undoAgain: boolean },
): Promise<JobOutcome> {
  const { services, promotion } = application;
  const { undoAgain, ...rest } = failed;
  if (rest.production === 'mixed') services.log.error(alarmFields(promotion), 'production is mixed: its tags disagree');
  const failure = { ...rest, tags: await readOutcomes(application) };
  return end(services, promotion, { kind: 'apply-failed', failure, undoAgain });
}

async function end(services: Services, promotion: Promotion, event: PromotionEvent): Promise<JobOutcome> {
  return {
    kind: 'done',
    commit: commitOf(promotion, decide(promotion, event, await loadContext(services, promotion))),
  };
}

function alarmFields({ repo, number }: Promotion): { readonly repo: string; readonly promotion: number } {
  return { repo: repo.name, promotion: number };
}
