// Reads what a repository lets somebody do, at the moment it is asked.
import { z } from 'zod';
import { rankOf, type Actor, type Person, type Role } from '../domain/actor.ts';
import type { RepoName } from '../domain/image/reference.ts';
import { splitRepo, type InstallationClient } from './client/client.ts';
import { isGitHubError } from './client/errors.ts';
import { CACHEABLE } from './client/hooks.ts';

const Permission = z.object({
  permission: z.string(),
  role_name: z.string().catch(''),
  user: z.object({ id: z.number() }).nullish(),
});

/**
 * The actor with the role that counts now. A bot is not asked about: its role is `none`. Somebody unknown to the
 * repository has `none` too, as has a login that belongs to another account than when it was seen: logins are reused.
 */
export async function fetchActor({
  client,
  repo,
  id,
  login,
  kind,
}: Person & {
  readonly client: InstallationClient;
  readonly repo: RepoName;
  readonly kind: Actor['kind'];
}): Promise<Actor> {
  if (kind === 'bot') return { id, login, kind, role: 'none' };
  return { id, login, kind, role: await fetchRole({ client, repo, id, login }) };
}

type PermissionQuestion = {
  readonly client: InstallationClient;
  readonly repo: RepoName;
  readonly login: string;
};

/** The id of the account that has this login now; null where there is none. */
export async function findAccountId({ client, repo, login }: PermissionQuestion): Promise<number | null> {
  const permission = await fetchPermission({ client, repo, login });
  return permission?.user?.id ?? null;
}

async function fetchRole({
  client,
  repo,
  id,
  login,
}: Person & { readonly client: InstallationClient; readonly repo: RepoName }): Promise<Role> {
  const permission = await fetchPermission({ client, repo, login });
  if (permission === null || permission.user?.id !== id) return 'none';
  return rankOf({ permission: permission.permission, roleName: permission.role_name });
}

/** Null where GitHub knows no such account. */
async function fetchPermission({
  client,
  repo,
  login,
}: PermissionQuestion): Promise<z.infer<typeof Permission> | null> {
  try {
    const { data } = await client.ask({
      tried: `reading what ${login} may do in ${repo}`,
      send: (api) =>
        api.repos.getCollaboratorPermissionLevel({ ...splitRepo(repo), username: login, request: CACHEABLE }),
      answer: Permission,
    });
    return data;
  } catch (error) {
    if (isGitHubError(error, 'github-not-found')) return null;
    throw error;
  }
}
