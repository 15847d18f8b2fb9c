// `issues`: a new issue with a command in its description.
import { z } from 'zod';
import type { Intent } from '../../engine/core/intent.ts';
import { Thread, toMisplaced, Written } from '../misplaced-commands.ts';
import { Account, RepositoryPart } from '../payload.ts';
import type { Webhook } from '../webhook.ts';

export const issues: Webhook = { actions: ['opened'], onlyHints: true, translate };

const Opened = z.object({
  ...RepositoryPart,
  issue: z.object({ ...Thread.shape, ...Written.shape }),
  /** Where it was moved from. */
  changes: z.object({ old_issue: z.unknown() }).nullish(),
  sender: Account,
});

function translate(payload: unknown): readonly Intent[] {
  const delivery = Opened.parse(payload);
  const { issue, changes } = delivery;
  if (changes?.old_issue !== undefined) return [];
  return toMisplaced(delivery, { place: 'issue', issue: issue.number, written: issue });
}
