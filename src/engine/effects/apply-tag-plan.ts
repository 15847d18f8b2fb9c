// Carries out a tag plan by its journal, from wherever a crash left it: forward, or back once it was decided to go back.
import { decide, type PromotionEvent } from '../../domain/decide.ts';
import type { Failure, Promotion } from '../../domain/promotion.ts';
import { outcomesOf, readJournal, LeaseLost, type Application } from '../apply/application.ts';
import { readBack } from '../apply/read-back.ts';
import { undoTags, type Undone } from '../apply/undo-tags.ts';
import { writeTags } from '../apply/write-tags.ts';
import { commitAndContinue, commitOf } from '../commit.ts';
import { DONE, type Handler, type JobOutcome } from '../handler.ts';
import { loadContext, loadPromotion } from '../load.ts';
import { readProductionOf } from '../read-production.ts';
import type { Services } from '../services.ts';

export const applyTagPlan: Handler<'apply-tag-plan'> = async (job, services) => {
  const promotion = await loadPromotion(services, job.payload.promotionId);
  const { state } = promotion;
  if (state.kind !== 'applying') return DONE;
  const application: Application = { services, job, promotion };
  try {
    return state.undoing === null ? await goForward(application) : await goBack(application, state.undoing);
  } catch (error) {
    // Finishing fails as well, and says so in the log: the other worker goes on.
    if (error instanceof LeaseLost) return DONE;
    throw error;
  }
};

async function goForward(application: Application): Promise<JobOutcome> {
  const { services, promotion } = application;
  const written = await writeTags(application);
  switch (written.kind) {
    case 'production-moved':
      return end(services, promotion, {
        kind: 'production-read',
        production: await readProductionOf(services, promotion),
      });
    case 'stopped':
      return written.floatingWritten
        ? turnBack(application, written.problem)
        : failUntouched(application, written.problem);
    case 'written':
      return confirm(application);
  }
}

async function confirm(application: Application): Promise<JobOutcome> {
  const { services, promotion } = application;
  const back = await readBack(application);
  switch (back.kind) {
    case 'confirmed':
      return end(services, promotion, { kind: 'applied', tags: outcomesOf(await readJournal(application)) });
    case 'lagging': {
      const because = `the registry still shows the old digest of ${back.tags.join(', ')}`;
      return { kind: 'again', at: back.askAgainAt, because };
    }
    case 'never-shown':
      return turnBack(application, back.problem);
    case 'foreign': {
      services.log.error(alarmFields(promotion), 'somebody else moved a production tag right after it was written');
      const tags = outcomesOf(await readJournal(application), back.seen);
      const failure = { problem: back.problem, production: 'mixed', tags } as const;
      return end(services, promotion, { kind: 'apply-failed', failure, undoAgain: false });
    }
  }
}

/** The decision to go back is stored before the first tag does: a restart must not turn round again. */
async function turnBack(application: Application, problem: string): Promise<JobOutcome> {
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

async function goBack(application: Application, problem: string): Promise<JobOutcome> {
  const { production, refused, seen } = await undoTags(application);
  const whole = refused === null ? problem : `${problem} Moving the tags back failed as well: ${refused}`;
  return failWith(application, { problem: whole, production, seen, undoAgain: refused !== null });
}

async function failUntouched(application: Application, problem: string): Promise<JobOutcome> {
  // The one write that failed may have been taken all the same: looked at, and put right, before saying "untouched".
  const { production, refused, seen } = await undoTags(application);
  const untouched = production === 'restored' ? 'untouched' : production;
  return failWith(application, { problem, production: untouched, seen, undoAgain: refused !== null });
}

async function failWith(
  application: Application,
  failed: Pick<Failure, 'problem' | 'production'> & Pick<Undone, 'seen'> & { readonly undoAgain: boolean },
): Promise<JobOutcome> {
  const { services, promotion } = application;
  const { problem, production, seen, undoAgain } = failed;
  if (production === 'mixed') services.log.error(alarmFields(promotion), 'production is mixed: its tags disagree');
  const failure = { problem, production, tags: outcomesOf(await readJournal(application), seen) };
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
