// How GitHub writes accounts, repositories, the App and its installations, the same in answers and in deliveries.
import { Buffer } from 'node:buffer';
import { fullNameOf, nameOf, type Account, type Installation, type Repo, type State } from './state.ts';

export type Json = Readonly<Record<string, unknown>>;

export const WEB = 'https://github.com';
const API = 'https://api.github.com';

export function renderAccount(account: Account): Json {
  const url = `${API}/users/${encodeURIComponent(account.login)}`;
  return {
    login: account.login,
    id: account.id,
    node_id: nodeId(account.kind, account.id),
    avatar_url: `https://avatars.githubusercontent.com/u/${account.id}?v=4`,
    gravatar_id: '',
    url,
    html_url: account.kind === 'Bot' ? `${WEB}/apps/${account.login.replace('[bot]', '')}` : `${WEB}/${account.login}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: account.kind,
    user_view_type: 'public',
    site_admin: false,
  };
}

export function renderRepo(repo: Repo): Json {
  const web = `${WEB}/${fullNameOf(repo)}`;
  return {
    id: repo.id,
    node_id: nodeId('Repository', repo.id),
    name: nameOf(repo),
    full_name: fullNameOf(repo),
    private: repo.private,
    owner: renderAccount(repo.owner),
    html_url: web,
    description: null,
    fork: false,
    url: apiUrl(repo, ''),
    ...Object.fromEntries(REPO_LINKS.map(([name, path]) => [`${name}_url`, apiUrl(repo, `/${path}`)])),
    git_url: `git://github.com/${fullNameOf(repo)}.git`,
    ssh_url: `git@github.com:${fullNameOf(repo)}.git`,
    clone_url: `${web}.git`,
    svn_url: web,
    mirror_url: null,
    homepage: null,
    created_at: renderTime(repo.createdAt),
    updated_at: renderTime(repo.createdAt),
    pushed_at: renderTime(repo.createdAt),
    size: 1,
    language: null,
    license: null,
    topics: [],
    default_branch: repo.defaultBranch,
    archived: repo.archived,
    disabled: false,
    visibility: repo.private ? 'private' : 'public',
    allow_forking: false,
    is_template: false,
    web_commit_signoff_required: false,
    has_issues: true,
    has_projects: false,
    has_downloads: false,
    has_wiki: false,
    has_pages: false,
    has_discussions: false,
    open_issues: repo.threads.size,
    open_issues_count: repo.threads.size,
    stargazers_count: 0,
    watchers: 0,
    watchers_count: 0,
    forks: 0,
    forks_count: 0,
    custom_properties: {},
  };
}

export function renderApp(state: State): Json {
  const owner = state.installations.get(state.app.owner.toLowerCase());
  return {
    id: state.app.id,
    client_id: clientIdOf(state),
    slug: state.app.slug,
    node_id: nodeId('App', state.app.id),
    owner: owner === undefined ? null : renderAccount(owner.account),
    name: state.app.name,
    description: '',
    external_url: `${WEB}/apps/${state.app.slug}`,
    html_url: `${WEB}/apps/${state.app.slug}`,
    created_at: renderTime(state.app.createdAt),
    updated_at: renderTime(state.app.createdAt),
    permissions: state.app.permissions,
    events: state.app.events,
  };
}

/** An organization as deliveries carry it, which is not how accounts look elsewhere. */
export function renderOrganization(account: Account): Json {
  const url = `${API}/orgs/${account.login}`;
  return {
    login: account.login,
    id: account.id,
    node_id: nodeId('Organization', account.id),
    url,
    repos_url: `${url}/repos`,
    events_url: `${url}/events`,
    hooks_url: `${url}/hooks`,
    issues_url: `${url}/issues`,
    members_url: `${url}/members{/member}`,
    public_members_url: `${url}/public_members{/member}`,
    avatar_url: `https://avatars.githubusercontent.com/u/${account.id}?v=4`,
    description: null,
  };
}

export function renderInstallation(state: State, installation: Installation): Json {
  return {
    id: installation.id,
    client_id: clientIdOf(state),
    account: renderAccount(installation.account),
    repository_selection: 'all',
    access_tokens_url: `${API}/app/installations/${installation.id}/access_tokens`,
    repositories_url: `${API}/installation/repositories`,
    html_url: `${WEB}/organizations/${installation.account.login}/settings/installations/${installation.id}`,
    app_id: state.app.id,
    app_slug: state.app.slug,
    target_id: installation.account.id,
    target_type: installation.account.kind,
    permissions: installation.permissions,
    events: state.app.events,
    created_at: renderTime(state.app.createdAt),
    updated_at: renderTime(state.app.createdAt),
    single_file_name: null,
    has_multiple_single_files: false,
    single_file_paths: [],
    suspended_by: null,
    suspended_at: installation.suspendedAt === null ? null : renderTime(installation.suspendedAt),
  };
}

export function renderTime(at: number): string {
  return new Date(at).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

export function apiUrl(repo: Repo, path: string): string {
  return `${API}/repos/${fullNameOf(repo)}${path}`;
}

export function nodeId(kind: string, id: number): string {
  return `${kind}_${Buffer.from(String(id)).toString('base64url')}`;
}

function clientIdOf(state: State): string {
  return `Iv23li${String(state.app.id).padStart(14, '0')}`;
}

// Never trust this field: GitHub itself shows private members as strangers, so this GitHub shows all of them so.

const REPO_LINKS = [
  ['archive', '{archive_format}{/ref}'],
  ['assignees', 'assignees{/user}'],
  ['blobs', 'git/blobs{/sha}'],
  ['branches', 'branches{/branch}'],
  ['collaborators', 'collaborators{/collaborator}'],
  ['comments', 'comments{/number}'],
  ['commits', 'commits{/sha}'],
  ['compare', 'compare/{base}...{head}'],
  ['contents', 'contents/{+path}'],
  ['contributors', 'contributors'],
  ['deployments', 'deployments'],
  ['downloads', 'downloads'],
  ['events', 'events'],
  ['forks', 'forks'],
  ['git_commits', 'git/commits{/sha}'],
  ['git_refs', 'git/refs{/sha}'],
  ['git_tags', 'git/tags{/sha}'],
  ['hooks', 'hooks'],
  ['issue_comment', 'issues/comments{/number}'],
  ['issue_events', 'issues/events{/number}'],
  ['issues', 'issues{/number}'],
  ['keys', 'keys{/key_id}'],
  ['labels', 'labels{/name}'],
  ['languages', 'languages'],
  ['merges', 'merges'],
  ['milestones', 'milestones{/number}'],
  ['notifications', 'notifications{?since,all,participating}'],
  ['pulls', 'pulls{/number}'],
  ['releases', 'releases{/id}'],
  ['stargazers', 'stargazers'],
  ['statuses', 'statuses/{sha}'],
  ['subscribers', 'subscribers'],
  ['subscription', 'subscription'],
  ['tags', 'tags'],
  ['teams', 'teams'],
  ['trees', 'git/trees{/sha}'],
] as const;
