// `installation_repositories`: repositories were added to the App, or removed from it.
import { z } from 'zod';
import type { Intent } from '../../engine/core/intent.ts';
import { ListedRepos, toRepos } from '../payload.ts';
import type { Webhook } from '../webhook.ts';

export const installationRepositories: Webhook = {
  actions: ['added', 'removed'],
  supersededBy: { removed: 'same-event-of-installation' },
  translate,
};

const Delivery = z.object({
  installation: z.object({ id: z.number().int() }),
  repositories_added: ListedRepos,
  repositories_removed: ListedRepos,
});

function translate(payload: unknown): readonly Intent[] {
  const { installation, repositories_added: added, repositories_removed: removed } = Delivery.parse(payload);
  const installationId = installation.id;
  const gone = removed.map(
    ({ id }) => ({ kind: 'repo-gone', repoId: id, installationId, because: 'repository-gone' }) as const,
  );
  const repos = toRepos(added, installationId);
  return repos.length === 0 ? gone : [...gone, { kind: 'installation-back', installationId, repos }];
}
