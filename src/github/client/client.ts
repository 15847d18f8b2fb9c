// Creates the clients for all requests to GitHub: one per installation, one as the App itself.
import { createAppAuth } from '@octokit/auth-app';
import { Octokit } from '@octokit/rest';
import { LRUCache } from 'lru-cache';
import { UNGUARDED, type HostGuard } from '../../net/breaker.ts';
import { OUTSIDE_WRITE_MS } from '../../net/outside-write.ts';
import type { RepoName } from '../../domain/image/reference.ts';
import type { Repo } from '../../domain/promotion/promotion.ts';
import type { Ask, Question, RawAnswer } from './ask.ts';
import { confirmRemoval } from './confirm-removal.ts';
import { toOutsideError, unreadableAnswer } from './errors.ts';
import { createFetch } from './fetch.ts';
import { failedByToken, statusOf } from './failure.ts';
import {
  addressById,
  answerFromEtags,
  createEtagCache,
  observeRequests,
  type EtagCache,
  type ObservedRequest,
} from './hooks.ts';

export type GitHub = {
  /**
   * A client for one repository, with the rights of its installation. It addresses the repository by its id
   * (`/repositories/{id}/…`), so a repository that has taken over the name is never read or written in its place.
   */
  readonly forRepo: (repo: Repo) => InstallationClient;
  /** For a repository name that somebody typed: the answer has the id. */
  readonly forInstallation: (installationId: number) => InstallationClient;
  /** A client that authenticates as the App, by JWT. */
  readonly asApp: () => AppClient;
};

export type InstallationClient = {
  readonly kind: 'installation';
  readonly installationId: number;
  /** Distinguishes what our App wrote from what others wrote. */
  readonly appId: number;
  readonly ask: Ask;
};

export type AppClient = { readonly kind: 'app'; readonly appId: number; readonly ask: Ask };

/** Without credentials: for requests that need none, before there is an App. */
export type AnonymousClient = { readonly kind: 'anonymous'; readonly ask: Ask };

/** Authenticates with a person's token. */
export type TokenClient = { readonly kind: 'token'; readonly ask: Ask };

export type GitHubLog = {
  readonly debug: (fields: object, message: string) => void;
  readonly warn: (fields: object, message: string) => void;
};

export type GitHubOptions = {
  readonly appId: number;
  /** PEM. */
  readonly privateKey: string;
  readonly apiUrl: string;
  readonly userAgent: string;
  readonly log: GitHubLog;
  readonly now: () => number;
  /** Receives every HTTP request, including those for tokens. */
  readonly onRequest?: (request: ObservedRequest) => void;
  readonly timeoutMs?: number;
  /** Without one, every request is sent. */
  readonly guard?: HostGuard;
};

export type AnonymousOptions = Omit<GitHubOptions, 'appId' | 'privateKey'>;

/** Makes no request. Errors of all questions are `OutsideError`s with a `GitHubErrorCode`. */
export function createGitHub(options: GitHubOptions): GitHub {
  const { appId } = options;
  const shared = { tokens: createTokenCache(), etags: createEtagCache() };
  const clients = new LRUCache<string, InstallationClient>({ max: MAX_CLIENTS });
  const app: AppClient = { kind: 'app', appId, ask: askBy(createOctokit(options, null), options) };
  const open = (installationId: number, repo: Repo | null): InstallationClient => {
    const key = repo === null ? `${installationId}` : `${installationId}/${repo.id}/${repo.name}`;
    const known = clients.get(key);
    if (known !== undefined) return known;
    const octokit = createOctokit(options, { installationId, repo, ...shared });
    const ask = confirmRemoval(askBy(octokit, options), { asApp: app.ask, installationId });
    const client: InstallationClient = { kind: 'installation', installationId, appId, ask };
    clients.set(key, client);
    return client;
  };
  return {
    asApp: () => app,
    forInstallation: (installationId) => open(installationId, null),
    forRepo: (repo) => open(repo.installationId, repo),
  };
}

const MAX_CLIENTS = 1000;
const MAX_TOKENS = 1000;

/** One token of an installation serves all of its repositories. */
function createTokenCache(): TokenCache {
  const tokens = new LRUCache<string, string>({ max: MAX_TOKENS, ttl: TOKEN_KEPT_MS });
  return {
    get: (key) => tokens.get(key) ?? '',
    set: (key, value) => void tokens.set(key, value),
  };
}

/** GitHub's tokens are valid for an hour. */
const TOKEN_KEPT_MS = 59 * 60 * 1000;

type TokenCache = { readonly get: (key: string) => string; readonly set: (key: string, value: string) => void };

/** Makes no request. Errors as of the clients above. */
export function createAnonymousClient(options: AnonymousOptions): AnonymousClient {
  return { kind: 'anonymous', ask: askBy(openOctokit(options, { auth: {}, installationId: null }), options) };
}

/**
 * Makes no request. Errors as of the clients above. The token is shown to `apiUrl` only: a redirect, wherever it leads,
 * counts as no answer.
 */
export function createTokenClient(options: AnonymousOptions & { readonly token: string }): TokenClient {
  const octokit = openOctokit(options, { auth: { auth: options.token }, installationId: null });
  octokit.hook.before('request', (request) => {
    request.request.redirect = 'error';
  });
  return { kind: 'token', ask: askBy(octokit, options, (send) => send(octokit.rest)) };
}

/** `owner/name` as the two parameters that Octokit wants. */
export function splitRepo(name: RepoName): { readonly owner: string; readonly repo: string } {
  const slash = name.indexOf('/');
  return { owner: name.slice(0, slash), repo: name.slice(slash + 1) };
}

type InstallationAccess = {
  readonly installationId: number;
  readonly repo: Repo | null;
  readonly tokens: TokenCache;
  readonly etags: EtagCache;
};

function createOctokit(options: GitHubOptions, access: InstallationAccess | null): Octokit {
  const { appId, privateKey } = options;
  if (access === null) {
    return openOctokit(options, {
      auth: { authStrategy: createAppAuth, auth: { appId, privateKey } },
      installationId: null,
    });
  }
  const { installationId, repo, tokens, etags } = access;
  const auth = { appId, privateKey, installationId, cache: tokens };
  const octokit = openOctokit(options, { auth: { authStrategy: createAppAuth, auth }, installationId, etags });
  if (repo !== null) addressById(octokit, repo);
  return octokit;
}

type Opened = {
  readonly auth: Pick<NonNullable<ConstructorParameters<typeof Octokit>[0]>, 'authStrategy' | 'auth'>;
  readonly installationId: number | null;
  readonly etags?: EtagCache;
};

// Probot's throttle and retry plugins stay out: writes are paced by the job table, and those plugins repeat POSTs.
function openOctokit(options: AnonymousOptions, { auth, installationId, etags }: Opened): Octokit {
  const fields = installationId === null ? {} : { installation: installationId };
  const octokit = new Octokit({
    ...auth,
    baseUrl: options.apiUrl.replace(/\/+$/, ''),
    userAgent: options.userAgent,
    // Octokit's debug line has whole request bodies, and it logs an error for a 404 that we expect.
    log: {
      debug: () => undefined,
      info: (message: string) => options.log.debug(fields, message),
      warn: (message: string) => options.log.warn(fields, message),
      error: (message: string) => options.log.debug(fields, message),
    },
    request: {
      fetch: createFetch({ timeoutMs: options.timeoutMs ?? OUTSIDE_WRITE_MS, guard: options.guard ?? UNGUARDED }),
    },
  });
  if (options.onRequest !== undefined) observeRequests(octokit, { installationId, onRequest: options.onRequest });
  answerFromEtags(octokit, { cache: etags ?? createEtagCache(), installationId });
  return octokit;
}

type Sending = (send: Question<unknown>['send']) => Promise<RawAnswer>;

function askBy(
  octokit: Octokit,
  options: AnonymousOptions,
  sendBy: Sending = (send) => sendWithValidToken(octokit, send),
): Ask {
  return async ({ tried, send, answer }) => {
    const raw = await sendBy(send).catch((error: unknown) => {
      throw toOutsideError(error, { tried, now: options.now() }) ?? error;
    });
    const parsed = answer.safeParse(raw.data);
    if (!parsed.success) {
      throw unreadableAnswer({ tried, now: options.now() }, { status: raw.status, problem: parsed.error });
    }
    return { data: parsed.data, link: raw.headers.link ?? null, header: (name) => textOf(raw.headers[name]) };
  };
}

function textOf(header: unknown): string | null {
  return typeof header === 'string' ? header : null;
}

/**
 * A 401 for an installation is answered by one new token and one repetition (nothing was applied): auth-app keeps a
 * token for 59 minutes, also when GitHub has revoked it meanwhile.
 */
async function sendWithValidToken(octokit: Octokit, send: Question<unknown>['send']): Promise<RawAnswer> {
  try {
    return await send(octokit.rest);
  } catch (error) {
    if (statusOf(error) !== 401 || !failedByToken(error)) throw error;
    await octokit.auth({ type: 'installation', refresh: true });
    return send(octokit.rest);
  }
}
