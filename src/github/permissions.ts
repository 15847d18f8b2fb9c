// Reads a person's current rights in a repository.
import { z } from 'zod';
import { rankOf, type Actor, type Person, type Role } from '../domain/actor.ts';
import type { RepoName } from '../domain/image/reference.ts';
import { splitRepo, type InstallationClient } from './client/client.ts';
import { askAgain, type Pause } from './client/ask-again.ts';
import { isGitHubError } from './client/errors.ts';
import { CACHEABLE } from './client/hooks.ts';

const Permission = z.object({
  permission: z.string(),
  role_name: z.string().catch(''),
  user: z.object({ id: z.number() }).nullish(),
});

/** Whether to ask again after a 404, 403 or 422, as a single one may be wrong for a moment. */
export type AskAgain = Pause & {
  /** Whether GitHub confirmed this person's rights lately. Only then is it asked again. */
  readonly hadRights: () => Promise<boolean>;
};

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
  askAgain: again,
}: Person & {
  readonly client: InstallationClient;
  readonly repo: RepoName;
  readonly kind: Actor['kind'];
  /** Without it, the first answer counts. */
  readonly askAgain?: AskAgain;
}): Promise<Actor> {
  if (kind === 'bot') return { id, login, kind, role: 'none' };
  const question = { client, repo, login };
  const permission = await unlessUnknown(() =>
    again === undefined
      ? fetchPermission(question)
      : askAgain(() => fetchPermission(question), { ...again, isWorthIt: again.hadRights }),
  );
  return { id, login, kind, role: roleIn(permission, id) };
}

type Permission = z.infer<typeof Permission>;
type PermissionQuestion = {
  readonly client: InstallationClient;
  readonly repo: RepoName;
  readonly login: string;
};

/** The id of the account that has this login now; null if there is none. */
export async function findAccountId({ client, repo, login }: PermissionQuestion): Promise<number | null> {
  const permission = await unlessUnknown(() => fetchPermission({ client, repo, login }));
  return permission?.user?.id ?? null;
}

/** The current login of the account with this id; null if there is no such account. */
export async function findLogin({
  client,
  id,
}: {
  readonly client: InstallationClient;
  readonly id: number;
}): Promise<string | null> {
  return unlessUnknown(async () => {
    const { data } = await client.ask({
      tried: `reading the login of account ${id}`,
      send: (api) => api.users.getById({ account_id: id, request: CACHEABLE }),
      answer: z.object({ login: z.string() }),
    });
    return data.login;
  });
}

function roleIn(permission: Permission | null, id: number): Role {
  if (permission === null || permission.user?.id !== id) return 'none';
  return rankOf({ permission: permission.permission, roleName: permission.role_name });
}

async function fetchPermission({ client, repo, login }: PermissionQuestion): Promise<Permission> {
  const { data } = await client.ask({
    tried: `reading what ${login} may do in ${repo}`,
    send: (api) =>
      api.repos.getCollaboratorPermissionLevel({ ...splitRepo(repo), username: login, request: CACHEABLE }),
    answer: Permission,
  });
  return data;
}

/** Null if GitHub has no such account. */
async function unlessUnknown<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (isGitHubError(error, 'github-not-found')) return null;
    throw error;
  }
}
