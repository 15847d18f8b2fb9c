// Looks for the image of a pushed staging commit until it exists, can't be read, or the time for its build is over.
import { BUILD_TIME_MS, commitTagsOf, nextCheckAt } from '../../domain/image/image-wait.ts';
import { OutsideError } from '../../net/outside-error.ts';
import type { ImageRepository } from '../../domain/image/reference.ts';
import type { Repo } from '../../domain/promotion/promotion.ts';
import type { Ending, StagingCheck, StagingState } from '../../domain/promotion/staging-check.ts';
import { findRepo } from '../../store/repos.ts';
import { findStagingCheck } from '../../store/staging-checks.ts';
import { authorize, type Unauthorized } from '../people/authorize.ts';
import { commitAndContinue, type Commit } from '../core/commit.ts';
import { DONE, type Job, type JobDefinition, type JobOutcome } from '../core/handler.ts';
import { loadPolicy } from '../core/load.ts';
import type { Services } from '../core/services.ts';
import { examineImage } from './examine-image.ts';
import { hasTags, isOfAnotherTool } from '../core/policy/other-tool.ts';
import { findImage, searchesOthers } from './find-image.ts';

/** The pause between requests to the registry while nothing shows that there will ever be an image. */
const QUIET_PAUSE_MS = 60_000;

export const watchStaging: JobDefinition<'watch-staging'> = {
  key: ({ repoId, commit }) => `${repoId}/${commit}`,
  queue: 'none',
  traits: ['asks-registry', 'repeats'],
  handle,
};

async function handle(job: Job<'watch-staging'>, services: Services): Promise<JobOutcome> {
  const { repoId, commit } = job.payload;
  const check = await findStagingCheck(services.store.db, { repoId, commit });
  const repo = await findRepo(services.store.db, repoId);
  if (repo === null) throw new Error(`repository ${repoId} is not in the database`);
  if (check === null || (check.state.kind !== 'unseen' && check.state.kind !== 'waiting')) return DONE;
  const now = services.now();
  const until = check.since + BUILD_TIME_MS;
  const next = nextCheckAt({ since: check.since, until, now });
  const seen = await pollInTime(services, { check, repo, isLast: now >= until });
  switch (seen.kind) {
    case 'settled':
      return { kind: 'done', commit: settle(check, repo, seen) };
    case 'not-yet': {
      if (seen.state.kind !== check.state.kind) await commitAndContinue(services, job, change(check, repo, seen.state));
      const at = seen.state.kind === 'unseen' ? Math.max(next, Math.min(now + QUIET_PAUSE_MS, until)) : next;
      return { kind: 'again', at, because: 'the image of a staging commit does not exist yet' };
    }
    case 'no-answer':
      return { kind: 'again', at: Math.max(next, seen.retryAt), because: seen.because };
  }
}

type PollResult =
  /** `silent`: nothing is shown, as the repository may not use Imprimatur. */
  | { readonly kind: 'settled'; readonly state: StagingState; readonly silent: boolean }
  | { readonly kind: 'not-yet'; readonly state: Extract<StagingState, { kind: 'unseen' | 'waiting' }> }
  | { readonly kind: 'no-answer'; readonly retryAt: number; readonly because: string };

type Question = { readonly check: StagingCheck; readonly repo: Repo; readonly isLast: boolean };

async function pollInTime(services: Services, question: Question): Promise<PollResult> {
  const { check, isLast } = question;
  try {
    return await poll(services, question);
  } catch (error) {
    if (!(error instanceof OutsideError)) throw error;
    const { retryable, retryAt, message } = error;
    if (retryable && !isLast) return { kind: 'no-answer', retryAt: retryAt ?? 0, because: message };
    const why = { cause: 'unreadable', problem: error.toProblem() } as const;
    return ended(why, check.state.kind === 'unseen' && check.checkRunId === null);
  }
}

async function poll(services: Services, { check, repo, isLast }: Question): Promise<PollResult> {
  const loaded = await loadPolicy(services, repo);
  if (loaded.kind === 'unreadable') {
    const why = { cause: 'policy-unreadable', problems: loaded.problems } as const;
    return ended(why, check.checkRunId === null && (await isOfAnotherTool(services, repo, loaded.problems)));
  }
  const { policy } = loaded;
  const isMeant = policy.blob !== 'none' || check.state.kind === 'waiting' || check.checkRunId !== null;
  const [image] = policy.images;
  if (image === undefined) return ended({ cause: 'policy-without-image' }, !isMeant);
  const unauthorized = await authorize(services, { repo, images: policy.images });
  if (unauthorized !== null) {
    return ended(endingOf(unauthorized, image), !isMeant || unauthorized.code === 'owner-not-allowed');
  }
  const tags = commitTagsOf(policy.staging.tagPrefix, check.commit);
  try {
    const { commit, since } = check;
    const alsoOthers = searchesOthers({ since, now: services.now(), isLast });
    const found = await findImage(services, { image, prefix: policy.staging.tagPrefix, commit, tags }, { alsoOthers });
    if (found !== null) {
      return { kind: 'settled', state: await examineImage(services, { repo, policy, image, found }), silent: false };
    }
    const isVisible = isMeant || (await hasTags(services, image));
    if (isLast) return ended({ cause: 'no-image', image, tags }, !isVisible);
    return { kind: 'not-yet', state: isVisible ? { kind: 'waiting', image, tags } : { kind: 'unseen' } };
  } catch (error) {
    if (!(error instanceof OutsideError) || error.code !== 'registry-denied') throw error;
    return ended({ cause: 'no-access', image, problem: error.toProblem() }, !isMeant);
  }
}

function endingOf(unauthorized: Unauthorized, image: ImageRepository): Ending {
  switch (unauthorized.code) {
    case 'image-granted-elsewhere':
    case 'image-of-another-repository':
      return { cause: unauthorized.code, image: unauthorized.image, repoId: unauthorized.repoId };
    default:
      return { cause: 'not-granted', image };
  }
}

function ended(why: Ending, silent: boolean): PollResult {
  return { kind: 'settled', state: { kind: 'ended', why }, silent };
}

function settle(check: StagingCheck, repo: Repo, { state, silent }: Extract<PollResult, { kind: 'settled' }>): Commit {
  const told = change(check, repo, state);
  return silent ? { ...told, effects: [] } : told;
}

function change({ repoId, commit, since: ifSince }: StagingCheck, repo: Repo, state: StagingState): Commit {
  const key = { repoId, commit };
  return {
    repo,
    stagingChecks: [{ kind: 'change', ...key, state, ifSince }],
    effects: [{ kind: 'update-staging-check', ...key }],
  };
}
