// `create`: a pushed git tag that is a version. Branches and other tags are ignored.
import { z } from 'zod';
import { parseVersionTag } from '../../domain/promotion/git-tag.ts';
import type { Intent } from '../../engine/core/intent.ts';
import { Account, RepositoryPart, toRepo } from '../payload.ts';
import type { Webhook } from '../webhook.ts';

export const create: Webhook = { actions: null, translate };

const Created = z.object({ ...RepositoryPart, ref: z.string(), sender: Account });

/** Bots count here: pushing a tag requires write access, and changes nothing that runs. */
function translate(payload: unknown): readonly Intent[] {
  if (!z.object({ ref_type: z.literal('tag') }).safeParse(payload).success) return [];
  const delivery = Created.parse(payload);
  // GitHub sends the bare name; its documentation once promised the whole ref.
  const tag = parseVersionTag(delivery.ref.replace(/^refs\/tags\//, ''));
  return tag === null ? [] : [{ kind: 'git-tag', repo: toRepo(delivery), tag, by: delivery.sender, because: 'pushed' }];
}
