// `pull_request`: a new pull request with a command in its description.
import { z } from 'zod';
import type { Intent } from '../../engine/core/intent.ts';
import { Thread, toMisplaced, Written } from '../misplaced-commands.ts';
import { Account, RepositoryPart } from '../payload.ts';
import type { Webhook } from '../webhook.ts';

export const pullRequest: Webhook = { actions: ['opened'], onlyHints: true, translate };

const Delivery = z.object({
  ...RepositoryPart,
  pull_request: z.object({ ...Thread.shape, ...Written.shape }),
  sender: Account,
});

function translate(payload: unknown): readonly Intent[] {
  const delivery = Delivery.parse(payload);
  return toMisplaced(delivery, {
    place: 'pull-request',
    issue: delivery.pull_request.number,
    written: delivery.pull_request,
  });
}
