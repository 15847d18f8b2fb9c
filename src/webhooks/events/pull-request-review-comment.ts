// `pull_request_review_comment`: a command in a comment on a line of the diff, which is no comment of the thread.
import { z } from 'zod';
import type { Intent } from '../../engine/core/intent.ts';
import { Thread, toMisplaced, Written } from '../misplaced-commands.ts';
import { Account, RepositoryPart } from '../payload.ts';
import type { Webhook } from '../webhook.ts';

export const pullRequestReviewComment: Webhook = { actions: ['created'], onlyHints: true, translate };

const Delivery = z.object({ ...RepositoryPart, pull_request: Thread, comment: Written, sender: Account });

function translate(payload: unknown): readonly Intent[] {
  const delivery = Delivery.parse(payload);
  return toMisplaced(delivery, {
    place: 'review-comment',
    issue: delivery.pull_request.number,
    written: delivery.comment,
  });
}
