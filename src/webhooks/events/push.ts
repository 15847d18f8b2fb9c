// `push`: the new head of a branch. Deleted branches and tags are ignored.
import { z } from 'zod';
import { parseCommitSha } from '../../domain/image/reference.ts';
import type { Intent, Sender } from '../../engine/core/intent.ts';
import { isPolicyPath } from '../../domain/policy/policy-file-name.ts';
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
  const paths = (commits ?? []).flatMap(({ added, modified, removed }) =>
    [added, modified, removed].flatMap((changed) => changed ?? []),
  );
  const by = sender === null || sender === undefined ? {} : roleOf(sender, paths);
  return [{ kind: 'push', repo: toRepo(pushed), branch, head, toDefaultBranch, ...by }];
}

function roleOf(
  sender: Sender,
  paths: readonly string[],
): { readonly policyBy?: Sender; readonly misnamedBy?: Sender } {
  if (paths.includes(POLICY_PATH)) return { policyBy: sender };
  return paths.some(isPolicyPath) ? { misnamedBy: sender } : {};
}
