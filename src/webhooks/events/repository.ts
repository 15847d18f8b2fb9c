// `repository`: it was renamed, transferred, archived, unarchived or deleted. The numeric id stays the same.
import { z } from 'zod';
import { parseRepoName, type RepoName } from '../../domain/image/reference.ts';
import type { Intent } from '../../engine/core/intent.ts';
import { RepositoryPart, toRepo } from '../payload.ts';
import type { Webhook } from '../webhook.ts';

const ACTIONS = ['renamed', 'transferred', 'unarchived', 'deleted', 'archived'] as const;

export const repository: Webhook = {
  actions: ACTIONS,
  supersededBy: { archived: 'any-of-repository' },
  translate,
};

const Login = z.object({ login: z.string() }).nullish();

/** What it was before: the name if it was renamed, the account if it was transferred. */
const Changes = z
  .object({
    repository: z.object({ name: z.object({ from: z.string() }) }).nullish(),
    owner: z.object({ from: z.object({ user: Login, organization: Login }) }).nullish(),
  })
  .nullish();

const Delivery = z.object({ ...RepositoryPart, action: z.enum(ACTIONS), changes: Changes });

function translate(payload: unknown): readonly Intent[] {
  const delivery = Delivery.parse(payload);
  switch (delivery.action) {
    case 'renamed':
    case 'transferred':
    case 'unarchived':
      return [{ kind: 'repo-changed', repo: toRepo(delivery), since: null, ...formerName(delivery) }];
    case 'deleted':
      return [gone(delivery, 'repository-gone')];
    // Nothing can be written there, so nobody can approve and no card can show anything.
    case 'archived':
      return [gone(delivery, 'repository-archived')];
  }
}

function formerName({ repository: { full_name: today }, changes }: z.infer<typeof Delivery>): {
  readonly formerName?: RepoName;
} {
  const [owner = '', name = ''] = today.split('/');
  const from = changes?.owner?.from;
  const account = from?.user?.login ?? from?.organization?.login ?? owner;
  const former = parseRepoName(`${account}/${changes?.repository?.name.from ?? name}`);
  return former === null || former === today ? {} : { formerName: former };
}

function gone(delivery: z.infer<typeof Delivery>, because: 'repository-gone' | 'repository-archived'): Intent {
  const { repository: about, installation } = delivery;
  return { kind: 'repo-gone', repoId: about.id, installationId: installation.id, because };
}
