// `/promote` alone: the newest commits of the staging branch that have an image, as ready lines.
import type { Policy } from '../../domain/policy/policy.ts';
import type { ImageRepository } from '../../domain/image/reference.ts';
import type { Candidate } from '../../domain/reply.ts';
import { commitHexOf } from '../../domain/rules/tag-commit.ts';
import { listCommits } from '../../github/commits.ts';
import { replied, type Answer, type Asked } from '../core/answer.ts';
import { listCommitTags } from '../examine/resolve-source.ts';
import type { Services } from '../core/services.ts';

const SHOWN = 5;
const COMMITS_LOOKED_AT = 100;

/** Newest first by the branch's own order: a registry's tag list has no order to go by. */
export async function listCandidates(
  services: Services,
  args: {
    readonly asked: Asked;
    readonly policy: Policy;
    readonly image: ImageRepository;
    readonly environment: string | null;
  },
): Promise<Answer> {
  const { asked, policy, image, environment } = args;
  const { branch, tagPrefix } = policy.staging;
  const client = services.github.forRepo(asked.repo);
  const [tags, commits] = await Promise.all([
    listCommitTags({ registry: services.registry, image, prefix: tagPrefix }),
    listCommits({ client, repo: asked.repo.name, branch, limit: COMMITS_LOOKED_AT }),
  ]);
  const candidates = commits.flatMap(({ sha, subject, at }): readonly Candidate[] => {
    const tag = tags.find((name) => sha.startsWith(commitHexOf(name, tagPrefix) ?? '-'));
    return tag === undefined ? [] : [{ tag, commit: sha, subject, at }];
  });
  const shown = candidates.slice(0, SHOWN);
  return replied(asked, { kind: 'candidates', image, prefix: tagPrefix, branch, environment, candidates: shown });
}
