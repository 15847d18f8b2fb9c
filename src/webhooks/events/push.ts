// `push`: the new head of a branch. Deleted branches and tags tell nothing to look at.
import { z } from 'zod';
import { parseCommitSha } from '../../domain/image/reference.ts';
import type { Intent } from '../../engine/core/intent.ts';
import { RepositoryPart, toRepo } from '../payload.ts';

const Push = z.object({
  ...RepositoryPart,
  repository: RepositoryPart.repository.extend({ default_branch: z.string().nullish() }),
  ref: z.string(),
  after: z.string(),
  deleted: z.boolean().nullish(),
});

const BRANCH = 'refs/heads/';

export function translatePush(payload: unknown): readonly Intent[] {
  const push = Push.parse(payload);
  const head = parseCommitSha(push.after);
  if (!push.ref.startsWith(BRANCH) || push.deleted === true || head === null || /^0+$/.test(head)) return [];
  const branch = push.ref.slice(BRANCH.length);
  const toDefaultBranch = branch === push.repository.default_branch;
  return [{ kind: 'push', repo: toRepo(push), branch, head, toDefaultBranch }];
}
