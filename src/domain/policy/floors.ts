// The operator's floors: the least that an environment's approvals need, whatever its policy file says.
import type { RepoName, Tag } from '../image/reference.ts';
import type { Repo } from '../promotion/promotion.ts';
import type { EnvironmentPolicy } from './policy.ts';

/**
 * Which environments a floor is about; `repo` null: of every repository, `environment` `*`: every environment. With an id,
 * of the repository with this id, whatever it is called.
 */
export type FloorPlace = { readonly repo: RepoName | null; readonly id?: number; readonly environment: string };

/** MIN_APPROVALS and FORBID_SELF_APPROVAL. */
export type Floors = {
  readonly minApprovals: readonly (FloorPlace & { readonly required: number })[];
  readonly forbidSelfApproval: readonly FloorPlace[];
};

export const NO_FLOORS: Floors = { minApprovals: [], forbidSelfApproval: [] };

/** The minimum of one environment. */
export type Floor = { readonly required: number; readonly forbidsSelfApproval: boolean };

/** A tag that an environment of this repository moved once. */
export type EnvironmentTag = { readonly environment: string; readonly tag: Tag };

/** Tags that production is deployed by, whichever environment moves them. */
const PRODUCTION_TAGS: readonly string[] = ['main', 'latest'];

/** The repository in question. `names`: its former names, in lower case. */
type Asked = { readonly repo: Pick<Repo, 'id' | 'name'>; readonly names: readonly string[] };

/**
 * A floor follows the tags, not the name. These floors apply to an environment: that of its name, of its name on GitHub,
 * and of every environment that ever moved one of its tags; with `main` or `latest`, every floor. So neither renaming an
 * environment nor giving its tags to another one lowers it. Nor does renaming the repository: each of its names has its
 * floor, and the highest counts.
 */
export function floorOf(
  args: Asked & {
    readonly floors: Floors;
    readonly environment: Pick<EnvironmentPolicy, 'name' | 'tags'> & {
      readonly deployment: Pick<EnvironmentPolicy['deployment'], 'environment'>;
    };
    readonly moved: readonly EnvironmentTag[];
  },
): Floor {
  const { floors, environment, moved, ...asked } = args;
  const movesProduction = environment.tags.some((tag) => PRODUCTION_TAGS.includes(tag));
  const named = [...floors.minApprovals, ...floors.forbidSelfApproval].filter((place) => isOf(place, asked));
  const names = [
    environment.name,
    environment.deployment.environment,
    ...(movesProduction ? named.map((place) => place.environment).filter((name) => name !== '*') : []),
    ...moved.filter(({ tag }) => environment.tags.includes(tag)).map((one) => one.environment),
  ];
  const about = [...new Set(names.map(fold))];
  return {
    required: Math.max(
      0,
      ...about.flatMap((name) => findPlaces(floors.minApprovals, asked, name)).map(({ required }) => required),
    ),
    forbidsSelfApproval: about.some((name) => findPlaces(floors.forbidSelfApproval, asked, name).length > 0),
  };
}

/**
 * The most specific ones for each name of the repository: `environment` overrides `*`; then `owner/repo@id` overrides
 * `owner/repo`, and that an entry without a repository.
 */
function findPlaces<Place extends FloorPlace>(
  places: readonly Place[],
  asked: Asked,
  environment: string,
): readonly Place[] {
  const byId = places.filter(({ id }) => id === asked.repo.id);
  const general = places.filter(({ repo }) => repo === null);
  return namesOf(asked).flatMap((name) => {
    const byName = places.filter(({ repo, id }) => id === undefined && repo !== null && fold(repo) === name);
    const tiers = [environment, '*'].flatMap((wanted) =>
      [byId, byName, general].map((some) => some.filter((place) => fold(place.environment) === wanted)),
    );
    return tiers.find((tier) => tier.length > 0) ?? [];
  });
}

function isOf({ repo, id }: FloorPlace, asked: Asked): boolean {
  if (id !== undefined) return id === asked.repo.id;
  return repo === null || namesOf(asked).includes(fold(repo));
}

function namesOf({ repo, names }: Asked): readonly string[] {
  return [...new Set([fold(repo.name), ...names])];
}

/** GitHub compares names of repositories and of environments without case. */
function fold(name: string): string {
  return name.toLowerCase();
}
