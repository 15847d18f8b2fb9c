// `pull_request_review`: a review with a command in its text, which is only read in comments.
import { z } from 'zod';
import type { Intent } from '../../engine/core/intent.ts';
import { Thread, toMisplaced, Written } from '../misplaced-commands.ts';
import { Account, RepositoryPart } from '../payload.ts';
import type { Webhook } from '../webhook.ts';

export const pullRequestReview: Webhook = { actions: ['submitted'], onlyHints: true, translate };

const Delivery = z.object({ ...RepositoryPart, pull_request: Thread, review: Written, sender: Account });

function translate(payload: unknown): readonly Intent[] {
  const delivery = Delivery.parse(payload);
  return toMisplaced(delivery, { place: 'review', issue: delivery.pull_request.number, written: delivery.review });
}
