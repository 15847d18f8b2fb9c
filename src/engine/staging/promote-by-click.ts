// The button Promote on the check of a staging commit: requests a promotion for the person who clicked, and answers there.
import type { CommandOf } from '../../domain/command.ts';
import { OutsideError } from '../../net/outside-error.ts';
import type { Refusal } from '../../domain/refusal.ts';
import { stagingPlanId, type StagingCheck } from '../../domain/promotion/staging-check.ts';
import type { Digest } from '../../domain/image/reference.ts';
import { findStagingCheck } from '../../store/staging-checks.ts';
import { refusalOf } from '../core/answer.ts';
import type { Commit } from '../core/commit.ts';
import { DONE, type IntentDefinition, type Job, type JobOutcome } from '../core/handler.ts';
import type { PayloadOf } from '../core/job.ts';
import { loadActor } from '../core/load.ts';
import { hasRetryBudget } from '../core/retry-budget.ts';
import { openPromotion } from '../promote/request-promotion.ts';
import type { Services } from '../core/services.ts';
import { noteOnStaging, refuseOnStaging } from '../promote/note-on-staging.ts';

type Click = PayloadOf<'staging-click'>;

export const promoteByClick: IntentDefinition<'staging-click'> = {
  key: null,
  queue: 'repo',
  traits: ['decides-for-person'],
  handle,
  unserved: async ({ payload }, _services, refusal) => ({ kind: 'done', commit: refuse(payload, refusal) }),
};

async function handle(job: Job<'staging-click'>, services: Services): Promise<JobOutcome> {
  const { repo, commit, checkRunId } = job.payload;
  const check = await findStagingCheck(services.store.db, { repoId: repo.id, commit });
  if (check === null) {
    services.log.warn(
      { repo: repo.name, checkRun: checkRunId },
      'ignored a click: the check run belongs to no staging commit',
    );
    return DONE;
  }
  try {
    return { kind: 'done', commit: await request(services, check, job.payload) };
  } catch (error) {
    if (!(error instanceof OutsideError) || (error.retryable && hasRetryBudget(job, services))) throw error;
    return { kind: 'done', commit: refuse(job.payload, refusalOf(error)) };
  }
}

async function request(services: Services, check: StagingCheck, click: Click): Promise<Commit> {
  const { repo } = click;
  const by = await loadActor(services, click);
  if (by.kind === 'bot') return refuse(click, { code: 'bot-not-permitted', verb: 'promote' });
  const shown = digestShownFor(check, click);
  if (shown === null) return refuse(click, outdated(check));
  const opened = await openPromotion(
    services,
    { repo, by, app: null, thread: null, expected: shown },
    commandOf(check),
  );
  switch (opened.kind) {
    case 'refused':
      return refuse(click, opened.refusal);
    // The policy has other prefixes by now, and the tag is too close to the name of an environment.
    case 'no-source':
      return refuse(click, outdated(check));
    case 'opened': {
      const { number, environment } = opened.promotion;
      const note = { kind: 'requested', by: by.login, number, environment } as const;
      const { effects, stagingChecks } = noteOnStaging({ repo, commit: click.commit, note });
      return { ...opened.commit, stagingChecks, effects: [...(opened.commit.effects ?? []), ...effects] };
    }
  }
}

/** The image that the button was shown for, if the check still shows it. */
function digestShownFor({ state }: StagingCheck, { digest }: Click): Digest | null {
  if (state.kind !== 'examined' || digest === undefined) return null;
  return stagingPlanId(state.digest) === digest ? state.digest : null;
}

function outdated({ commit, state }: StagingCheck): Refusal {
  return { code: 'outdated-staging-check', commit, tag: state.kind === 'examined' ? state.tag : null };
}

/** The ready line of the check: what its tag holds now is pinned, as if the line had been typed. */
function commandOf({ commit, state }: StagingCheck): CommandOf<'promote'> {
  const source =
    state.kind === 'examined'
      ? ({ kind: 'tag', tag: state.tag } as const)
      : ({ kind: 'hex', typed: commit.slice(0, 40) } as const);
  return { kind: 'promote', form: 'long', source, environment: null, reason: null, version: null, force: false };
}

function refuse({ repo, commit, by }: Click, refusal: Refusal): Commit {
  return refuseOnStaging({ repo, commit, by: by.login, refusal });
}
