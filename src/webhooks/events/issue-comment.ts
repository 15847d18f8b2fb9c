// `issue_comment`: a new comment by a person, its Markdown read for command lines. Edited ones are never read.
import { z } from 'zod';
import type { Intent } from '../../engine/core/intent.ts';
import { readCommandLines } from '../../comments/command-lines.ts';
import { Account, RepositoryPart, toRepo } from '../payload.ts';
import type { Webhook } from '../webhook.ts';

export const issueComment: Webhook = { actions: ['created'], translate };

const Created = z.object({
  ...RepositoryPart,
  issue: z.object({ number: z.number().int(), comments: z.number().int().nullish().catch(null) }),
  comment: z.object({
    id: z.number().int(),
    body: z.string().nullish(),
    user: Account.nullish(),
    created_at: z.string().nullish(),
    performed_via_github_app: z.object({ id: z.number().int(), slug: z.string().nullish() }).nullish(),
  }),
  sender: Account,
});

function translate(payload: unknown): readonly Intent[] {
  const delivery = Created.parse(payload);
  const { issue, comment, sender } = delivery;
  // Null: the account was deleted meanwhile. Comments of bots are ignored: they may use the same words.
  if (comment.user === null || comment.user === undefined || comment.user.kind === 'bot') return [];
  // The author of a comment is its sender. With another sender, such as after the transfer of an issue, it was not written here.
  if (comment.user.id !== sender.id) return [];
  const { lines, hint } = readCommandLines(comment.body ?? '');
  if (lines.length === 0 && hint === null) return [];
  const repo = toRepo(delivery);
  const writtenAt = Date.parse(comment.created_at ?? '');
  const time = Number.isNaN(writtenAt) ? {} : { writtenAt };
  const app = comment.performed_via_github_app;
  const by = {
    ...comment.user,
    ...(app === null || app === undefined ? {} : { app: { id: app.id, slug: app.slug ?? '' } }),
  };
  const count = issue.comments === null || issue.comments === undefined ? {} : { threadComments: issue.comments };
  return [{ kind: 'comment', repo, issue: issue.number, commentId: comment.id, by, ...time, lines, hint, ...count }];
}
