// `repository`: it was renamed, transferred, archived, unarchived or deleted. The numeric id stays the same.
import { z } from 'zod';
import type { Intent } from '../../engine/core/intent.ts';
import { RepositoryPart, toRepo } from '../payload.ts';
import type { Webhook } from '../webhook.ts';

const ACTIONS = ['renamed', 'transferred', 'unarchived', 'deleted', 'archived'] as const;

export const repository: Webhook = {
  actions: ACTIONS,
  supersededBy: { archived: 'any-of-repository' },
  translate,
};

const Delivery = z.object({ ...RepositoryPart, action: z.enum(ACTIONS) });

function translate(payload: unknown): readonly Intent[] {
  const delivery = Delivery.parse(payload);
  switch (delivery.action) {
    case 'renamed':
    case 'transferred':
    case 'unarchived':
      return [{ kind: 'repo-changed', repo: toRepo(delivery), since: null }];
    case 'deleted':
      return [gone(delivery, 'repository-gone')];
    // Nothing can be written there, so nobody can approve and no card can tell.
    case 'archived':
      return [gone(delivery, 'repository-archived')];
  }
}

function gone(delivery: z.infer<typeof Delivery>, because: 'repository-gone' | 'repository-archived'): Intent {
  const { repository: about, installation } = delivery;
  return { kind: 'repo-gone', repoId: about.id, installationId: installation.id, because };
}
