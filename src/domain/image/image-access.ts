// Which images a repository may promote: one machine user's token serves every installation, so this is the boundary.
import type { Refusal } from '../refusal.ts';
import { hostOf, nameOf, type ImageRepository, type RepoName } from './reference.ts';

/** One entry of `IMAGE_GRANTS`: this repository may promote that image as well. With an id, whatever it is called. */
export type ImageGrant = { readonly image: ImageRepository; readonly repo: RepoName; readonly id?: number };

/** A name, in lower case, that a repository has or had. */
export type RepoNameHistory = {
  readonly name: string;
  /** It had this name before any other known repository. */
  readonly isFirst: boolean;
  /** No other known repository ever had this name. */
  readonly isOnly: boolean;
};

export type ImageQuestion = {
  readonly repo: { readonly id: number; readonly name: RepoName };
  /** A former name that still counts if the account is the same: the name at the request. */
  readonly requestedAs: RepoName;
  /** All names of the repository; none without a database. */
  readonly names: readonly RepoNameHistory[];
  readonly image: ImageRepository;
  /** The repository that promoted the image first; null if none did or it is unknown. */
  readonly owner: number | null;
  readonly registryHost: string;
  readonly grants: readonly ImageGrant[];
};

export type ImageAccess =
  /** The operator granted the image to this repository. */
  | { readonly kind: 'granted' }
  /** The repository promoted it first. */
  | { readonly kind: 'owned' }
  /** It has the name of the repository, and nobody promoted it yet: its owner must be proven. */
  | { readonly kind: 'unclaimed' }
  | { readonly kind: 'refused'; readonly refusal: ImageRefusal };

export type ImageRefusal = Extract<
  Refusal,
  { readonly code: 'image-not-granted' | 'image-granted-elsewhere' | 'image-of-another-repository' }
>;

/**
 * An image belongs to the repositories it was granted to, else to the one that promoted it first, under a name that the
 * repository has or had. GitHub's names are compared without case; image names are lower case by the spec.
 */
export function judgeAccess(question: ImageQuestion): ImageAccess {
  const { repo, image, owner, grants } = question;
  const about = { image, repo: repo.name, repoId: repo.id };
  const granted = grants.filter((grant) => grant.image === image);
  if (granted.some((grant) => isFor(grant, question))) return { kind: 'granted' };
  if (granted.length > 0) return refuse({ code: 'image-granted-elsewhere', ...about });
  if (owner !== null && owner !== repo.id) return refuse({ code: 'image-of-another-repository', ...about });
  if (!hasOwnName(question)) return refuse({ code: 'image-not-granted', image, repo: repo.name });
  return { kind: owner === null ? 'unclaimed' : 'owned' };
}

/** What `source` labels may call the repository: its name, and those it had that no other repository ever had. */
export function sourceNames({ repo, names }: Pick<ImageQuestion, 'repo' | 'names'>): readonly string[] {
  const own = repo.name.toLowerCase();
  return [...new Set([own, ...names.filter(({ isOnly }) => isOnly).map(({ name }) => name)])];
}

/** The names that prove an image's owner: a label alone can't distinguish two repositories of one name. */
export function provingNames({ repo, names }: Pick<ImageQuestion, 'repo' | 'names'>): readonly string[] {
  const shared = names.filter(({ isOnly }) => !isOnly).map(({ name }) => name);
  return sourceNames({ repo, names }).filter((name) => !shared.includes(name));
}

/** A grant by name is for the repository that had the name first. One that takes the name over gets nothing. */
function isFor(grant: ImageGrant, { repo, names }: ImageQuestion): boolean {
  if (grant.id !== undefined) return grant.id === repo.id;
  const granted = grant.repo.toLowerCase();
  const known = names.find(({ name }) => name === granted);
  return known === undefined ? granted === repo.name.toLowerCase() : known.isFirst;
}

/**
 * The repository that promoted an image keeps it under every name that it had. An image that nobody promoted yet has
 * no such record: a former name counts there only if no other known repository ever had it.
 */
function hasOwnName({ repo, requestedAs, names, image, owner, registryHost }: ImageQuestion): boolean {
  const former = names
    .filter(({ isFirst, isOnly }) => owner === repo.id || (isFirst && isOnly))
    .map(({ name }) => name);
  const today = repo.name.toLowerCase();
  const own = [today, ...[requestedAs.toLowerCase(), ...former].filter((name) => accountOf(name) === accountOf(today))];
  const name = nameOf(image);
  return hostOf(image) === registryHost.toLowerCase() && own.some((one) => name === one || name.startsWith(`${one}/`));
}

function accountOf(name: string): string {
  return name.split('/')[0] ?? '';
}

function refuse(refusal: ImageRefusal): ImageAccess {
  return { kind: 'refused', refusal };
}
