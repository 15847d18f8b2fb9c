// Finds the image's commit: the `revision` label or annotation that all platforms agree on, if the staging or production branch holds it.
import { claimsOf } from '../../domain/image/image-claims.ts';
import {
  known,
  unknown,
  REVISION_LABEL,
  type ContentFacts,
  type Fact,
  type Lineage,
} from '../../domain/image/image-facts.ts';
import { parseCommitSha, type CommitSha } from '../../domain/image/reference.ts';
import type { InstallationClient } from '../../github/client/client.ts';
import { compareWithBranch } from '../../github/commits.ts';
import { retry } from '../../net/retry.ts';
import { facet, type FactSources, type FactSubject } from '../facet.ts';
import { unknownAfter } from '../outside-reason.ts';

/** Throws a transient failure; a final one makes the lineage unknown. */
export const lineage = facet<'lineage', 'contents'>({
  needs: ['contents'],
  cost: 'GitHub: one request for each branch, more only where it does not know the commit; none where the image names none',
  collect: async ({ contents }, { subject, sources }) => {
    const revisions = revisionsOf(contents.value);
    if (revisions.kind === 'unknown') return revisions;
    if (revisions.value.some((claims) => claims.length > 1)) {
      return known({ kind: 'claims-disagree', seen: [...new Set(revisions.value.flat())] });
    }
    // A platform without one counts as ''.
    const distinct = [...new Set(revisions.value.map(([claim = '']) => claim))];
    const [revision] = distinct;
    if (revision === undefined || (distinct.length === 1 && revision === '')) return known({ kind: 'no-revision' });
    if (distinct.length > 1) {
      return known({ kind: 'platforms-disagree', seen: distinct.map((seen) => (seen === '' ? null : seen)) });
    }
    const commit = parseCommitSha(revision);
    if (commit === null) return known({ kind: 'malformed', seen: revision });
    try {
      return known(await placeOf({ ...subject, github: sources.github(), clock: sources.clock }, commit));
    } catch (error) {
      return unknownAfter(error);
    }
  },
});

type Place = Pick<FactSubject, 'repo' | 'branches'> &
  Pick<FactSources, 'clock'> & { readonly github: InstallationClient };

/** Right after a push, some of GitHub's servers do not know the commit yet. */
const MAX_TRIES = 3;
const PAUSE_MS = 1000;

async function placeOf({ github: client, repo, branches, clock }: Place, commit: CommitSha): Promise<Lineage> {
  const asked = [...new Set(branches)];
  const missing: string[] = [];
  const notOn: string[] = [];
  let requests = 0;
  for (const [before, branch] of asked.entries()) {
    const ask = (): ReturnType<typeof compareWithBranch> => {
      requests += 1;
      return compareWithBranch({ client, repo, branch, commit });
    };
    const { membership, commit: found } = await retry(ask, {
      clock,
      backoff: { firstMs: PAUSE_MS, longestMs: PAUSE_MS },
      // All branches together; each has one request for certain.
      maxTries: MAX_TRIES - (requests - before),
      isPending: (place) => place.membership === 'unknown-commit',
      // The job is retried.
      isTransient: () => false,
    });
    if (membership === 'no-branch') missing.push(branch);
    if (membership === 'not-on-branch') notOn.push(branch);
    if (membership !== 'on-branch') continue;
    const summary = found === null ? {} : { summary: { subject: found.subject, author: found.author } };
    return { kind: 'on-branch', commit, branch, ...(notOn.length === 0 ? {} : { notOn }), ...summary };
  }
  return { kind: 'not-on-branch', commit, branches: asked, missing };
}

/** What each platform names. */
function revisionsOf(contents: ContentFacts): Fact<readonly (readonly string[])[]> {
  const revisions: (readonly string[])[] = [];
  for (const facts of contents.platforms) {
    const claims = claimsOf(facts, REVISION_LABEL);
    if (claims.kind === 'unknown') return unknown({ ...claims.reason, platform: facts.platform });
    revisions.push([...new Set(claims.value.map((claim) => parseCommitSha(claim) ?? claim))]);
  }
  return known(revisions);
}
