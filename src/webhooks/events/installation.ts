// `installation`: the App was installed, suspended, unsuspended or removed.
import { z } from 'zod';
import type { Intent } from '../../engine/core/intent.ts';
import { ListedRepos, toRepos } from '../payload.ts';
import type { Webhook } from '../webhook.ts';

const ACTIONS = ['created', 'unsuspend', 'deleted', 'suspend'] as const;

export const installation: Webhook = {
  actions: ACTIONS,
  supersededBy: { deleted: 'any-of-installation', suspend: 'any-of-installation' },
  translate,
};

const Delivery = z.object({
  action: z.enum(ACTIONS),
  installation: z.object({ id: z.number().int() }),
  repositories: ListedRepos,
});

function translate(payload: unknown): readonly Intent[] {
  const { action, installation: about, repositories } = Delivery.parse(payload);
  const installationId = about.id;
  switch (action) {
    case 'deleted':
    case 'suspend':
      return [{ kind: 'installation-gone', installationId }];
    case 'created':
    case 'unsuspend':
      return [{ kind: 'installation-back', installationId, repos: toRepos(repositories, installationId) }];
  }
}
