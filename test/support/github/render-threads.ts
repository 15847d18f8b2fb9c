// How GitHub writes issues, pull requests and their comments.
import { apiUrl, nodeId, renderAccount, renderApp, renderRepo, renderTime, WEB, type Json } from './render.ts';
import { fullNameOf, type Account, type Comment, type Repo, type State, type Thread } from './state.ts';

export function renderThread(state: State, repo: Repo, thread: Thread): Json {
  const url = apiUrl(repo, `/issues/${thread.number}`);
  const html = `${WEB}/${fullNameOf(repo)}/${thread.pull === null ? 'issues' : 'pull'}/${thread.number}`;
  const pull = apiUrl(repo, `/pulls/${thread.number}`);
  return {
    url,
    repository_url: apiUrl(repo, ''),
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: html,
    id: thread.id,
    node_id: nodeId('Issue', thread.id),
    number: thread.number,
    title: thread.title,
    user: renderAccount(thread.author),
    labels: [],
    state: 'open',
    state_reason: null,
    locked: thread.locked,
    assignee: null,
    assignees: [],
    milestone: null,
    comments: [...repo.comments.values()].filter((comment) => comment.thread === thread.number).length,
    created_at: renderTime(thread.createdAt),
    updated_at: renderTime(thread.createdAt),
    closed_at: null,
    author_association: associationOf(repo, thread.author),
    active_lock_reason: null,
    body: thread.body,
    reactions: renderReactionCounts(url, []),
    timeline_url: `${url}/timeline`,
    performed_via_github_app: thread.author.login === state.bot.login ? renderApp(state) : null,
    ...(thread.pull === null
      ? {}
      : { draft: false, pull_request: { url: pull, html_url: html, diff_url: `${html}.diff`, merged_at: null } }),
  };
}

export function renderPull(state: State, repo: Repo, thread: Thread): Json {
  const side = (branch: string): Json => ({
    label: `${repo.owner.login}:${branch}`,
    ref: branch,
    sha: repo.git.branches.get(branch) ?? '',
    user: renderAccount(repo.owner),
    repo: renderRepo(repo),
  });
  return {
    ...renderThread(state, repo, thread),
    url: apiUrl(repo, `/pulls/${thread.number}`),
    node_id: nodeId('PullRequest', thread.id),
    head: side(thread.pull?.head ?? ''),
    base: side(thread.pull?.base ?? ''),
    draft: false,
    merged: false,
    merged_at: null,
    merge_commit_sha: null,
    mergeable: true,
    mergeable_state: 'clean',
  };
}

export function renderComment(state: State, repo: Repo, comment: Comment): Json {
  const url = apiUrl(repo, `/issues/comments/${comment.id}`);
  const contents = comment.reactions.map((reaction) => reaction.content);
  return {
    url,
    html_url: `${WEB}/${fullNameOf(repo)}/issues/${comment.thread}#issuecomment-${comment.id}`,
    issue_url: apiUrl(repo, `/issues/${comment.thread}`),
    id: comment.id,
    node_id: nodeId('IssueComment', comment.id),
    user: renderAccount(comment.author),
    created_at: renderTime(comment.createdAt),
    updated_at: renderTime(comment.updatedAt),
    author_association: associationOf(repo, comment.author),
    body: comment.body,
    reactions: renderReactionCounts(url, contents),
    performed_via_github_app: comment.byApp ? renderApp(state) : comment.via,
  };
}

function associationOf(repo: Repo, account: Account): string {
  return repo.owner.id === account.id ? 'OWNER' : 'NONE';
}

function renderReactionCounts(url: string, contents: readonly string[]): Json {
  const kinds = ['+1', '-1', 'laugh', 'hooray', 'confused', 'heart', 'rocket', 'eyes'];
  const counts = kinds.map((kind) => [kind, contents.filter((content) => content === kind).length]);
  return { url: `${url}/reactions`, total_count: contents.length, ...Object.fromEntries(counts) };
}
