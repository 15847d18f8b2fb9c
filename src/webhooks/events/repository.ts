// `repository`: it was renamed, transferred, archived, unarchived or deleted. The numeric id stays the same.
import { z } from 'zod';
import type { Intent } from '../../engine/core/intent.ts';
import { RepositoryPart, toRepo } from '../payload.ts';

const Delivery = z.object({ ...RepositoryPart, action: z.string() });

export function translateRepository(payload: unknown): readonly Intent[] {
  const { action } = z.object({ action: z.string() }).parse(payload);
  switch (action) {
    case 'renamed':
    case 'transferred':
    case 'unarchived':
      return [{ kind: 'repo-changed', repo: toRepo(Delivery.parse(payload)), since: null }];
    case 'deleted':
      return [gone(payload, 'repository-gone')];
    // Nothing can be written there, so nobody can approve and no card can tell.
    case 'archived':
      return [gone(payload, 'repository-archived')];
    default:
      return [];
  }
}

function gone(payload: unknown, because: 'repository-gone' | 'repository-archived'): Intent {
  const { repository, installation } = Delivery.parse(payload);
  return { kind: 'repo-gone', repoId: repository.id, installationId: installation.id, because };
}
