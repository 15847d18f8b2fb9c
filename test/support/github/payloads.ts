// The bodies of the deliveries, with the fields GitHub sends.
import {
  nodeId,
  renderAccount,
  renderApp,
  renderInstallation,
  renderOrganization,
  renderRepo,
  renderTime,
  type Json,
} from './render.ts';
import type { GitCommit } from './git.ts';
import { renderComment, renderPull, renderThread } from './render-threads.ts';
import { renderCheckRun, renderCommit, renderDeployment, renderDeploymentStatus } from './render-work.ts';
import type { Account, CheckRun, Comment, Deployment, DeploymentStatus, Installation, Thread } from './state.ts';
import { fullNameOf, installationOf, suiteOf, type Repo, type State } from './state.ts';

export type About = { readonly state: State; readonly repo: Repo; readonly sender: Account };

export function commentPayload(
  about: About,
  event: { readonly action: 'created' | 'edited' | 'deleted'; readonly comment: Comment; readonly before?: string },
): Json {
  const thread = about.repo.threads.get(event.comment.thread);
  if (thread === undefined) throw new Error(`comment ${event.comment.id} has lost its thread`);
  return {
    action: event.action,
    ...(event.before === undefined ? {} : { changes: { body: { from: event.before } } }),
    issue: renderThread(about.state, about.repo, thread),
    comment: renderComment(about.state, about.repo, event.comment),
    ...frame(about),
  };
}

/** A new issue or pull request; `moved`: from another repository. */
export function openedPayload(about: About, event: { readonly thread: Thread; readonly moved?: boolean }): Json {
  const { state, repo } = about;
  const { thread, moved = false } = event;
  const changes = moved ? { changes: { old_issue: {}, old_repository: {} } } : {};
  return thread.pull === null
    ? { action: 'opened', issue: renderThread(state, repo, thread), ...changes, ...frame(about) }
    : { action: 'opened', number: thread.number, pull_request: renderPull(state, repo, thread), ...frame(about) };
}

/** A review, or with `path` a comment on a line of the diff. */
export function reviewPayload(
  about: About,
  event: { readonly thread: Thread; readonly id: number; readonly body: string | null; readonly path?: string },
): Json {
  const { state, repo, sender } = about;
  const { thread, id, body, path } = event;
  const at = renderTime(state.now());
  const text = {
    id,
    user: renderAccount(sender),
    body,
    commit_id: repo.git.resolve(thread.pull?.head ?? '')?.sha ?? '',
  };
  const pull = { pull_request: renderPull(state, repo, thread), ...frame(about) };
  return path === undefined
    ? {
        action: 'submitted',
        review: { ...text, node_id: nodeId('Review', id), submitted_at: at, state: 'commented' },
        ...pull,
      }
    : {
        action: 'created',
        comment: { ...text, node_id: nodeId('ReviewComment', id), path, created_at: at, updated_at: at },
        ...pull,
      };
}

export function checkRunPayload(
  about: About,
  event: {
    readonly action: 'created' | 'completed' | 'rerequested' | 'requested_action';
    readonly run: CheckRun;
    readonly identifier?: string;
  },
): Json {
  const { state, repo } = about;
  const { run } = event;
  return {
    action: event.action,
    check_run: {
      ...renderCheckRun(state, repo, run),
      check_suite: {
        id: run.suiteId,
        node_id: nodeId('CheckSuite', run.suiteId),
        head_branch: [...repo.git.branches].find(([, sha]) => sha === run.headSha)?.[0] ?? null,
        head_sha: run.headSha,
        status: run.status,
        conclusion: run.conclusion,
        url: `https://api.github.com/repos/${fullNameOf(repo)}/check-suites/${run.suiteId}`,
        before: null,
        after: run.headSha,
        pull_requests: [],
        app: renderApp(state),
        created_at: renderTime(run.startedAt),
        updated_at: renderTime(run.completedAt ?? run.startedAt),
      },
    },
    ...(event.identifier === undefined ? {} : { requested_action: { identifier: event.identifier } }),
    ...frame(about),
  };
}

export function pushPayload(
  about: About,
  event: { readonly branch: string; readonly before: string; readonly after: string },
): Json {
  const commit = about.repo.git.resolve(event.after);
  if (commit === undefined) throw new Error(`no commit ${event.after}`);
  const who = {
    name: commit.author,
    email: `${commit.author}@users.noreply.github.com`,
    username: commit.author,
  };
  const head = {
    id: commit.sha,
    tree_id: commit.tree,
    distinct: true,
    message: commit.message,
    timestamp: renderTime(commit.at),
    url: `https://github.com/${fullNameOf(about.repo)}/commit/${commit.sha}`,
    author: who,
    committer: who,
    ...changedFiles(about.repo, commit),
  };
  return {
    ref: `refs/heads/${event.branch}`,
    before: event.before,
    after: event.after,
    created: /^0+$/.test(event.before),
    deleted: false,
    forced: false,
    base_ref: null,
    compare: renderCommit(about.state, about.repo, commit)['html_url'],
    commits: [head],
    head_commit: head,
    pusher: { name: about.sender.login, email: `${about.sender.login}@users.noreply.github.com` },
    ...frame(about),
  };
}

/** Against the first parent, as GitHub lists them for each commit of a push. */
function changedFiles(repo: Repo, { files, parents }: GitCommit): Json {
  const before =
    (parents[0] === undefined ? undefined : repo.git.resolve(parents[0]))?.files ?? new Map<string, string>();
  return {
    added: [...files.keys()].filter((path) => !before.has(path)),
    removed: [...before.keys()].filter((path) => !files.has(path)),
    modified: [...files].filter(([path, text]) => before.has(path) && before.get(path) !== text).map(([path]) => path),
  };
}

export function createPayload(about: About, event: { readonly tag: string }): Json {
  return {
    ref: event.tag,
    ref_type: 'tag',
    master_branch: about.repo.defaultBranch,
    description: null,
    pusher_type: 'user',
    ...frame(about),
  };
}

/** One per manifest, tagged or not; GitHub fills fewer fields than it documents, and the digest stands where a version would. */
export function registryPackagePayload(
  about: About,
  event: {
    readonly action: 'published' | 'updated';
    /** Below the owner, such as `dotca`. */
    readonly name: string;
    readonly digest: string;
    /** Empty for the children of an index. */
    readonly tag: string;
  },
): Json {
  const { state, repo } = about;
  const { action, name, digest, tag } = event;
  return {
    action,
    registry_package: {
      id: 9_100_001,
      name,
      namespace: repo.owner.login,
      ecosystem: 'CONTAINER',
      package_type: 'CONTAINER',
      owner: renderAccount(repo.owner),
      created_at: '0001-01-01T00:00:00Z',
      updated_at: renderTime(state.now()),
      package_version: {
        id: 9_200_001,
        version: digest,
        name: digest,
        package_url: `ghcr.io/${repo.owner.login}/${name}:${tag}`,
        ...(action === 'updated' ? {} : { container_metadata: { tag: { name: tag, digest }, manifest: { digest } } }),
      },
      registry: null,
    },
    ...frame(about),
  };
}

export function deploymentPayload(about: About, deployment: Deployment): Json {
  return {
    action: 'created',
    deployment: renderDeployment(about.state, about.repo, deployment),
    workflow: null,
    workflow_run: null,
    ...frame(about),
  };
}

export function deploymentStatusPayload(
  about: About,
  event: { readonly deployment: Deployment; readonly status: DeploymentStatus },
): Json {
  return {
    ...deploymentPayload(about, event.deployment),
    deployment_status: renderDeploymentStatus(about.repo, event.deployment, event.status),
    check_run: null,
  };
}

export function installationPayload(
  state: State,
  event: {
    readonly action: 'created' | 'deleted' | 'suspend' | 'unsuspend' | 'new_permissions_accepted';
    readonly installation: Installation;
    readonly sender: Account;
  },
): Json {
  const repos = [...state.repos.values()].filter((repo) => repo.owner.id === event.installation.account.id);
  return {
    action: event.action,
    installation: renderInstallation(state, event.installation),
    repositories: repos.map(nameRepo),
    requester: null,
    sender: renderAccount(event.sender),
  };
}

export function installationRepositoriesPayload(
  state: State,
  event: {
    readonly action: 'added' | 'removed';
    readonly installation: Installation;
    readonly repo: Repo;
    readonly sender: Account;
  },
): Json {
  const { action, installation, repo } = event;
  const listed = [nameRepo(repo)];
  return {
    action,
    installation: renderInstallation(state, installation),
    repository_selection: 'selected',
    repositories_added: action === 'added' ? listed : [],
    repositories_removed: action === 'removed' ? listed : [],
    requester: null,
    sender: renderAccount(event.sender),
  };
}

/** `before`: the name or the owner that it had. */
export function repositoryPayload(
  about: About,
  event: {
    readonly action: 'renamed' | 'transferred' | 'archived' | 'unarchived' | 'deleted';
    readonly before?: { readonly name?: string; readonly owner?: Account };
  },
): Json {
  const { name, owner } = event.before ?? {};
  return {
    action: event.action,
    ...(name === undefined ? {} : { changes: { repository: { name: { from: name } } } }),
    ...(owner === undefined ? {} : { changes: { owner: { from: { organization: renderOrganization(owner) } } } }),
    ...frame(about),
  };
}

export function checkSuitePayload(
  about: About,
  event: { readonly action: 'requested' | 'rerequested' | 'completed'; readonly sha: string },
): Json {
  const { state, repo } = about;
  const id = suiteOf(state, repo, event.sha);
  const commit = repo.git.resolve(event.sha);
  if (commit === undefined) throw new Error(`no commit ${event.sha}`);
  return {
    action: event.action,
    check_suite: {
      id,
      node_id: nodeId('CheckSuite', id),
      head_branch: [...repo.git.branches].find(([, sha]) => sha === event.sha)?.[0] ?? null,
      head_sha: event.sha,
      status: 'queued',
      conclusion: null,
      url: `https://api.github.com/repos/${fullNameOf(repo)}/check-suites/${id}`,
      before: null,
      after: event.sha,
      pull_requests: [],
      app: renderApp(state),
      created_at: renderTime(commit.at),
      updated_at: renderTime(state.now()),
      latest_check_runs_count: [...repo.checkRuns.values()].filter((run) => run.headSha === event.sha).length,
      check_runs_url: `https://api.github.com/repos/${fullNameOf(repo)}/check-suites/${id}/check-runs`,
    },
    ...frame(about),
  };
}

/** `repository`, `organization`, `sender` and `installation`, as every event of a repository carries them. */
export function frame(about: About): Json {
  const { state, repo } = about;
  const installation = installationOf(state, repo.owner.login);
  return {
    repository: renderRepo(repo),
    ...(repo.owner.kind === 'Organization' ? { organization: renderOrganization(repo.owner) } : {}),
    sender: renderAccount(about.sender),
    ...(installation === undefined
      ? {}
      : { installation: { id: installation.id, node_id: nodeId('Installation', installation.id) } }),
  };
}

/** A repository as events about installations list it. */
function nameRepo(repo: Repo): Json {
  return {
    id: repo.id,
    node_id: nodeId('Repository', repo.id),
    name: repo.names.at(-1),
    full_name: fullNameOf(repo),
    private: repo.private,
  };
}
