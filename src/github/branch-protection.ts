// Reads whether the default branch takes pushes without a pull request: there, one person can change the policy alone.
import { z } from 'zod';
import type { RepoName } from '../domain/image/reference.ts';
import { splitRepo, type InstallationClient } from './client/client.ts';
import { CACHEABLE } from './client/hooks.ts';

const Repository = z.object({ default_branch: z.string() });
const Rules = z.array(z.object({ type: z.string() }));
const Branch = z.object({ protected: z.boolean() });

export type DefaultBranch = { readonly branch: string; readonly takesDirectPushes: boolean };

/**
 * A rule `pull_request`, or else classic protection, keeps direct pushes out. GitHub does not tell an App with `contents: read`
 * what classic protection asks for, so a protected branch counts as one that takes none. Errors as of the client.
 */
export async function fetchDefaultBranch({
  client,
  repo,
}: {
  readonly client: InstallationClient;
  readonly repo: RepoName;
}): Promise<DefaultBranch> {
  const { data: repository } = await client.ask({
    tried: `reading ${repo}`,
    send: (api) => api.repos.get({ ...splitRepo(repo), request: CACHEABLE }),
    answer: Repository,
  });
  const branch = repository.default_branch;
  const at = { ...splitRepo(repo), branch, request: CACHEABLE };
  const { data: rules } = await client.ask({
    tried: `reading the rules of the branch ${branch} of ${repo}`,
    send: (api) => api.repos.getBranchRules({ ...at, per_page: 100 }),
    answer: Rules,
  });
  if (rules.some(({ type }) => type === 'pull_request')) return { branch, takesDirectPushes: false };
  const { data } = await client.ask({
    tried: `reading the branch ${branch} of ${repo}`,
    send: (api) => api.repos.getBranch(at),
    answer: Branch,
  });
  return { branch, takesDirectPushes: !data.protected };
}
