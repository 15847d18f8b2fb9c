// `push`: the new head of a branch. Deleted branches and tags are ignored.
import { z } from 'zod';
import { parseCommitSha } from '../../domain/image/reference.ts';
import type { Intent } from '../../engine/core/intent.ts';
import { POLICY_PATH } from '../../domain/policy/policy.ts';
import { Account, RepositoryPart, toRepo } from '../payload.ts';
import type { Webhook } from '../webhook.ts';

export const push: Webhook = { actions: null, translate };

const Paths = z.array(z.string()).nullish();

const Push = z.object({
  ...RepositoryPart,
  repository: RepositoryPart.repository.extend({ default_branch: z.string().nullish() }),
  ref: z.string(),
  after: z.string(),
  deleted: z.boolean().nullish(),
  sender: Account.nullish(),
  commits: z
    .array(z.object({ added: Paths, modified: Paths, removed: Paths }))
    .nullish()
    .catch(null),
});

const BRANCH = 'refs/heads/';

function translate(payload: unknown): readonly Intent[] {
  const { ref, after, deleted, ...pushed } = Push.parse(payload);
  const head = parseCommitSha(after);
  if (!ref.startsWith(BRANCH) || deleted === true || head === null || /^0+$/.test(head)) return [];
  const branch = ref.slice(BRANCH.length);
  const toDefaultBranch = branch === pushed.repository.default_branch;
  const { sender, commits } = pushed;
  const changesPolicy = (commits ?? []).some(({ added, modified, removed }) =>
    [added, modified, removed].some((paths) => paths?.includes(POLICY_PATH) === true),
  );
  const by = sender === null || sender === undefined || !changesPolicy ? {} : { policyBy: sender };
  return [{ kind: 'push', repo: toRepo(pushed), branch, head, toDefaultBranch, ...by }];
}
