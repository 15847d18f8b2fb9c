// Puts 👀, 🚀 or 👎 on the comment that carried a command.
import { addReaction } from '../../github/comments/reactions.ts';
import { findRepo } from '../../store/repos.ts';
import { DONE, type Job, type JobDefinition, type JobOutcome } from '../core/handler.ts';
import type { Services } from '../core/services.ts';

export const react: JobDefinition<'react'> = {
  key: null,
  queue: 'reaction',
  traits: ['needs-thread'],
  handle,
};

async function handle({ payload }: Job<'react'>, { store, github }: Services): Promise<JobOutcome> {
  const { repoId, commentId, reaction } = payload;
  const repo = await findRepo(store.db, repoId);
  if (repo === null) throw new Error(`repository ${repoId} is not in the database`);
  const client = github.forRepo(repo);
  await addReaction({ client, repo: repo.name, commentId, reaction });
  return DONE;
}
