// Updates the check run on the promotion's commit to the current state; opens it if there is none.
import { knownCommit } from '../../domain/promotion/promotion.ts';
import { parseCommitSha } from '../../domain/image/reference.ts';
import { publishCheckRun, type CheckRunContent } from '../../github/checks/check-runs.ts';
import { renderCheckRun, type RenderedCheckRun } from '../../messages/check-run/check-run.ts';
import { findMark } from '../../store/promotions/github-marks.ts';
import { DONE, type Job, type JobDefinition, type JobOutcome } from '../core/handler.ts';
import { byPromotion } from '../core/job-description.ts';
import type { Services } from '../core/services.ts';
import { loadPromotion } from '../core/load.ts';
import { loadView } from './load-view.ts';

export const updateCheckRun: JobDefinition<'update-check-run'> = {
  key: byPromotion,
  queue: 'promotion',
  traits: ['shows-state', 'needs-commit'],
  handle,
};

async function handle(job: Job<'update-check-run'>, services: Services): Promise<JobOutcome> {
  const promotion = await loadPromotion(services, job.payload.promotionId);
  const { id: promotionId, repo } = promotion;
  const mark = await findMark(services.store.db, { promotionId, kind: 'check-run' });
  // An existing run is completed, whatever became of the wait for an image or of the commit's branch.
  // People look for the answer to a git tag on the tagged commit.
  const { taggedCommit } = promotion.source;
  const commit = taggedCommit ?? parseCommitSha(mark?.target ?? '') ?? knownCommit(promotion);
  // No commit is proven: only the card shows the promotion.
  if (commit === null) return DONE;
  const view = await loadView(services, promotion);
  const { text, title, summary, name, actions, ...rest } = renderCheckRun(view);
  const details = view.cardUrl === null ? {} : { detailsUrl: view.cardUrl };
  const checkRun = await publishCheckRun({
    client: services.github.forRepo(repo),
    repo: repo.name,
    content: {
      name,
      headSha: commit,
      externalId: promotionId,
      ...details,
      title,
      summary,
      text,
      actions,
      ...statusOf(rest),
    },
    existing: mark === null ? null : { id: mark.githubId },
    mayExist: job.attempts > 1,
  });
  if (checkRun === mark?.githubId) return DONE;
  const marks = [{ promotionId, kind: 'check-run', githubId: checkRun, target: commit }] as const;
  return { kind: 'done', commit: { repo, marks } };
}

function statusOf({ conclusion }: Pick<RenderedCheckRun, 'conclusion'>): StatusPart {
  return conclusion === null ? { status: 'in_progress' } : { status: 'completed', conclusion };
}

type StatusPart =
  | Pick<Extract<CheckRunContent, { status: 'in_progress' }>, 'status'>
  | Pick<Extract<CheckRunContent, { status: 'completed' }>, 'status' | 'conclusion'>;
