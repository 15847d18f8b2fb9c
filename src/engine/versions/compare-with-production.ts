// Decides whether production's image was built from the files of a tagged commit.
import { commitOf } from '../../domain/image/image-facts.ts';
import { commitTagsOf } from '../../domain/image/image-wait.ts';
import type { GitTagAnswer, NotInProduction } from '../../domain/promotion/git-tag.ts';
import type { EnvironmentPolicy, Policy } from '../../domain/policy/policy.ts';
import type { Repo } from '../../domain/promotion/promotion.ts';
import type { CommitSha, Digest, ImageRepository, Tag } from '../../domain/image/reference.ts';
import { planTags, type PinnedImage } from '../../domain/image/tag-plan.ts';
import { createCollection } from '../../facts/collect.ts';
import { compareWithBranch } from '../../github/commits.ts';
import { findTree, type CommitTree } from '../../github/trees.ts';
import { factSourcesOf } from '../examine/fact-sources.ts';
import { readProduction } from '../examine/read-production.ts';
import { loadOutcomes } from '../publish/load-outcomes.ts';
import type { Services } from '../core/services.ts';

/** A tagged commit, and the environment of its version. */
export type Release = {
  readonly repo: Repo;
  readonly tag: Tag;
  readonly tagged: CommitTree;
  readonly policy: Policy;
  readonly environment: EnvironmentPolicy;
  readonly image: ImageRepository;
};

export type NamedImage = Pick<PinnedImage, 'repository' | 'digest' | 'commit'>;

/** `same-files`: production holds this image, and the version is free. */
export type Comparison = { readonly kind: 'same-files'; readonly image: NamedImage } | GitTagAnswer;

/** Asks registry and GitHub; OutsideError if one of them can't answer. */
export async function compareWithProduction(services: Services, release: Release): Promise<Comparison> {
  const { repo, tagged, environment, image: repository } = release;
  const client = services.github.forRepo(repo);
  const held = await findHeld(services, release);
  if (held.kind !== 'held') return sayWhy(services, release, held);
  const { branch } = environment;
  const place = await compareWithBranch({ client, repo: repo.name, branch, commit: tagged.sha });
  if (place.membership !== 'on-branch') return sayWhy(services, release, { cause: 'not-on-branch', branch });
  const { digest } = held;
  const commit = await findCommit(services, release, digest);
  if (commit === null) return sayWhy(services, release, { cause: 'no-commit', digest });
  if (!(await hasTaggedFiles(services, release, commit))) {
    return sayWhy(services, release, { cause: 'other-files', commit, digest });
  }
  return planVersion(services, release, { repository, digest, commit });
}

type Held = { readonly kind: 'held'; readonly digest: Digest } | ({ readonly kind: 'unclear' } & NotInProduction);

async function findHeld({ registry }: Services, { environment, image }: Release): Promise<Held> {
  const { tags } = environment;
  const digests = await Promise.all(tags.map((tag) => registry.findDigest(image, tag)));
  const [digest = null, ...others] = [...new Set(digests)];
  if (others.length > 0) return { kind: 'unclear', cause: 'mixed', tags };
  return digest === null ? { kind: 'unclear', cause: 'nothing-held', tags } : { kind: 'held', digest };
}

async function findCommit(
  services: Services,
  { repo, policy, environment, image: repository }: Release,
  digest: Digest,
): Promise<CommitSha | null> {
  const branches = [policy.staging.branch, environment.branch, policy.hotfix.branch];
  const subject = {
    repository,
    digest,
    tag: null,
    versionTag: null,
    repo: repo.name,
    branches,
    stagingReporters: [],
    environments: [environment],
    content: { match: 'off', ignore: [] } as const,
  };
  const collection = createCollection(subject, factSourcesOf(services, { repo, repository }));
  return commitOf(await collection.collect(['lineage']));
}

async function hasTaggedFiles(services: Services, { repo, tagged }: Release, commit: CommitSha): Promise<boolean> {
  if (commit === tagged.sha) return true;
  const client = services.github.forRepo(repo);
  const found = await findTree({ client, repo: repo.name, ref: commit });
  return found?.tree === tagged.tree;
}

async function planVersion(
  services: Services,
  { repo, tag: versionTag, environment }: Release,
  named: NamedImage,
): Promise<Comparison> {
  const image = { ...named, commitTag: null, platforms: [] };
  const production = await readProduction(services, { repoId: repo.id, environment, image, versionTag });
  const kind = 'version';
  const plan = planTags({ image, environment, kind, force: false, versionTag, reason: null, production });
  switch (plan.kind) {
    case 'already-there':
      return { kind: 'named-already', environment: environment.name, digest: named.digest };
    case 'permanent-tag-taken': {
      const [taken] = plan.taken;
      if (taken === undefined) throw new Error('a permanent tag is taken, and none is named');
      return { kind: 'refused', refusal: { code: 'version-taken', ...taken } };
    }
    case 'moves':
    case 'left-production':
      return { kind: 'same-files', image: named };
  }
}

async function sayWhy(services: Services, release: Release, why: NotInProduction): Promise<GitTagAnswer> {
  const { repo, environment, image } = release;
  const source = await findSource(services, release);
  const answer = {
    kind: 'not-in-production',
    environment: environment.name,
    why,
    source: source?.tag ?? null,
  } as const;
  if (source === null) return answer;
  const outcome = (await loadOutcomes(services, { repoId: repo.id, environment, image }))(source.digest);
  return outcome === null ? answer : { ...answer, sourceOutcome: outcome };
}

/** The staging tag of the tagged commit, or of a parent with the same files, as after a merge without changes. */
async function findSource(
  services: Services,
  release: Release,
): Promise<{ readonly tag: Tag; readonly digest: Digest } | null> {
  const { tagged, policy, image } = release;
  for (const commit of [tagged.sha, ...tagged.parents.slice(0, 2)]) {
    for (const tag of commitTagsOf(policy.staging.tagPrefix, commit)) {
      const digest = await services.registry.findDigest(image, tag);
      if (digest !== null && (await hasTaggedFiles(services, release, commit))) return { tag, digest };
    }
  }
  return null;
}
