// `/promote` alone: the newest commits of the staging branch that have an image, as ready lines with what became of each.
import type { EnvironmentPolicy, Policy } from '../../domain/policy/policy.ts';
import type { ImageRepository } from '../../domain/image/reference.ts';
import type { Candidate, InsteadOfSource } from '../../domain/reply.ts';
import { commitHexOf } from '../../domain/rules/tag-commit.ts';
import { listCommits } from '../../github/commits.ts';
import { listOpenPromotions } from '../../store/promotions/promotions.ts';
import { notDone, replied, type Answer, type Asked } from '../core/answer.ts';
import { listCommitTags } from '../examine/resolve-source.ts';
import { loadOutcomes } from '../publish/load-outcomes.ts';
import type { Services } from '../core/services.ts';

const SHOWN = 5;
const COMMITS_READ = 100;

type Place = {
  readonly asked: Asked;
  readonly policy: Policy;
  readonly image: ImageRepository;
  readonly environment: EnvironmentPolicy;
  /** Whether the command named the environment: then the lines do too. */
  readonly isNamed: boolean;
  /** Null where the list was asked for. */
  readonly instead: InsteadOfSource | null;
};

/** Newest first by the branch's own order: a registry's tag list has no order to go by. */
export async function listCandidates(services: Services, place: Place): Promise<Answer> {
  const { asked, policy, image, environment, isNamed, instead } = place;
  const { branch, tagPrefix: prefix } = policy.staging;
  const client = services.github.forRepo(asked.repo);
  const [tags, commits] = await Promise.all([
    listCommitTags({ registry: services.registry, image, prefix }),
    listCommits({ client, repo: asked.repo.name, branch, limit: COMMITS_READ }),
  ]);
  const found = commits.flatMap(({ sha, ...rest }): readonly Candidate[] => {
    const tag = tags.find((name) => sha.startsWith(commitHexOf(name, prefix) ?? '-'));
    return tag === undefined ? [] : [{ tag, commit: sha, ...rest }];
  });
  const candidates = await markAll(services, place, found.slice(0, SHOWN));
  const name = isNamed ? environment.name : null;
  const list = { kind: 'candidates', image, prefix, branch, environment: name, candidates } as const;
  return instead === null ? replied(asked, list) : notDone(asked, { ...list, instead });
}

async function markAll(
  services: Services,
  { asked, image, environment }: Place,
  candidates: readonly Candidate[],
): Promise<readonly Candidate[]> {
  const repoId = asked.repo.id;
  const [outcomeOf, open, digests] = await Promise.all([
    loadOutcomes(services, { repoId, environment, image }),
    listOpenPromotions(services.store.db, { repoId, environment: environment.name }),
    Promise.all(candidates.map(({ tag }) => services.registry.findDigest(image, tag))),
  ]);
  return candidates.map((candidate, at) => {
    const digest = digests[at] ?? null;
    if (digest === null) return candidate;
    const held = outcomeOf(digest);
    const running = open.find(({ images }) => images.some((one) => one.digest === digest));
    return {
      ...candidate,
      ...(held === null ? {} : { held }),
      ...(running === undefined ? {} : { open: running.number }),
    };
  });
}
