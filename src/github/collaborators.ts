// Finds out whether anybody but one person could review in a repository.
import { z } from 'zod';
import { rankOf, reaches, type Role } from '../domain/actor.ts';
import type { RepoName } from '../domain/image/reference.ts';
import type { Answer } from './client/ask.ts';
import { splitRepo, type InstallationClient } from './client/client.ts';
import { untilAnswered } from './client/ask-again.ts';
import { isGitHubError } from './client/errors.ts';
import { CACHEABLE } from './client/hooks.ts';

const PAGE_SIZE = 100;
const MAX_PAGES = 3;

// `permissions` are those of the base role; `role_name` is the highest of all grants.
const Collaborator = z.object({
  id: z.number(),
  type: z.string(),
  role_name: z.string().catch(''),
  permissions: z.object({
    admin: z.boolean().catch(false),
    maintain: z.boolean().catch(false),
    push: z.boolean().catch(false),
    triage: z.boolean().catch(false),
    pull: z.boolean().catch(false),
  }),
});
type Collaborator = z.infer<typeof Collaborator>;

/**
 * Whether a person other than `exceptIds` has `role` or above. `unknown` when the App may not list collaborators, or the
 * list is longer than a few pages. GitHub's own `permission` filter is not used: whether it means "at least" is not said.
 */
export async function findOtherReviewer({
  client,
  repo,
  exceptIds,
  role,
}: {
  readonly client: InstallationClient;
  readonly repo: RepoName;
  /** The requester, and people whose approval does not count. */
  readonly exceptIds: readonly number[];
  readonly role: Role;
}): Promise<'some' | 'none' | 'unknown'> {
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const people = await listPage({ client, repo, page });
    if (people === 'forbidden') return 'unknown';
    if (people.some((one) => !exceptIds.includes(one.id) && one.type === 'User' && reaches(roleOf(one), role)))
      return 'some';
    if (people.length < PAGE_SIZE) return 'none';
  }
  return 'unknown';
}

/**
 * Whether somebody is a collaborator of the repository: directly, by a team, or as a member of the organization whose
 * members have access. That they can read a public repository does not make them one. OutsideError, which may pass, where
 * GitHub does not tell.
 */
export async function isCollaborator({
  client,
  repo,
  login,
}: {
  readonly client: InstallationClient;
  readonly repo: RepoName;
  readonly login: string;
}): Promise<boolean> {
  try {
    await untilAnswered(() =>
      client.ask({
        tried: `reading whether ${login} is a collaborator of ${repo}`,
        send: (api) => api.repos.checkCollaborator({ ...splitRepo(repo), username: login }),
        answer: z.unknown(),
      }),
    );
    return true;
  } catch (error) {
    if (isGitHubError(error, 'github-not-found')) return false;
    throw error;
  }
}

async function listPage({
  client,
  repo,
  page,
}: {
  readonly client: InstallationClient;
  readonly repo: RepoName;
  readonly page: number;
}): Promise<readonly Collaborator[] | 'forbidden'> {
  try {
    const { data }: Answer<readonly Collaborator[]> = await client.ask({
      tried: `listing who may do what in ${repo}`,
      send: (api) => api.repos.listCollaborators({ ...splitRepo(repo), per_page: PAGE_SIZE, page, request: CACHEABLE }),
      answer: z.array(Collaborator),
    });
    return data;
  } catch (error) {
    if (isGitHubError(error, 'github-forbidden')) return 'forbidden';
    throw error;
  }
}

function roleOf({ permissions, role_name: roleName }: Collaborator): Role {
  if (roleName === 'admin' || permissions.admin) return 'admin';
  if (roleName === 'maintain' || permissions.maintain) return 'maintain';
  if (roleName === 'write' || permissions.push) return 'write';
  return rankOf({ permission: permissions.pull || permissions.triage ? 'read' : 'none', roleName });
}
