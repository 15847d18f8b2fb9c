// Puts a reaction under a comment: a cheap sign that a command was received, done or refused.
import { z } from 'zod';
import type { RepoName } from '../../domain/image/reference.ts';
import { splitRepo, type InstallationClient } from '../client/client.ts';
import { isGitHubError } from '../client/errors.ts';

const Reaction = z.object({ id: z.number() });

/** Safe to repeat: GitHub keeps one of each kind per account. `gone`: the comment was deleted meanwhile. */
export async function addReaction({
  client,
  repo,
  commentId,
  reaction,
}: {
  readonly client: InstallationClient;
  readonly repo: RepoName;
  readonly commentId: number;
  readonly reaction: 'eyes' | 'rocket' | '-1';
}): Promise<'added' | 'gone'> {
  try {
    await client.ask({
      tried: `reacting to comment ${commentId} in ${repo}`,
      send: (api) =>
        api.reactions.createForIssueComment({ ...splitRepo(repo), comment_id: commentId, content: reaction }),
      answer: Reaction,
    });
    return 'added';
  } catch (error) {
    if (isGitHubError(error, 'github-not-found')) return 'gone';
    throw error;
  }
}
