// `installation`: the App was installed, suspended, let act again or removed.
import { z } from 'zod';
import type { Intent } from '../../engine/core/intent.ts';
import { ListedRepos, toRepos } from '../payload.ts';

const Delivery = z.object({
  action: z.string(),
  installation: z.object({ id: z.number().int() }),
  repositories: ListedRepos,
});

export function translateInstallation(payload: unknown): readonly Intent[] {
  const { action, installation, repositories } = Delivery.parse(payload);
  const installationId = installation.id;
  switch (action) {
    case 'deleted':
    case 'suspend':
      return [{ kind: 'installation-gone', installationId }];
    case 'created':
    case 'unsuspend':
      return [{ kind: 'installation-back', installationId, repos: toRepos(repositories, installationId) }];
    default:
      return [];
  }
}
