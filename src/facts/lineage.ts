// Finds the image's commit: the `revision` label that all platforms agree on, if the staging or production branch holds it.
import { known, unknown, REVISION_LABEL, type Fact, type Lineage } from '../domain/image/image-facts.ts';
import { parseCommitSha, type CommitSha, type RepoName } from '../domain/image/reference.ts';
import type { InstallationClient } from '../github/client/client.ts';
import { compareWithBranch } from '../github/commits.ts';
import type { ImageContents } from './contents.ts';
import { unknownAfter } from './outside-reason.ts';

export type LineageSource = {
  readonly github: InstallationClient;
  readonly repo: RepoName;
  /** In the order of asking: staging, then production. */
  readonly branches: readonly string[];
};

/** At most one request per branch. A failure that may pass is thrown; a final one makes the lineage unknown. */
export async function collectLineage(source: LineageSource, contents: ImageContents): Promise<Fact<Lineage>> {
  const revisions = revisionsOf(contents);
  if (revisions.kind === 'unknown') return revisions;
  const distinct = [...new Set(revisions.value)];
  const [revision] = distinct;
  if (revision === undefined || (distinct.length === 1 && revision === '')) return known({ kind: 'no-revision' });
  if (distinct.length > 1) {
    return known({ kind: 'platforms-disagree', seen: distinct.map((seen) => (seen === '' ? null : seen)) });
  }
  const commit = parseCommitSha(revision);
  if (commit === null) return known({ kind: 'malformed', seen: revision });
  try {
    return known(await placeOf(source, commit));
  } catch (error) {
    return unknownAfter(error);
  }
}

async function placeOf({ github, repo, branches }: LineageSource, commit: CommitSha): Promise<Lineage> {
  for (const branch of branches) {
    const place = await compareWithBranch({ client: github, repo, branch, commit });
    if (place === 'on-branch') return { kind: 'on-branch', commit, branch };
  }
  return { kind: 'not-on-branch', commit, branches };
}

/** One per platform; a platform without the label counts as ''. */
function revisionsOf(contents: ImageContents): Fact<readonly string[]> {
  const revisions: string[] = [];
  for (const { platform, config } of contents.platforms) {
    if (config.kind === 'unknown') return unknown({ ...config.reason, platform });
    revisions.push(config.value.labels[REVISION_LABEL]?.trim() ?? '');
  }
  return known(revisions);
}
