// Everything this GitHub remembers: accounts, repositories, threads, comments, check runs, deployments, installations.
import { createGit, type Git } from './git.ts';

export type Account = {
  readonly id: number;
  /** People change it, and another account may have it then. */
  login: string;
  readonly kind: 'User' | 'Bot' | 'Organization';
};

export type Role =
  'admin' | 'maintain' | 'write' | 'triage' | 'read' | 'none' | { readonly custom: string; readonly base: BaseRole };
export type BaseRole = 'admin' | 'maintain' | 'write' | 'triage' | 'read';

export type Team = {
  readonly org: string;
  readonly slug: string;
  readonly id: number;
  readonly members: Map<string, 'active' | 'pending'>;
};

export type Access = 'read' | 'write';
export type Permissions = Readonly<Record<string, Access>>;

export type Installation = {
  readonly id: number;
  readonly account: Account;
  permissions: Permissions;
  suspendedAt: number | null;
  removed: boolean;
  /** Ids of the account's repositories that it does not reach. */
  readonly withheld: Set<number>;
};

export type Thread = {
  readonly id: number;
  readonly number: number;
  readonly author: Account;
  readonly createdAt: number;
  title: string;
  body: string;
  locked: boolean;
  /** Transferred to another repository, where it has another number. */
  movedTo?: { readonly repoId: number; readonly number: number };
  readonly pull: { readonly head: string; readonly base: string } | null;
};

export type Reaction = { readonly id: number; readonly user: Account; readonly content: string; readonly at: number };

export type Comment = {
  readonly id: number;
  readonly thread: number;
  readonly author: Account;
  readonly byApp: boolean;
  /** Another App that wrote it with the author's token. */
  readonly via: { readonly id: number; readonly slug: string } | null;
  readonly createdAt: number;
  updatedAt: number;
  body: string;
  readonly reactions: Reaction[];
};

export type CheckAction = { readonly label: string; readonly description: string; readonly identifier: string };

export type CheckRun = {
  readonly id: number;
  readonly suiteId: number;
  readonly headSha: string;
  name: string;
  externalId: string;
  detailsUrl: string;
  status: 'queued' | 'in_progress' | 'completed';
  conclusion: string | null;
  startedAt: number;
  completedAt: number | null;
  title: string | null;
  summary: string | null;
  text: string | null;
  annotations: unknown[];
  actions: readonly CheckAction[];
};

export type DeploymentStatus = {
  readonly id: number;
  readonly state: string;
  readonly creator: Account;
  readonly description: string;
  readonly environment: string;
  readonly environmentUrl: string;
  readonly logUrl: string;
  readonly createdAt: number;
};

export type Deployment = {
  readonly id: number;
  readonly sha: string;
  readonly ref: string;
  readonly task: string;
  readonly payload: unknown;
  readonly environment: string;
  readonly description: string | null;
  readonly creator: Account;
  readonly transient: boolean;
  readonly production: boolean;
  readonly createdAt: number;
  readonly statuses: DeploymentStatus[];
};

export type Repo = {
  readonly id: number;
  owner: Account;
  readonly private: boolean;
  readonly defaultBranch: string;
  readonly createdAt: number;
  /** The newest name comes last; older ones are redirected to it. */
  readonly names: string[];
  archived: boolean;
  /** Its issues are turned off; pull requests stay. */
  issuesDisabled: boolean;
  /** Branches that take no push without a pull request, by a rule or by classic protection. */
  readonly protection: Map<string, 'rule' | 'classic'>;
  readonly roles: Map<string, Role>;
  readonly git: Git;
  readonly threads: Map<number, Thread>;
  readonly comments: Map<number, Comment>;
  readonly checkRuns: Map<number, CheckRun>;
  readonly suites: Map<string, number>;
  readonly deployments: Map<number, Deployment>;
};

/** A person's token, classic where it has scopes. */
export type PersonalToken = {
  readonly login: string;
  readonly scopes: readonly string[] | null;
  /** Epoch milliseconds, or null for one that never expires. */
  readonly expiresAt: number | null;
};

/** How the App's webhook is set up; GitHub shows of the secret only that there is one. */
export type HookConfig = {
  readonly url: string;
  readonly contentType: 'json' | 'form';
  readonly insecureSsl: '0' | '1';
  readonly hasSecret: boolean;
};

export type AppIdentity = {
  readonly id: number;
  readonly slug: string;
  readonly name: string;
  readonly owner: string;
  /** What the App asks for; an installation may grant less until somebody consents. */
  readonly permissions: Permissions;
  readonly events: readonly string[];
  readonly createdAt: number;
};

export type State = {
  readonly now: () => number;
  readonly nextId: (kind: IdKind) => number;
  readonly app: AppIdentity;
  readonly bot: Account;
  readonly accounts: Map<string, Account>;
  readonly installations: Map<string, Installation>;
  readonly repos: Map<number, Repo>;
  readonly teams: Team[];
  readonly personalTokens: Map<string, PersonalToken>;
  hook: HookConfig;
  freezeCompletedCheckRuns: boolean;
};

export type IdKind = keyof typeof FIRST_IDS;

// As large as GitHub's own: ids that need more than 32 bits must survive every column and every JSON.
const FIRST_IDS = {
  account: 2_100_001,
  installation: 61_000_001,
  team: 9_000_001,
  thread: 3_700_000_001,
  comment: 3_900_000_001,
  reaction: 300_000_001,
  check: 54_000_000_001,
  suite: 48_000_000_001,
  deployment: 2_900_000_001,
  status: 4_100_000_001,
  delivery: 170_000_000_001,
} as const;

export function createState(options: { readonly now: () => number; readonly app: AppIdentity }): State {
  const counters = new Map<IdKind, number>();
  const nextId = (kind: IdKind): number => {
    const id = counters.get(kind) ?? FIRST_IDS[kind];
    counters.set(kind, id + 1);
    return id;
  };
  const bot: Account = { id: nextId('account'), login: `${options.app.slug}[bot]`, kind: 'Bot' };
  return {
    ...options,
    nextId,
    bot,
    accounts: new Map([[bot.login, bot]]),
    installations: new Map(),
    repos: new Map(),
    teams: [],
    personalTokens: new Map(),
    hook: {
      url: 'https://imprimatur.example.com/api/github/webhooks',
      contentType: 'json',
      insecureSsl: '0',
      hasSecret: true,
    },
    freezeCompletedCheckRuns: false,
  };
}

export function createRepo(options: {
  readonly id: number;
  readonly owner: Account;
  readonly name: string;
  readonly private: boolean;
  readonly createdAt: number;
}): Repo {
  const { name, ...rest } = options;
  return {
    ...rest,
    names: [name],
    defaultBranch: 'main',
    archived: false,
    issuesDisabled: false,
    roles: new Map(),
    protection: new Map(),
    git: createGit(),
    threads: new Map(),
    comments: new Map(),
    checkRuns: new Map(),
    suites: new Map(),
    deployments: new Map(),
  };
}

export function accountOf(state: State, login: string): Account {
  const account = state.accounts.get(login.toLowerCase());
  if (account === undefined) throw new Error(`this GitHub knows no account ${login}`);
  return account;
}

/** Creates the account on first use; a login that ends in `[bot]` is a bot's. */
export function ensureAccount(state: State, login: string, kind?: Account['kind']): Account {
  const known = state.accounts.get(login.toLowerCase());
  if (known !== undefined) return known;
  const guessed = login.endsWith('[bot]') ? 'Bot' : 'User';
  const account: Account = { id: state.nextId('account'), login, kind: kind ?? guessed };
  state.accounts.set(login.toLowerCase(), account);
  return account;
}

/** Somebody changes their login: what they may do stays theirs, and the old login is free. */
export function changeLogin(state: State, { from, to }: { readonly from: string; readonly to: string }): void {
  const account = accountOf(state, from);
  state.accounts.delete(from.toLowerCase());
  state.accounts.set(to.toLowerCase(), account);
  account.login = to;
  for (const { roles } of state.repos.values()) move(roles, from, to);
  for (const { members } of state.teams) move(members, from, to);
}

function move<T>(map: Map<string, T>, from: string, to: string): void {
  const value = map.get(from.toLowerCase());
  if (value === undefined) return;
  map.delete(from.toLowerCase());
  map.set(to.toLowerCase(), value);
}

export function nameOf(repo: Repo): string {
  return repo.names.at(-1) ?? '';
}

export function fullNameOf(repo: Repo): string {
  return `${repo.owner.login}/${nameOf(repo)}`;
}

export function installationOf(state: State, owner: string): Installation | undefined {
  const installation = state.installations.get(owner.toLowerCase());
  return installation === undefined || installation.removed ? undefined : installation;
}

export function suiteOf(state: State, repo: Repo, sha: string): number {
  const id = repo.suites.get(sha) ?? state.nextId('suite');
  repo.suites.set(sha, id);
  return id;
}
