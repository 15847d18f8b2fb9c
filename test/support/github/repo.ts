// What people do in one repository, and what they see there.
import type { Deliveries, NewDelivery, Sent } from './deliveries.ts';
import {
  checkRunPayload,
  checkSuitePayload,
  commentPayload,
  createPayload,
  deploymentPayload,
  deploymentStatusPayload,
  frame,
  openedPayload,
  pushPayload,
  registryPackagePayload,
  reviewPayload,
  type About,
} from './payloads.ts';
import type { Json } from './render.ts';
import { addDeployment, addDeploymentStatus } from './routes/deployments.ts';
import { addComment, addThread, changeComment, isFull } from './routes/threads.ts';
import { openSettings, type RepoSettings } from './settings.ts';
import { accountOf, ensureAccount, fullNameOf, nameOf, type CheckRun, type Comment, type Thread } from './state.ts';
import type { Account, Deployment, Repo, Role, State } from './state.ts';

export type Posted = { readonly id: number; readonly delivery: Sent };

export type SeenComment = {
  readonly id: number;
  readonly author: string;
  readonly byApp: boolean;
  readonly body: string;
  readonly edited: boolean;
};

export type GitHubRepo = {
  readonly id: number;
  readonly owner: string;
  /** Changes with `rename`. */
  readonly name: () => string;
  readonly fullName: () => string;
  /** Creates the account if need be and sets its role here; called again, changes it. */
  readonly user: (login: string, role: Role) => void;
  readonly rename: (name: string) => void;
  readonly archive: () => void;
  /** Whether the branch takes a push without a pull request; at first each does. */
  readonly protect: (branch: string, by: 'rule' | 'classic' | 'none') => void;
  /** What its administrators do with it as a whole, and tell the App. */
  readonly settings: RepoSettings;

  /** Adds a commit to the branch, which grows out of the default branch when it is new. Answers the full id. */
  readonly commitOn: (branch: string, commit?: CommitOptions) => string;
  /** A commit that no branch holds, like one of a fork. */
  readonly commitOff: (branch: string, commit?: CommitOptions) => string;
  readonly merge: (branches: { readonly from: string; readonly into: string }) => string;
  readonly head: (branch: string) => string;
  readonly deleteBranch: (branch: string) => void;
  /** Writes (or with null removes) files in a commit of its own. */
  readonly writeFiles: (branch: string, files: Readonly<Record<string, string | null>>) => string;
  /** `commitOn`, and the App hears of it. */
  readonly push: (branch: string, commit?: CommitOptions) => Promise<{ readonly sha: string; readonly delivery: Sent }>;

  /** Pushes a git tag on what a branch or commit id leads to; without `by` a workflow pushes it. */
  readonly pushTag: (tag: { readonly name: string; readonly on: string; readonly by?: string }) => Promise<Sent>;

  readonly openIssue: (issue: { readonly title: string; readonly by: string; readonly body?: string }) => number;
  readonly openPullRequest: (pull: {
    readonly title: string;
    readonly by: string;
    readonly head: string;
    readonly base?: string;
    readonly body?: string;
  }) => number;
  readonly lock: (issue: number) => void;
  /** Others wrote there long ago, of which the App heard nothing, until it had as many comments. */
  readonly fill: (issue: number, comments: number) => void;
  /** Somebody deletes it, or moves it to where the App is not: its number leads nowhere. */
  readonly removeIssue: (issue: number) => void;
  /** To another repository, with its comments; answers its number there. */
  readonly transferIssue: (issue: number, to: Pick<GitHubRepo, 'id'>) => number;
  readonly comment: (comment: {
    readonly issue: number;
    readonly by: string;
    readonly body: string;
    /** An App that writes it with their token. */
    readonly via?: { readonly id: number; readonly slug: string };
  }) => Promise<Posted>;
  /** The App hears of an issue or pull request that was opened, by default by its author; `moved`: from elsewhere. */
  readonly tellOpened: (opened: {
    readonly issue: number;
    readonly by?: string;
    readonly moved?: boolean;
  }) => Promise<Sent>;
  /** A review; with `path`, a comment on a line of the diff. */
  readonly review: (review: {
    readonly pull: number;
    readonly by: string;
    readonly body: string | null;
    readonly path?: string;
  }) => Promise<Posted>;
  readonly editComment: (change: {
    readonly comment: number;
    readonly by: string;
    readonly body: string;
  }) => Promise<Posted>;
  readonly deleteComment: (gone: { readonly comment: number; readonly by: string }) => Promise<Posted>;
  /**
   * A click on a button of a check run, by its verb. A button that is not shown can only be clicked on a stale page; then
   * `action` is its whole identifier.
   */
  readonly click: (click: {
    readonly checkRun: number;
    readonly action: string;
    readonly by: string;
    readonly stalePage?: boolean;
  }) => Promise<Sent>;
  /** GitHub's own Re-run button. */
  readonly rerun: (click: { readonly checkRun: number; readonly by: string }) => Promise<Sent>;
  /** GitHub's own button that runs all checks of our App on a commit again. */
  readonly rerunAll: (click: { readonly sha: string; readonly by: string }) => Promise<Sent>;
  /** A deployment by somebody else than our App. */
  readonly deploy: (deployment: {
    readonly commit: string;
    readonly by: string;
    readonly environment?: string;
    readonly payload?: unknown;
  }) => Promise<Posted>;
  readonly deploymentStatus: (status: {
    readonly deployment: number;
    readonly state: string;
    readonly by: string;
    readonly logUrl?: string;
  }) => Promise<Sent>;

  /** The App hears that something came into a package; `tag` is empty for a child manifest. */
  readonly packageEvent: (event: {
    readonly name?: string;
    readonly digest: string;
    readonly tag?: string;
    readonly action?: 'published' | 'updated';
  }) => Promise<Sent>;

  /** `repository`, `organization`, `sender` and `installation` for payloads that a test writes itself. */
  readonly frame: (by: string) => Json;

  /** Issues and pull requests, oldest first. */
  readonly threads: () => readonly SeenThread[];
  readonly comments: (issue: number) => readonly SeenComment[];
  /** The contents of a comment's reactions, oldest first: `eyes`, `rocket`, `-1`. */
  readonly reactions: (comment: number) => readonly string[];
  /** Oldest first. */
  readonly checkRuns: (sha: string) => readonly Readonly<CheckRun>[];
  readonly deployments: () => readonly Readonly<Deployment>[];
};

export type SeenThread = {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly author: string;
};

export type CommitOptions = {
  readonly message?: string;
  readonly by?: string;
  readonly files?: Readonly<Record<string, string | null>>;
  /** The id of a real commit of elsewhere. */
  readonly id?: string;
};

const NO_COMMIT = '0'.repeat(40);

export function openRepo(parts: {
  readonly state: State;
  readonly repo: Repo;
  readonly deliveries: Deliveries;
}): GitHubRepo {
  const { state, repo, deliveries } = parts;
  const about = (login: string): About => ({ state, repo, sender: ensureAccount(state, login) });
  const deliver = (event: NewDelivery['event'], payload: NewDelivery['payload']): Promise<Sent> =>
    deliveries.deliver({ event, payload });
  const commitOff = (branch: string, commit: CommitOptions = {}): string => {
    const parent = repo.git.resolve(branch) ?? repo.git.resolve(repo.defaultBranch);
    const author = commit.by ?? 'ada';
    const files = new Map(parent?.files);
    for (const [path, text] of Object.entries(commit.files ?? {})) {
      if (text === null) files.delete(path);
      else files.set(path, text);
    }
    const parents = parent === undefined ? [] : [parent.sha];
    const message = commit.message ?? `Work on ${branch}`;
    const { id } = commit;
    return repo.git.store({ message, author, at: state.now(), parents, files, ...(id === undefined ? {} : { id }) })
      .sha;
  };
  const commitOn = (branch: string, commit: CommitOptions = {}): string => {
    const sha = commitOff(branch, commit);
    repo.git.branches.set(branch, sha);
    return sha;
  };
  const openThread = (options: Pick<Thread, 'title' | 'author' | 'pull' | 'body'>): number =>
    addThread({ ...options, state, repo }).number;

  return {
    id: repo.id,
    owner: repo.owner.login,
    name: () => nameOf(repo),
    fullName: () => fullNameOf(repo),
    user: (login, role) => {
      ensureAccount(state, login);
      repo.roles.set(login.toLowerCase(), role);
    },
    protect: (branch, by) => {
      if (by === 'none') repo.protection.delete(branch);
      else repo.protection.set(branch, by);
    },
    rename: (name) => {
      repo.names.push(name);
    },
    archive: () => {
      repo.archived = true;
    },
    settings: openSettings({ state, repo, deliveries }),

    commitOn,
    commitOff,
    merge: ({ from, into }) => {
      const [theirs, ours] = [commitNamed(repo, from), commitNamed(repo, into)];
      const files = new Map([...ours.files, ...theirs.files]);
      const parents = [ours.sha, theirs.sha];
      const message = `Merge ${from} into ${into}`;
      const merged = repo.git.store({ message, author: 'ada', at: state.now(), parents, files });
      repo.git.branches.set(into, merged.sha);
      return merged.sha;
    },
    head: (branch) => commitNamed(repo, branch).sha,
    deleteBranch: (branch) => {
      repo.git.branches.delete(branch);
    },
    writeFiles: (branch, files) => commitOn(branch, { files, message: `Write ${Object.keys(files).join(', ')}` }),
    push: async (branch, commit = {}) => {
      const before = repo.git.branches.get(branch) ?? NO_COMMIT;
      const sha = commitOn(branch, commit);
      const payload = pushPayload(about(commit.by ?? 'ada'), { branch, before, after: sha });
      return { sha, delivery: await deliver('push', payload) };
    },

    pushTag: ({ name, on, by = 'github-actions[bot]' }) => {
      repo.git.tags.set(name, commitNamed(repo, on).sha);
      return deliver('create', createPayload(about(by), { tag: name }));
    },

    openIssue: ({ title, by, body = '' }) => openThread({ title, body, author: ensureAccount(state, by), pull: null }),
    openPullRequest: ({ title, by, head, base = repo.defaultBranch, body = '' }) => {
      commitNamed(repo, head);
      return openThread({ title, body, author: ensureAccount(state, by), pull: { head, base } });
    },
    lock: (issue) => {
      threadOf(repo, issue).locked = true;
    },
    fill: (issue, comments) => {
      const thread = threadOf(repo, issue);
      const author = ensureAccount(state, 'ada');
      const at = state.now() - 30 * 24 * 60 * 60 * 1000;
      const there = [...repo.comments.values()].filter((one) => one.thread === issue).length;
      for (let count = there; count < comments; count += 1) {
        addComment({ state, repo, thread, author, body: 'As discussed.', at });
      }
    },
    removeIssue: (issue) => {
      for (const [id, { thread }] of repo.comments) if (thread === issue) repo.comments.delete(id);
      repo.threads.delete(issue);
    },
    transferIssue: (issue, to) => {
      const target = state.repos.get(to.id);
      if (target === undefined) throw new Error(`no repository ${to.id}`);
      const thread = threadOf(repo, issue);
      const number = target.threads.size + 1;
      target.threads.set(number, { ...thread, id: state.nextId('thread'), number });
      thread.movedTo = { repoId: target.id, number };
      for (const comment of [...repo.comments.values()].filter((one) => one.thread === issue)) {
        repo.comments.delete(comment.id);
        target.comments.set(comment.id, { ...comment, thread: number });
      }
      return number;
    },
    comment: async ({ issue, by, body, via }) => {
      const author = ensureAccount(state, by);
      const through = via === undefined ? {} : { via };
      const thread = threadOf(repo, issue);
      if (isFull(repo, thread)) throw new Error(`${fullNameOf(repo)}#${issue} takes no more comments`);
      const comment = addComment({ state, repo, thread, author, body, ...through });
      const payload = commentPayload(about(by), { action: 'created', comment });
      return { id: comment.id, delivery: await deliver('issue_comment', payload) };
    },
    tellOpened: ({ issue, by, moved = false }) => {
      const thread = threadOf(repo, issue);
      const payload = openedPayload(about(by ?? thread.author.login), { thread, moved });
      return deliver(thread.pull === null ? 'issues' : 'pull_request', payload);
    },
    review: async ({ pull, by, body, path }) => {
      const id = state.nextId('comment');
      const where = path === undefined ? {} : { path };
      const payload = reviewPayload(about(by), { thread: threadOf(repo, pull), id, body, ...where });
      const event = path === undefined ? 'pull_request_review' : 'pull_request_review_comment';
      return { id, delivery: await deliver(event, payload) };
    },
    editComment: async ({ comment: id, by, body }) => {
      const comment = commentOf(repo, id);
      const before = comment.body;
      changeComment(state, comment, body);
      const payload = commentPayload(about(by), { action: 'edited', comment, before });
      return { id, delivery: await deliver('issue_comment', payload) };
    },
    deleteComment: async ({ comment: id, by }) => {
      const payload = commentPayload(about(by), { action: 'deleted', comment: commentOf(repo, id) });
      repo.comments.delete(id);
      return { id, delivery: await deliver('issue_comment', payload) };
    },
    click: ({ checkRun, action, by, stalePage }) => {
      const run = checkRunOf(repo, checkRun);
      const shown = run.status === 'completed' ? run.actions : [];
      const button = shown.find(({ identifier }) => identifier === action || identifier.startsWith(`${action}:`));
      if (button === undefined && stalePage !== true)
        throw new Error(`check run "${run.name}" is ${run.status} and shows no button ${action}`);
      // A page that was loaded before sends what its button was made with.
      const identifier = stalePage === true ? action : (button?.identifier ?? action);
      const payload = checkRunPayload(about(by), { action: 'requested_action', run, identifier });
      return deliver('check_run', payload);
    },
    rerun: ({ checkRun, by }) => {
      const payload = checkRunPayload(about(by), { action: 'rerequested', run: checkRunOf(repo, checkRun) });
      return deliver('check_run', payload);
    },
    rerunAll: ({ sha, by }) => deliver('check_suite', checkSuitePayload(about(by), { action: 'rerequested', sha })),
    deploy: async ({ commit, by, environment = 'production', payload = {} }) => {
      const deployment = addDeployment({
        state,
        repo,
        sha: commitNamed(repo, commit).sha,
        ref: commit,
        task: 'deploy',
        payload,
        environment,
        description: null,
        creator: ensureAccount(state, by),
        transient: false,
        production: environment === 'production',
      });
      return { id: deployment.id, delivery: await deliver('deployment', deploymentPayload(about(by), deployment)) };
    },
    deploymentStatus: ({ deployment: id, state: status, by, logUrl = '' }) => {
      const deployment = repo.deployments.get(id);
      if (deployment === undefined) throw new Error(`no deployment ${id}`);
      const creator: Account = ensureAccount(state, by);
      const added = addDeploymentStatus({
        state,
        repo,
        deployment,
        creator,
        status,
        description: '',
        environment: deployment.environment,
        environmentUrl: '',
        logUrl,
        autoInactive: true,
      });
      return deliver('deployment_status', deploymentStatusPayload(about(by), { deployment, status: added }));
    },

    packageEvent: ({ name = nameOf(repo), digest, tag = '', action = 'published' }) =>
      deliver('registry_package', registryPackagePayload(about('ada'), { action, name, digest, tag })),

    frame: (by) => frame(about(by)),

    threads: () =>
      [...repo.threads.values()].map(({ number, title, body, author }) => ({
        number,
        title,
        body,
        author: author.login,
      })),
    comments: (issue) =>
      [...repo.comments.values()]
        .filter((comment) => comment.thread === issue)
        .map((comment) => ({
          id: comment.id,
          author: accountOf(state, comment.author.login).login,
          byApp: comment.byApp,
          body: comment.body,
          edited: comment.updatedAt !== comment.createdAt,
        })),
    reactions: (comment) => commentOf(repo, comment).reactions.map((reaction) => reaction.content),
    checkRuns: (sha) => [...repo.checkRuns.values()].filter((run) => run.headSha === sha).map((run) => ({ ...run })),
    deployments: () => [...repo.deployments.values()],
  };
}

function commitNamed(repo: Repo, ref: string): { readonly sha: string; readonly files: ReadonlyMap<string, string> } {
  const commit = repo.git.resolve(ref);
  if (commit === undefined) throw new Error(`${fullNameOf(repo)} has no ${ref}`);
  return commit;
}

function threadOf(repo: Repo, number: number): Thread {
  const thread = repo.threads.get(number);
  if (thread === undefined) throw new Error(`${fullNameOf(repo)} has no issue ${number}`);
  return thread;
}

function commentOf(repo: Repo, id: number): Comment {
  const comment = repo.comments.get(id);
  if (comment === undefined) throw new Error(`${fullNameOf(repo)} has no comment ${id}`);
  return comment;
}

function checkRunOf(repo: Repo, id: number): CheckRun {
  const run = repo.checkRuns.get(id);
  if (run === undefined) throw new Error(`${fullNameOf(repo)} has no check run ${id}`);
  return run;
}
