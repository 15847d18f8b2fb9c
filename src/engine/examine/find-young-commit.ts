// Decides whether a source that has no image yet is worth waiting for: a commit of the staging branch, fresh enough to be in its build.
import type { PlainSource } from '../../domain/image/image-source.ts';
import { BUILD_TIME_MS, commitTagsOf } from '../../domain/image/image-wait.ts';
import type { Policy } from '../../domain/policy/policy.ts';
import type { Repo } from '../../domain/promotion/promotion.ts';
import type { CommitSha, Tag } from '../../domain/image/reference.ts';
import { commitHexOf } from '../../domain/rules/tag-commit.ts';
import { compareWithBranch, findCommit } from '../../github/commits.ts';
import { findStagingCheck } from '../../store/staging-checks.ts';
import type { Services } from '../core/services.ts';

export type YoungCommit = {
  readonly commit: CommitSha;
  /** The tags that its image may get, the named one first. */
  readonly tags: readonly Tag[];
  readonly until: number;
};

/** Null if there is nothing to wait for; OutsideError if GitHub can't answer. */
export async function findYoungCommit(
  services: Services,
  about: { readonly repo: Repo; readonly policy: Policy; readonly source: PlainSource },
): Promise<YoungCommit | null> {
  const { repo, source } = about;
  const { branch, tagPrefix } = about.policy.staging;
  const hex = hexOf(source, tagPrefix);
  if (hex === null) return null;
  const client = services.github.forRepo(repo);
  const found = await findCommit({ client, repo: repo.name, hex });
  if (found === null) return null;
  const { sha: commit, at } = found;
  const now = services.now();
  // A commit may be older than its push, and its date is whatever its author wrote: never later than now.
  const pushed = (await findStagingCheck(services.store.db, { repoId: repo.id, commit }))?.since ?? 0;
  const until = Math.max(Math.min(at, now), Math.min(pushed, now)) + BUILD_TIME_MS;
  if (now >= until) return null;
  const place = await compareWithBranch({ client, repo: repo.name, branch, commit });
  if (place.membership !== 'on-branch') return null;
  const named = source.kind === 'tag' ? [source.tag] : [];
  return { commit, tags: [...new Set([...named, ...commitTagsOf(tagPrefix, commit)])], until };
}

function hexOf(source: PlainSource, prefix: string): string | null {
  switch (source.kind) {
    case 'digest':
    // Whatever image comes under the tag, this digest was asked for.
    case 'pinned-tag':
      return null;
    case 'hex':
      return source.typed.toLowerCase();
    case 'tag':
      return commitHexOf(source.tag, prefix);
  }
}
