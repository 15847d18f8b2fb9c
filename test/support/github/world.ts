// Starts a GitHub on this machine, stateful and strict, for scenarios in process and for the App as a child process.
import { generateKeyPairSync } from 'node:crypto';
import type { Tokens } from './access.ts';
import { startCore } from './core.ts';
import { createDeliveries, type Deliveries, type Delivery, type NewDelivery, type Sent } from './deliveries.ts';
import { openEndpoint, type LoggedRequest } from './endpoint.ts';
import { createFaults, type Faults } from './faults.ts';
import { openInstallation, type GitHubInstallation } from './installation.ts';
import { createManifests, type Manifests } from './manifests.ts';
import { openRepo, type GitHubRepo } from './repo.ts';
import { ROUTES } from './routes.ts';
import { appRoutes } from './routes/app.ts';
import { changeLogin, createRepo, createState, ensureAccount, type Permissions, type Role } from './state.ts';
import type { HookConfig, Installation, PersonalToken, State } from './state.ts';

export type GitHubOptions = {
  readonly appId?: number;
  readonly slug?: string;
  /** PEM; one key per process is made otherwise. */
  readonly privateKey?: string;
  readonly webhookSecret?: string;
  /** Organizations with the App installed; the first one owns the App. */
  readonly owners?: readonly string[];
  readonly permissions?: Permissions;
  readonly events?: readonly string[];
  /** The clock of everything but tokens, which follow the wall clock as their client does. */
  readonly now?: () => number;
  readonly port?: number;
};

export type GitHubWorld = Pick<Faults, 'failNext' | 'applyThenFail' | 'limitNext' | 'onNext'> & {
  readonly url: string;
  readonly slug: string;
  readonly botLogin: string;
  /** What the App's process needs to know of this GitHub. */
  readonly env: Readonly<{ APP_ID: string; PRIVATE_KEY: string; WEBHOOK_SECRET: string; GITHUB_API_URL: string }>;
  /** Everything the App asked for, oldest first. */
  readonly requests: readonly LoggedRequest[];
  /** Sentences about requests that the real GitHub would not accept. A test ends by finding none. */
  readonly violations: readonly string[];
  /** Where the App listens: its root, or the full webhook URL. Null: nobody listens. */
  readonly setAppUrl: (url: string | null) => void;
  readonly setWebhookSecret: (secret: string) => void;
  /** Somebody presses "Create GitHub App" on the page that got a manifest; the App that is made is this GitHub's. */
  readonly createApp: Manifests['create'];
  readonly deliver: (delivery: NewDelivery) => Promise<Sent>;
  readonly redeliver: (guid: string) => Promise<Sent>;
  readonly deliveries: readonly Delivery[];
  /** Loses, doubles or delays deliveries; `setAppUrl(null)` is an outage. */
  readonly setFate: Deliveries['setFate'];
  readonly late: Deliveries['late'];
  readonly release: Deliveries['release'];
  /** Waits for the deliveries that nobody waits for: the App's own events, redeliveries it asked for. */
  readonly settle: () => Promise<void>;
  /** Whether the App hears of what it does itself, as on GitHub. True at first. */
  readonly setEcho: (on: boolean) => void;
  /** A PATCH of a completed check run then leaves its status and conclusion alone, and answers 200. */
  readonly freezeCompletedCheckRuns: (on: boolean) => void;
  readonly repo: (repo: {
    readonly owner: string;
    readonly name: string;
    readonly private?: boolean;
    /** Without the first commit, as GitHub makes repositories unless asked for a README. */
    readonly empty?: boolean;
    readonly users?: Readonly<Record<string, Role>>;
  }) => Promise<GitHubRepo>;
  /** An account without any role. `…[bot]` is a bot. */
  readonly user: (login: string) => void;
  /** Somebody changes their login; the old one is free from then on. */
  readonly changeLogin: (from: string, to: string) => void;
  /** The account takes the login `to` and keeps its roles; a new account takes the one it had. Answers the new one's id. */
  readonly passOnLogin: (login: string, to: string) => number;
  readonly team: (team: {
    readonly org: string;
    readonly slug: string;
    readonly members: Readonly<Record<string, 'active' | 'pending'>>;
  }) => void;
  /** A token that somebody made for themselves; null takes it away. */
  readonly personalToken: (value: string, token: PersonalToken | null) => void;
  /** Somebody edits the webhook in the App's settings. */
  readonly setHook: (changes: Partial<HookConfig>) => void;
  readonly installation: (owner: string) => GitHubInstallation;
  /** All tokens handed out so far are refused from now on. */
  readonly revokeTokens: () => void;
  readonly clearFaults: () => void;
  /** Waits, without polling, until what the App asks for has made it true; fails with `what` after the time given. */
  readonly until: (
    isTrue: () => boolean,
    wait: { readonly what: string; readonly timeoutMs?: number },
  ) => Promise<void>;
  readonly close: () => Promise<void>;
};

export const DEFAULT_PERMISSIONS: Permissions = {
  checks: 'write',
  contents: 'read',
  deployments: 'write',
  issues: 'write',
  metadata: 'read',
  packages: 'read',
  pull_requests: 'write',
};
export const DEFAULT_EVENTS = [
  'check_run',
  'check_suite',
  'create',
  'deployment',
  'deployment_status',
  'issue_comment',
  'issues',
  'pull_request',
  'pull_request_review',
  'pull_request_review_comment',
  'push',
  'registry_package',
  'repository',
] as const;

export async function startGitHub(options: GitHubOptions = {}): Promise<GitHubWorld> {
  const { owners = ['acme'], appId = 770_001, slug = 'imprimatur', now = Date.now } = options;
  const privateKey = options.privateKey ?? keyOfThisProcess();
  const secret = options.webhookSecret ?? 'a-webhook-secret-of-32-characters';
  const app = {
    id: appId,
    slug,
    name: 'Imprimatur',
    owner: owners[0] ?? 'acme',
    permissions: options.permissions ?? DEFAULT_PERMISSIONS,
    events: options.events ?? DEFAULT_EVENTS,
  };
  const state = createState({ now, app: { ...app, createdAt: now() } });
  for (const owner of owners) install(state, owner, options.permissions ?? DEFAULT_PERMISSIONS);
  const installations = owners.map((owner) => ({ owner, id: found(state, owner).id }));
  const core = await startCore({ appId, slug, privateKey, installations });

  const tokens: Tokens = new Map();
  const faults = createFaults(now);
  const deliveries = createDeliveries({ state, secret });
  const manifests = createManifests({ state, privateKey, secret });
  const requests: LoggedRequest[] = [];
  const violations: string[] = [];
  const watchers = new Set<() => void>();
  let echoes = true;
  const endpoint = await openEndpoint(
    {
      state,
      core,
      tokens,
      faults,
      requests,
      violations,
      routes: { ...ROUTES, ...appRoutes({ core, tokens, deliveries }), ...manifests.routes },
      answered: () => watchers.forEach((notify) => notify()),
      echo: (event, payload) => {
        if (echoes && app.events.includes(event)) deliveries.send(() => deliveries.deliver({ event, payload }));
      },
    },
    options.port ?? 0,
  );

  return {
    url: endpoint.url,
    slug,
    botLogin: state.bot.login,
    env: { APP_ID: String(appId), PRIVATE_KEY: privateKey, WEBHOOK_SECRET: secret, GITHUB_API_URL: endpoint.url },
    requests,
    violations,
    failNext: faults.failNext,
    onNext: faults.onNext,
    applyThenFail: faults.applyThenFail,
    limitNext: faults.limitNext,
    clearFaults: faults.clear,
    setAppUrl: deliveries.setAppUrl,
    setWebhookSecret: deliveries.setSecret,
    createApp: manifests.create,
    deliver: deliveries.deliver,
    redeliver: deliveries.redeliver,
    deliveries: deliveries.log,
    setFate: deliveries.setFate,
    late: deliveries.late,
    release: deliveries.release,
    settle: deliveries.settle,
    setEcho: (on) => {
      echoes = on;
    },
    freezeCompletedCheckRuns: (on) => {
      state.freezeCompletedCheckRuns = on;
    },
    repo: async ({ owner, name, private: isPrivate = true, empty = false, users = {} }) => {
      const id = await core.addRepo({ owner, name, private: isPrivate });
      const account = found(state, owner).account;
      const repo = createRepo({ id, owner: account, name, private: isPrivate, createdAt: now() });
      state.repos.set(id, repo);
      const opened = openRepo({ state, repo, deliveries });
      const readme = { 'README.md': `# ${name}\n` };
      if (!empty) opened.commitOn(repo.defaultBranch, { files: readme, message: 'First commit' });
      for (const [login, role] of Object.entries(users)) opened.user(login, role);
      return opened;
    },
    changeLogin: (from, to) => changeLogin(state, { from, to }),
    user: (login) => {
      ensureAccount(state, login);
    },
    passOnLogin: (login, to) => {
      ensureAccount(state, login);
      changeLogin(state, { from: login, to });
      return ensureAccount(state, login).id;
    },
    team: ({ org, slug: teamSlug, members }) => {
      const known = state.teams.find((team) => team.org === org && team.slug === teamSlug);
      const team = known ?? { org, slug: teamSlug, id: state.nextId('team'), members: new Map() };
      if (known === undefined) state.teams.push(team);
      team.members.clear();
      for (const [login, membership] of Object.entries(members)) {
        ensureAccount(state, login);
        team.members.set(login.toLowerCase(), membership);
      }
    },
    personalToken: (value, token) => {
      if (token === null) state.personalTokens.delete(value);
      else state.personalTokens.set(value, token);
    },
    setHook: (changes) => {
      state.hook = { ...state.hook, ...changes };
    },
    installation: (owner) =>
      openInstallation({ state, installation: found(state, owner), deliver: deliveries.deliver }),
    until: (isTrue, wait) => watch(watchers, isTrue, wait),
    revokeTokens: () => tokens.clear(),
    close: async () => {
      await endpoint.close();
      await core.close();
    },
  };
}

let sharedKey: string | null = null;

function keyOfThisProcess(): string {
  sharedKey ??= generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  }).privateKey;
  return sharedKey;
}

function install(state: State, owner: string, permissions: Permissions): void {
  const account = ensureAccount(state, owner, 'Organization');
  const id = state.nextId('installation');
  state.installations.set(owner.toLowerCase(), {
    id,
    account,
    permissions,
    suspendedAt: null,
    removed: false,
    withheld: new Set(),
  });
}

function found(state: State, owner: string): Installation {
  const installation = state.installations.get(owner.toLowerCase());
  if (installation === undefined) throw new Error(`${owner} is not among the owners this GitHub was started with`);
  return installation;
}

function watch(
  watchers: Set<() => void>,
  isTrue: () => boolean,
  wait: { readonly what: string; readonly timeoutMs?: number },
): Promise<void> {
  if (isTrue()) return Promise.resolve();
  const { what, timeoutMs = 10_000 } = wait;
  return new Promise((resolve, reject) => {
    const notify = (): void => {
      try {
        if (isTrue()) end(resolve);
      } catch (error) {
        end(() => reject(error instanceof Error ? error : new Error(String(error))));
      }
    };
    const timer = setTimeout(() => end(() => reject(new Error(`not within ${timeoutMs} ms: ${what}`))), timeoutMs);
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      watchers.delete(notify);
      settle();
    };
    watchers.add(notify);
  });
}
