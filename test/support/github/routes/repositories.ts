// Answers about repositories: themselves, branches, commits, comparisons and files.
import { blobId, treeId, type GitCommit } from '../git.ts';
import { apiUrl, nodeId, renderRepo, WEB, type Json } from '../render.ts';
import { renderPull } from '../render-threads.ts';
import { renderCommit } from '../render-work.ts';
import {
  NOT_FOUND,
  page,
  param,
  refuse,
  refuseFilters,
  type Answer,
  type RepoCall,
  type Route,
  type Routes,
} from '../route.ts';
import { fullNameOf, type Repo, type State } from '../state.ts';

const MAX_INLINE_BYTES = 1_000_000;

export const REPOSITORY_ROUTES: Routes = {
  'repos/get': needs('metadata', ({ repo }) => ({
    status: 200,
    body: { ...renderRepo(repo), network_count: 0, subscribers_count: 0 },
  })),
  'repos/list-branches': needs('contents', (call) => {
    const names = [...call.repo.git.branches.keys()].toSorted();
    const cut = page(call, names);
    return {
      status: 200,
      body: cut.items.map((name) => renderBranch(call.state, call.repo, name)),
      headers: cut.headers,
    };
  }),
  'repos/get-branch': needs('contents', (call) => {
    const name = param(call, 'branch');
    if (!call.repo.git.branches.has(name)) return refuse(404, 'Branch not found');
    return { status: 200, body: renderBranch(call.state, call.repo, name) };
  }),
  'repos/get-branch-rules': needs('metadata', (call) => {
    const name = param(call, 'branch');
    const rule = { type: 'pull_request', ruleset_source_type: 'Repository', ruleset_source: 'acme', ruleset_id: 42 };
    // GitHub answers for a branch that is not there as well: rules go by names.
    return { status: 200, body: call.repo.protection.get(name) === 'rule' ? [rule] : [] };
  }),
  'git/get-ref': needs('contents', (call) => {
    const ref = param(call, 'ref');
    const sha = call.repo.git.branches.get(ref.replace(/^heads\//, ''));
    if (sha === undefined || !ref.startsWith('heads/')) return NOT_FOUND;
    const object = { type: 'commit', sha, url: apiUrl(call.repo, `/git/commits/${sha}`) };
    return {
      status: 200,
      body: {
        ref: `refs/${ref}`,
        node_id: nodeId('Ref', call.repo.id),
        url: apiUrl(call.repo, `/git/refs/${ref}`),
        object,
      },
    };
  }),
  'git/get-tree': needs('contents', (call) => {
    const sha = param(call, 'tree_sha');
    const files = call.repo.git.filesOf(sha);
    if (files === undefined) return NOT_FOUND;
    if (call.query['recursive'] === undefined) throw new Error('only whole trees are known here');
    const tree = [...files].map(([path, text]) => ({
      path,
      mode: '100644',
      type: 'blob',
      sha: blobId(text),
      size: Buffer.byteLength(text),
      url: apiUrl(call.repo, `/git/blobs/${blobId(text)}`),
    }));
    return { status: 200, body: { sha, url: apiUrl(call.repo, `/git/trees/${sha}`), tree, truncated: false } };
  }),
  'repos/list-commits': needs('contents', listCommits),
  'repos/get-commit': needs('contents', (call) => {
    const ref = param(call, 'ref');
    const commit = call.repo.git.resolve(ref);
    if (commit === undefined) return refuse(422, `No commit found for SHA: ${ref}`);
    if (call.accept.includes('vnd.github.sha')) return { status: 200, raw: commit.sha };
    return { status: 200, body: { ...renderCommit(call.state, call.repo, commit), files: [] } };
  }),
  'repos/list-pull-requests-associated-with-commit': needs('pull_requests', (call) => {
    const commit = call.repo.git.resolve(param(call, 'commit_sha'));
    if (commit === undefined) return refuse(422, `No commit found for SHA: ${param(call, 'commit_sha')}`);
    const pulls = [...call.repo.threads.values()].filter((thread) => {
      const head = thread.pull === null ? undefined : call.repo.git.resolve(thread.pull.head);
      return head !== undefined && call.repo.git.compare(head, commit)?.ahead.length === 0;
    });
    return { status: 200, body: pulls.map((pull) => renderPull(call.state, call.repo, pull)) };
  }),
  'repos/compare-commits-with-basehead': needs('contents', compare),
  'repos/get-content': needs('contents', content),
};

function needs(permission: string, answer: (call: RepoCall) => Answer): Route {
  return { auth: 'repository', needs: [permission], access: 'read', answer };
}

function listCommits(call: RepoCall): Answer {
  const { repo } = call;
  refuseFilters(call, ['author', 'committer', 'since', 'until']);
  if (repo.git.branches.size === 0) return refuse(409, 'Git Repository is empty.');
  const start = repo.git.resolve(call.query['sha'] ?? repo.defaultBranch);
  if (start === undefined) return NOT_FOUND;
  const { path } = call.query;
  const log = repo.git.log(start).filter((commit) => path === undefined || changes(repo, commit, path));
  const cut = page(call, log);
  return { status: 200, body: cut.items.map((commit) => renderCommit(call.state, repo, commit)), headers: cut.headers };
}

/** A merge counts where the file differs from that of each parent. */
function changes(repo: Repo, { files, parents }: GitCommit, path: string): boolean {
  const before = parents.map((sha) => repo.git.resolve(sha)?.files.get(path));
  return before.length === 0 ? files.has(path) : before.every((text) => text !== files.get(path));
}

/** Without pages, GitHub lists so many commits of a comparison. */
const MAX_UNPAGED = 250;

function compare(call: RepoCall): Answer {
  const [baseName, headName] = param(call, 'basehead').split('...');
  const base = call.repo.git.resolve(baseName ?? '');
  const head = call.repo.git.resolve(headName ?? '');
  const found = base === undefined || head === undefined ? undefined : call.repo.git.compare(base, head);
  if (base === undefined || found === undefined) return NOT_FOUND;
  const isPaged = call.query['per_page'] !== undefined || call.query['page'] !== undefined;
  const commits = isPaged ? page(call, found.ahead) : { items: found.ahead.slice(0, MAX_UNPAGED), headers: {} };
  const web = `${WEB}/${fullNameOf(call.repo)}/compare/${param(call, 'basehead')}`;
  return {
    status: 200,
    headers: commits.headers,
    body: {
      url: apiUrl(call.repo, `/compare/${param(call, 'basehead')}`),
      html_url: web,
      permalink_url: web,
      diff_url: `${web}.diff`,
      patch_url: `${web}.patch`,
      base_commit: renderCommit(call.state, call.repo, base),
      merge_base_commit: renderCommit(call.state, call.repo, found.mergeBase),
      status: found.status,
      ahead_by: found.ahead.length,
      behind_by: found.behind.length,
      total_commits: found.ahead.length,
      commits: commits.items.map((commit) => renderCommit(call.state, call.repo, commit)),
      files: [],
    },
  };
}

function content(call: RepoCall): Answer {
  const path = param(call, 'path').replace(/\/$/, '');
  const ref = call.query['ref'] ?? call.repo.defaultBranch;
  if (call.repo.git.branches.size === 0) return refuse(404, 'This repository is empty.');
  const commit = call.repo.git.resolve(ref);
  if (commit === undefined) return refuse(404, `No commit found for the ref ${ref}`);
  const text = commit.files.get(path);
  if (text !== undefined) {
    if (/vnd\.github(\.v3)?\.raw/.test(call.accept)) return { status: 200, raw: text };
    return { status: 200, body: renderFile({ repo: call.repo, ref, path, text, inline: true }) };
  }
  const inside = filesIn(commit, path);
  if (inside.size === 0 && path !== '') return NOT_FOUND;
  const place = { repo: call.repo, ref, path };
  const entries = renderEntries(place, inside);
  // Asked for one object whatever is at the path, GitHub also shows the folder's own id.
  if (!/vnd\.github(\.v3)?\.object/.test(call.accept)) return { status: 200, body: entries };
  return { status: 200, body: { ...renderFolder(place, inside), entries } };
}

/** Everything below a folder, by its path inside of it. */
function filesIn(commit: GitCommit, folder: string): ReadonlyMap<string, string> {
  const prefix = folder === '' ? '' : `${folder}/`;
  const inside = [...commit.files].filter(([path]) => path.startsWith(prefix));
  return new Map(inside.map(([path, text]) => [path.slice(prefix.length), text]));
}

type Place = { readonly repo: Repo; readonly ref: string; readonly path: string };

/** More are left out, and nothing in the answer says so. */
const MAX_ENTRIES = 1000;

function renderEntries({ repo, ref, path: folder }: Place, inside: ReadonlyMap<string, string>): readonly Json[] {
  const names = [...new Set([...inside.keys()].map((path) => path.split('/')[0] ?? ''))];
  return names
    .toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    .slice(0, MAX_ENTRIES)
    .map((name) => {
      const path = folder === '' ? name : `${folder}/${name}`;
      const text = inside.get(name);
      if (text !== undefined) return renderFile({ repo, ref, path, text, inline: false });
      const below = [...inside].filter(([inner]) => inner.startsWith(`${name}/`));
      const files = new Map(below.map(([inner, body]) => [inner.slice(name.length + 1), body]));
      return renderFolder({ repo, ref, path }, files);
    });
}

function renderFolder({ repo, ref, path }: Place, files: ReadonlyMap<string, string>): Json {
  const sha = treeId(files);
  const url = apiUrl(repo, `/contents/${path}?ref=${encodeURIComponent(ref)}`);
  const git = apiUrl(repo, `/git/trees/${sha}`);
  const html = `${WEB}/${fullNameOf(repo)}/tree/${ref}/${path}`;
  const name = path.split('/').at(-1);
  const links = { url, git_url: git, html_url: html, download_url: null, _links: { self: url, git, html } };
  return { type: 'dir', size: 0, name, path, sha, ...links };
}

function renderFile(file: {
  readonly repo: Repo;
  readonly ref: string;
  readonly path: string;
  readonly text: string;
  readonly inline: boolean;
}): Json {
  const sha = blobId(file.text);
  const size = Buffer.byteLength(file.text);
  const url = apiUrl(file.repo, `/contents/${file.path}?ref=${encodeURIComponent(file.ref)}`);
  const git = apiUrl(file.repo, `/git/blobs/${sha}`);
  const html = `${WEB}/${fullNameOf(file.repo)}/blob/${file.ref}/${file.path}`;
  const small = size <= MAX_INLINE_BYTES;
  const base64 = small ? Buffer.from(file.text).toString('base64').replaceAll(/.{60}/g, '$&\n') : '';
  return {
    type: 'file',
    size,
    name: file.path.split('/').at(-1),
    path: file.path,
    sha,
    url,
    git_url: git,
    html_url: html,
    download_url: html,
    _links: { self: url, git, html },
    ...(file.inline ? { encoding: small ? 'base64' : 'none', content: base64 } : {}),
  };
}

function renderBranch(state: State, repo: Repo, name: string): Json {
  const commit = repo.git.resolve(name);
  if (commit === undefined) throw new Error(`branch ${name} has no commit`);
  return {
    name,
    commit: renderCommit(state, repo, commit),
    protected: repo.protection.has(name),
    protection: {
      enabled: repo.protection.get(name) === 'classic',
      required_status_checks: { enforcement_level: 'off', contexts: [], checks: [] },
    },
    protection_url: apiUrl(repo, `/branches/${name}/protection`),
    _links: { self: apiUrl(repo, `/branches/${name}`), html: `${WEB}/${fullNameOf(repo)}/tree/${name}` },
  };
}
