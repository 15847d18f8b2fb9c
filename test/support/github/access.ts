// Who calls, and whether the App's installation may do what it asks for.
import { randomBytes } from 'node:crypto';
import type { Core } from './core.ts';
import {
  NOT_FOUND,
  refuse,
  type Answer,
  type Call,
  type InstallationCall,
  type RepoCall,
  type Route,
} from './route.ts';
import { installationOf, nameOf, type Access, type Installation, type Repo, type State } from './state.ts';

export type TokenGrant = {
  readonly installation: Installation;
  readonly permissions: Readonly<Record<string, Access>>;
  readonly repositoryIds: readonly number[] | null;
  readonly expiresAt: string;
};

export type Tokens = Map<string, TokenGrant>;
export type TokenKind = 'none' | 'jwt' | 'installation' | 'other';

const BAD_CREDENTIALS = refuse(401, 'Bad credentials');
const NOT_ALLOWED = refuse(403, 'Resource not accessible by integration');
const MAX_JWT_SECONDS = 600;

/** GitHub's tokens are growing to about 520 characters with dots: nobody may count on 40. */
export function longToken(core: string): string {
  return `${core}.${randomBytes(240).toString('base64url')}.${randomBytes(110).toString('base64url')}`;
}

export function kindOf(token: string): TokenKind {
  if (token === '') return 'none';
  if (token.startsWith('ghs_')) return 'installation';
  return token.split('.').length === 3 ? 'jwt' : 'other';
}

export async function authorizeApp(core: Core, token: string): Promise<Answer | null> {
  if (kindOf(token) !== 'jwt') return refuse(401, 'A JSON web token could not be decoded');
  if (!(await core.verifyJwt(token))) return refuse(401, 'A JSON web token could not be decoded');
  const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  // Wall clock on purpose: tokens are made by the client's own clock, not by the one a test turns.
  if (!hasExpiry(claims) || claims.exp > Date.now() / 1000 + MAX_JWT_SECONDS)
    return refuse(401, "'Expiration time' claim ('exp') is too far in the future");
  return null;
}

export function authorizeInstallation(
  call: Call,
  tokens: Tokens,
): { readonly refusal: Answer } | { readonly call: InstallationCall; readonly grant: TokenGrant } {
  const grant = tokens.get(call.token);
  if (grant === undefined || Date.parse(grant.expiresAt) < Date.now()) return { refusal: BAD_CREDENTIALS };
  const { installation } = grant;
  if (installation.removed) return { refusal: BAD_CREDENTIALS };
  if (installation.suspendedAt !== null) return { refusal: refuse(403, 'This installation has been suspended') };
  const repositories = [...call.state.repos.values()].filter(
    (repo) =>
      repo.owner.id === installation.account.id &&
      !installation.withheld.has(repo.id) &&
      (grant.repositoryIds?.includes(repo.id) ?? true),
  );
  return { call: { ...call, installation, repositories }, grant };
}

export function authorizeOrganization(
  call: InstallationCall,
  grant: TokenGrant,
  route: Extract<Route, { readonly auth: 'organization' }>,
): Answer | null {
  const isOwn = call.installation.account.login.toLowerCase() === (call.params['org'] ?? '').toLowerCase();
  return isOwn && mayAny(grant, route.needs, route.access) ? null : NOT_ALLOWED;
}

export function authorizeRepository(
  call: InstallationCall,
  grant: TokenGrant,
  route: Extract<Route, { readonly auth: 'repository' }>,
): { readonly refusal: Answer } | { readonly call: RepoCall } {
  const repo = findRepo(call.state, call.params['owner'] ?? '', call.params['repo'] ?? '');
  if (repo === undefined) return { refusal: NOT_FOUND };
  if (nameOf(repo).toLowerCase() !== (call.params['repo'] ?? '').toLowerCase())
    return { refusal: redirect(call, repo) };
  const openRead = !repo.private && route.access === 'read';
  const inReach = call.repositories.includes(repo);
  if (!inReach && !openRead) return { refusal: repo.private ? NOT_FOUND : NOT_ALLOWED };
  if (!openRead && !mayAny(grant, route.needs, route.access)) return { refusal: NOT_ALLOWED };
  if (repo.archived && route.access === 'write')
    return { refusal: refuse(403, 'Repository was archived so is read-only.') };
  return { call: { ...call, repo } };
}

export function findRepo(state: State, owner: string, name: string): Repo | undefined {
  const isOwners = (repo: Repo): boolean => repo.owner.login.toLowerCase() === owner.toLowerCase();
  const wanted = name.toLowerCase();
  const owned = [...state.repos.values()].filter(isOwners);
  return (
    owned.find((repo) => nameOf(repo).toLowerCase() === wanted) ??
    owned.find((repo) => repo.names.some((old) => old.toLowerCase() === wanted))
  );
}

/** Grants what is asked for out of what the installation has today. */
export function narrow(
  state: State,
  owner: string,
  asked: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, Access>> | null {
  const has = installationOf(state, owner)?.permissions ?? {};
  if (asked === undefined) return has;
  const granted: [string, Access][] = [];
  for (const [name, access] of Object.entries(asked)) {
    if (access !== 'read' && access !== 'write') return null;
    if (!reaches(has[name], access)) return null;
    granted.push([name, access]);
  }
  return Object.fromEntries(granted);
}

function mayAny(grant: TokenGrant, needs: readonly string[], access: Access): boolean {
  // What the installation lost since the token was made is lost at once; what it gained comes with the next token.
  const now = grant.installation.permissions;
  return needs.some(
    (name) => name === 'metadata' || (reaches(grant.permissions[name], access) && reaches(now[name], access)),
  );
}

function reaches(has: Access | undefined, wanted: Access): boolean {
  return has === 'write' || has === wanted;
}

function redirect(call: Call, repo: Repo): Answer {
  const rest = call.url.pathname.split('/').slice(4).join('/');
  const location = new URL(`/repositories/${repo.id}${rest === '' ? '' : `/${rest}`}${call.url.search}`, call.url).href;
  // A 301 would make clients turn a POST into a GET.
  const status = call.method === 'GET' ? 301 : 307;
  return { status, headers: { location }, body: { message: 'Moved Permanently', url: location } };
}

function hasExpiry(claims: unknown): claims is { readonly exp: number } {
  return typeof claims === 'object' && claims !== null && 'exp' in claims && typeof claims.exp === 'number';
}
