// The addresses of comments and check runs on GitHub's pages, from their ids, on the web host that the server is set up for.
import type { RepoName } from '../image/reference.ts';

/** GitHub redirects from the issue to the pull request of that number, and from a former name of the repository. */
export function commentUrl(
  githubHost: string,
  { repo, issue, id }: { readonly repo: RepoName; readonly issue: number; readonly id: number },
): string {
  return `https://${githubHost}/${repo}/issues/${issue}#issuecomment-${id}`;
}

export function checkRunUrl(
  githubHost: string,
  { repo, id }: { readonly repo: RepoName; readonly id: number },
): string {
  return `https://${githubHost}/${repo}/runs/${id}`;
}
