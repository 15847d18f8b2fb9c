// Which images a repository may name: one machine user's token serves every installation, so names are the boundary.
import { hostOf, nameOf, type ImageRepository, type RepoName } from './reference.ts';

/** One pair of `IMAGE_GRANTS`: this repository may promote that image as well. */
export type ImageGrant = { readonly image: ImageRepository; readonly repo: RepoName };

/**
 * True for `<registry>/<owner>/<repo>`, for names below it, and for granted pairs. GitHub names are compared without
 * case, as GitHub does; image names are lower case by the spec.
 */
export function mayPromote(args: {
  readonly repo: RepoName;
  readonly image: ImageRepository;
  readonly registryHost: string;
  readonly grants: readonly ImageGrant[];
}): boolean {
  const repo = args.repo.toLowerCase();
  const name = nameOf(args.image);
  const own = hostOf(args.image) === args.registryHost.toLowerCase() && (name === repo || name.startsWith(`${repo}/`));
  return own || args.grants.some((grant) => grant.image === args.image && grant.repo.toLowerCase() === repo);
}
