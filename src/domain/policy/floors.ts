// The operator's floors: the least that an environment's approvals need, whatever its policy file says.
import type { RepoName, Tag } from '../image/reference.ts';

/** Which environments a floor is about; `repo` null: of every repository, `environment` `*`: every environment. */
export type FloorPlace = { readonly repo: RepoName | null; readonly environment: string };

/** MIN_APPROVALS and FORBID_SELF_APPROVAL. */
export type Floors = {
  readonly minApprovals: readonly (FloorPlace & { readonly required: number })[];
  readonly forbidSelfApproval: readonly FloorPlace[];
};

export const NO_FLOORS: Floors = { minApprovals: [], forbidSelfApproval: [] };

/** What holds for one environment. */
export type Floor = { readonly required: number; readonly forbidsSelfApproval: boolean };

/** A tag that an environment of this repository moved once. */
export type EnvironmentTag = { readonly environment: string; readonly tag: Tag };

/** Tags that production is deployed by, whichever environment moves them. */
const PRODUCTION_TAGS: readonly string[] = ['main', 'latest'];

/**
 * A floor follows the tags, not the name: besides that of its own name, the floor of every environment that ever moved one
 * of its tags holds, and for `main` and `latest` each floor there is. So neither renaming an environment nor giving its
 * tags to another one lowers it. `owner/repo:environment` wins over `environment`, and both over `*`.
 */
export function floorOf(args: {
  readonly floors: Floors;
  readonly repo: RepoName;
  readonly environment: { readonly name: string; readonly tags: readonly Tag[] };
  readonly moved: readonly EnvironmentTag[];
}): Floor {
  const { floors, repo, environment, moved } = args;
  const movesProduction = environment.tags.some((tag) => PRODUCTION_TAGS.includes(tag));
  const named = [...floors.minApprovals, ...floors.forbidSelfApproval].filter((place) => isOf(place, repo));
  const names = new Set([
    environment.name,
    ...(movesProduction ? named.map((place) => place.environment).filter((name) => name !== '*') : []),
    ...moved.filter(({ tag }) => environment.tags.includes(tag)).map((one) => one.environment),
  ]);
  const about = [...names];
  return {
    required: Math.max(0, ...about.map((name) => find(floors.minApprovals, repo, name)?.required ?? 0)),
    forbidsSelfApproval: about.some((name) => find(floors.forbidSelfApproval, repo, name) !== undefined),
  };
}

/** The most specific one. */
function find<Place extends FloorPlace>(places: readonly Place[], repo: RepoName, name: string): Place | undefined {
  const own = places.filter((place) => isOf(place, repo));
  const byName = (wanted: string): Place | undefined =>
    own.find((place) => place.environment === wanted && place.repo !== null) ??
    own.find((place) => place.environment === wanted);
  return byName(name) ?? byName('*');
}

/** GitHub compares names without case. */
function isOf(place: FloorPlace, repo: RepoName): boolean {
  return place.repo === null || place.repo.toLowerCase() === repo.toLowerCase();
}
