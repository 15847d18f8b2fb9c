// How GitHub writes commits, check runs and deployments.
import { Buffer } from 'node:buffer';
import type { GitCommit } from './git.ts';
import { apiUrl, nodeId, renderAccount, renderApp, renderTime, WEB, type Json } from './render.ts';
import { fullNameOf, type CheckRun, type Deployment, type DeploymentStatus, type Repo, type State } from './state.ts';

/** GitHub finds an author's account by the address in the commit: there is none for an address that nobody claims. */
export function renderCommit(state: State, repo: Repo, commit: GitCommit): Json {
  const url = apiUrl(repo, `/commits/${commit.sha}`);
  const account = state.accounts.get(commit.author.toLowerCase());
  const who = {
    name: commit.author,
    email: `${commit.author}@users.noreply.github.com`,
    date: renderTime(commit.at),
  };
  return {
    sha: commit.sha,
    node_id: Buffer.from(`C:${repo.id}:${commit.sha}`).toString('base64url'),
    commit: {
      author: who,
      committer: who,
      message: commit.message,
      tree: { sha: commit.tree, url: apiUrl(repo, `/git/trees/${commit.tree}`) },
      url: apiUrl(repo, `/git/commits/${commit.sha}`),
      comment_count: 0,
      verification: { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null },
    },
    url,
    html_url: `${WEB}/${fullNameOf(repo)}/commit/${commit.sha}`,
    comments_url: `${url}/comments`,
    author: account === undefined ? null : renderAccount(account),
    committer: account === undefined ? null : renderAccount(account),
    parents: commit.parents.map((sha) => ({
      sha,
      url: apiUrl(repo, `/commits/${sha}`),
      html_url: `${WEB}/${fullNameOf(repo)}/commit/${sha}`,
    })),
  };
}

export function renderCheckRun(state: State, repo: Repo, run: CheckRun): Json {
  const url = apiUrl(repo, `/check-runs/${run.id}`);
  const html = `${WEB}/${fullNameOf(repo)}/runs/${run.id}`;
  return {
    id: run.id,
    name: run.name,
    node_id: nodeId('CheckRun', run.id),
    head_sha: run.headSha,
    external_id: run.externalId,
    url,
    html_url: html,
    details_url: run.detailsUrl === '' ? html : run.detailsUrl,
    status: run.status,
    conclusion: run.conclusion,
    started_at: renderTime(run.startedAt),
    completed_at: run.completedAt === null ? null : renderTime(run.completedAt),
    output: {
      title: run.title,
      summary: run.summary,
      text: run.text,
      annotations_count: run.annotations.length,
      annotations_url: `${url}/annotations`,
    },
    check_suite: { id: run.suiteId },
    app: renderApp(state),
    pull_requests: [],
  };
}

export function renderDeployment(state: State, repo: Repo, deployment: Deployment): Json {
  const url = apiUrl(repo, `/deployments/${deployment.id}`);
  return {
    url,
    id: deployment.id,
    node_id: nodeId('Deployment', deployment.id),
    task: deployment.task,
    original_environment: deployment.environment,
    environment: deployment.environment,
    description: deployment.description,
    created_at: renderTime(deployment.createdAt),
    updated_at: renderTime(deployment.statuses.at(-1)?.createdAt ?? deployment.createdAt),
    statuses_url: `${url}/statuses`,
    repository_url: apiUrl(repo, ''),
    creator: renderAccount(deployment.creator),
    sha: deployment.sha,
    ref: deployment.ref,
    payload: deployment.payload,
    transient_environment: deployment.transient,
    production_environment: deployment.production,
    performed_via_github_app: deployment.creator.login === state.bot.login ? renderApp(state) : null,
  };
}

export function renderDeploymentStatus(repo: Repo, deployment: Deployment, status: DeploymentStatus): Json {
  const url = apiUrl(repo, `/deployments/${deployment.id}`);
  return {
    url: `${url}/statuses/${status.id}`,
    id: status.id,
    node_id: nodeId('DeploymentStatus', status.id),
    state: status.state,
    creator: renderAccount(status.creator),
    description: status.description,
    environment: status.environment,
    target_url: status.logUrl,
    log_url: status.logUrl,
    environment_url: status.environmentUrl,
    created_at: renderTime(status.createdAt),
    updated_at: renderTime(status.createdAt),
    deployment_url: url,
    repository_url: apiUrl(repo, ''),
  };
}
