// Answers who may do what: a person's role on a repository, and who is in a team.
import { renderAccount, type Json } from '../render.ts';
import {
  NOT_FOUND,
  page,
  param,
  refuse,
  refuseFilters,
  type Answer,
  type Call,
  type InstallationCall,
  type RepoCall,
  type Routes,
} from '../route.ts';
import { accountOf, ensureAccount, type Account, type BaseRole, type Repo, type Role, type Team } from '../state.ts';

const MUST_PUSH = refuse(403, 'Must have push access to view repository collaborators.');

export const PEOPLE_ROUTES: Routes = {
  'users/get-authenticated': { auth: 'none', answer: showOwner },
  'users/get-by-id': {
    auth: 'installation',
    answer: (call) => {
      const id = Number(param(call, 'account_id'));
      const account = [...call.state.accounts.values()].find((one) => one.id === id);
      return account === undefined ? NOT_FOUND : { status: 200, body: renderAccount(account) };
    },
  },
  'repos/get-collaborator-permission-level': {
    auth: 'repository',
    needs: ['metadata'],
    access: 'read',
    answer: (call) => {
      const account = call.state.accounts.get(param(call, 'username').toLowerCase());
      if (account === undefined) return refuse(404, `${param(call, 'username')} is not a user`);
      const role = roleOf(call.repo, account.login);
      const user = renderCollaborator(account, role);
      return { status: 200, body: { permission: levelOf(role), role_name: user['role_name'], user } };
    },
  },
  'repos/check-collaborator': {
    auth: 'repository',
    needs: ['metadata'],
    access: 'read',
    answer: (call) => {
      if (!call.repositories.includes(call.repo)) return MUST_PUSH;
      const role = call.repo.roles.get(param(call, 'username').toLowerCase()) ?? 'none';
      return role === 'none' ? NOT_FOUND : { status: 204 };
    },
  },
  'repos/list-collaborators': { auth: 'repository', needs: ['metadata'], access: 'read', answer: listCollaborators },
  'teams/get-by-name': {
    auth: 'organization',
    needs: ['members'],
    access: 'read',
    answer: (call) => {
      const team = teamOf(call);
      if (team === undefined) return NOT_FOUND;
      const { id, slug, org } = team;
      return { status: 200, body: { id, slug, name: slug, privacy: 'closed', organization: { login: org } } };
    },
  },
  'teams/get-membership-for-user-in-org': {
    auth: 'organization',
    needs: ['members'],
    access: 'read',
    answer: (call) => {
      const state = teamOf(call)?.members.get(param(call, 'username').toLowerCase());
      return state === undefined ? NOT_FOUND : { status: 200, body: { url: call.url.href, role: 'member', state } };
    },
  },
};

/** Whose the token is; what the token may do stands in the headers. */
function showOwner({ state, token }: Call): Answer {
  const found = state.personalTokens.get(token);
  if (found === undefined || (found.expiresAt ?? Infinity) <= state.now()) return refuse(401, 'Bad credentials');
  const { login, scopes, expiresAt } = found;
  const expires = expiresAt === null ? null : new Date(expiresAt).toISOString();
  return {
    status: 200,
    body: renderAccount(ensureAccount(state, login)),
    headers: {
      ...(scopes === null ? {} : { 'x-oauth-scopes': scopes.join(', ') }),
      ...(expires === null
        ? {}
        : { 'github-authentication-token-expiration': `${expires.slice(0, 10)} ${expires.slice(11, 19)} UTC` }),
    },
  };
}

/** On a public repository everybody can read. */
export function roleOf(repo: Repo, login: string): Role {
  return repo.roles.get(login.toLowerCase()) ?? (repo.private ? 'none' : 'read');
}

function listCollaborators(call: RepoCall): Answer {
  const { state, repo } = call;
  refuseFilters(call, ['affiliation', 'permission']);
  // Being able to read a public repository is not enough.
  if (!call.repositories.includes(repo)) return MUST_PUSH;
  const people = [...repo.roles].filter(([, role]) => role !== 'none');
  const cut = page(call, people);
  const body = cut.items.map(([login, role]) => renderCollaborator(accountOf(state, login), role));
  return { status: 200, body, headers: cut.headers };
}

/** `permissions` are those of the base role, `role_name` is the highest of all grants. */
function renderCollaborator(account: Account, role: Role): Json {
  const name = typeof role === 'string' ? role : role.custom;
  return { ...renderAccount(account), role_name: name, permissions: flagsOf(role) };
}

const LEVELS = {
  admin: 'admin',
  maintain: 'write',
  write: 'write',
  triage: 'read',
  read: 'read',
} as const satisfies Record<BaseRole, string>;

function levelOf(role: Role): string {
  if (role === 'none') return 'none';
  return LEVELS[typeof role === 'string' ? role : role.base];
}

function flagsOf(role: Role): Json {
  const base = typeof role === 'string' ? role : role.base;
  const rank = ['none', 'read', 'triage', 'write', 'maintain', 'admin'].indexOf(base);
  return { pull: rank >= 1, triage: rank >= 2, push: rank >= 3, maintain: rank >= 4, admin: rank >= 5 };
}

function teamOf(call: InstallationCall): Team | undefined {
  const org = param(call, 'org').toLowerCase();
  return call.state.teams.find((team) => team.org.toLowerCase() === org && team.slug === param(call, 'team_slug'));
}
