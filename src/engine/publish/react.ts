// Puts 👀, 🚀 or 👎 on the comment that carried a command.
import { addReaction } from '../../github/comments/reactions.ts';
import { findRepo } from '../../store/repos.ts';
import { DONE, type Handler } from '../core/handler.ts';

export const react: Handler<'react'> = async ({ payload }, { store, github }) => {
  const { repoId, commentId, reaction } = payload;
  const repo = await findRepo(store.db, repoId);
  if (repo === null) throw new Error(`repository ${repoId} is not in the database`);
  const client = github.forInstallation(repo.installationId);
  await addReaction({ client, repo: repo.name, commentId, reaction });
  return DONE;
};
