// `registry_package`: something was pushed to a package. Only a hint to check: it comes once per manifest, late, or never.
import { z } from 'zod';
import type { Intent } from '../../engine/core/intent.ts';
import { RepositoryPart, toRepo } from '../payload.ts';
import type { Webhook } from '../webhook.ts';

export const registryPackage: Webhook = { actions: null, translate };

const Published = z.object({
  ...RepositoryPart,
  registry_package: z.object({ name: z.string(), owner: z.object({ login: z.string() }).nullish() }),
});

function translate(payload: unknown): readonly Intent[] {
  // A package without a linked repository has none: jobs that wait for it poll.
  if (!z.object({ repository: z.looseObject({}) }).safeParse(payload).success) return [];
  const { registry_package: published, ...delivery } = Published.parse(payload);
  const repo = toRepo(delivery);
  const owner = published.owner?.login ?? repo.name.slice(0, repo.name.indexOf('/'));
  return [{ kind: 'registry-package', repo, package: `${owner}/${published.name}`.toLowerCase() }];
}
