// Shows in a check run on a tagged commit why its version names no image yet, and what to type.
import { gitTagExternalId } from '../../domain/promotion/git-tag.ts';
import { publishCheckRun } from '../../github/checks/check-runs.ts';
import { VERSION_CHECK_NAME } from '../../messages/check-run/check-run.ts';
import { renderGitTagAnswer } from '../../messages/git-tag.ts';
import { isKnownRefusal } from '../../messages/replies/refusals.ts';
import { NewerFormat } from '../../store/database/stored.ts';
import { findRepo } from '../../store/repos.ts';
import { DONE, type Job, type JobDefinition, type JobOutcome } from '../core/handler.ts';
import type { Services } from '../core/services.ts';

export const answerGitTag: JobDefinition<'answer-git-tag'> = {
  key: null,
  queue: 'notice',
  traits: ['needs-commit'],
  handle,
};

async function handle({ payload }: Job<'answer-git-tag'>, { store, github }: Services): Promise<JobOutcome> {
  const { repoId, commit, tag, answer } = payload;
  if (answer.kind === 'refused' && !isKnownRefusal(answer.refusal))
    throw new NewerFormat('an answer of a newer version');
  const repo = await findRepo(store.db, repoId);
  if (repo === null) throw new Error(`repository ${repoId} is not in the database`);
  await publishCheckRun({
    client: github.forRepo(repo),
    repo: repo.name,
    content: {
      name: VERSION_CHECK_NAME,
      headSha: commit,
      externalId: gitTagExternalId(tag),
      status: 'completed',
      actions: [],
      ...renderGitTagAnswer(answer, tag),
    },
    existing: null,
    // A Re-run is answered in its own run.
    mayExist: true,
  });
  return DONE;
}
