// `/promote` alone: the newest commits of the staging branch that have an image, as ready lines with what became of each.
import type { EnvironmentPolicy, Policy } from '../../domain/policy/policy.ts';
import { isLeft, outcomeOf, type History } from '../../domain/promotion/history.ts';
import type { Digest, ImageRepository, Tag } from '../../domain/image/reference.ts';
import type { Candidate, CandidateHeld, InsteadOfSource } from '../../domain/reply.ts';
import { commitHexOf } from '../../domain/rules/tag-commit.ts';
import { listCommits } from '../../github/commits.ts';
import { listHeld } from '../../store/promotions/history.ts';
import { listOpenPromotions } from '../../store/promotions/promotions.ts';
import { notDone, replied, type Answer, type Asked } from '../core/answer.ts';
import { listCommitTags } from '../examine/resolve-source.ts';
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
  { registry, store }: Services,
  { asked, image, environment }: Place,
  candidates: readonly Candidate[],
): Promise<readonly Candidate[]> {
  const place = { repoId: asked.repo.id, environment: environment.name };
  const [floating] = environment.tags;
  const digestOf = async (tag: Tag): Promise<Digest | null> => registry.findDigest(image, tag);
  const [history, open, current, digests] = await Promise.all([
    listHeld(store.db, { ...place, repository: image }),
    listOpenPromotions(store.db, place),
    floating === undefined ? null : digestOf(floating),
    Promise.all(candidates.map(({ tag }) => digestOf(tag))),
  ]);
  return candidates.map((candidate, at) => {
    const digest = digests[at] ?? null;
    if (digest === null) return candidate;
    const held = heldBy({ history, digest, current, environment: environment.name });
    const running = open.find(({ images }) => images.some((one) => one.digest === digest));
    return {
      ...candidate,
      ...(held === null ? {} : { held }),
      ...(running === undefined ? {} : { open: running.number }),
    };
  });
}

/** Put there by hand, before anything was promoted. */
const NO_OUTCOME = { promotion: null, forced: false, approvedBy: [], report: null } as const;

/** Null if the environment never held it. */
function heldBy(args: {
  readonly history: History;
  readonly digest: Digest;
  readonly current: Digest | null;
  readonly environment: string;
}): CandidateHeld | null {
  const { history, digest, current, environment } = args;
  const isCurrent = digest === current;
  const outcome = outcomeOf(history, digest);
  if (outcome === null && !isCurrent) return null;
  const isRolledBack = !isCurrent && isLeft(history, digest);
  return { environment, isCurrent, isRolledBack, ...(outcome ?? NO_OUTCOME) };
}
