// Makes the clients through which all questions to GitHub go: one per installation, one as the App itself.
import { createAppAuth } from '@octokit/auth-app';
import { Octokit } from '@octokit/rest';
import type { z } from 'zod';
import { UNGUARDED, type HostGuard } from '../../net/breaker.ts';
import { OUTSIDE_WRITE_MS } from '../../net/outside-write.ts';
import type { RepoName } from '../../domain/image/reference.ts';
import { toOutsideError, unreadableAnswer } from './errors.ts';
import { createFetch } from './fetch.ts';
import { failedByToken, statusOf } from './failure.ts';
import { answerFromEtags, observeRequests, type ObservedRequest } from './hooks.ts';

export type GitHub = {
  /** A client with the rights of one installation; the same one each time, so its token and ETags are reused. */
  readonly forInstallation: (installationId: number) => InstallationClient;
  /** A client that speaks as the App, by JWT. */
  readonly asApp: () => AppClient;
};

export type InstallationClient = {
  readonly kind: 'installation';
  readonly installationId: number;
  /** Tells what our App wrote from what others wrote. */
  readonly appId: number;
  readonly ask: Ask;
};

export type AppClient = { readonly kind: 'app'; readonly appId: number; readonly ask: Ask };

/** Has no credentials at all: for what needs none, before there is an App. */
export type AnonymousClient = { readonly kind: 'anonymous'; readonly ask: Ask };

/** Speaks with a person's token. */
export type TokenClient = { readonly kind: 'token'; readonly ask: Ask };

export type Ask = <T>(question: Question<T>) => Promise<Answer<T>>;

export type Question<T> = {
  /** Begins the sentence of an error: `creating a comment on acme/dotca#3`. */
  readonly tried: string;
  readonly send: (api: Octokit['rest']) => Promise<RawAnswer>;
  /** Asked twice, there would be two of it: a comment, a check run, a deployment, an issue. */
  readonly makes?: true;
  readonly answer: z.ZodType<T>;
};

export type Answer<T> = {
  readonly data: T;
  readonly link: string | null;
  /** A header of the answer, by its name in lower case. */
  readonly header: (name: string) => string | null;
};

type RawAnswer = {
  readonly data: unknown;
  readonly status: number;
  readonly headers: { readonly link?: string | undefined; readonly [name: string]: unknown };
};

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
  /** Told of every HTTP request, those for tokens included. */
  readonly onRequest?: (request: ObservedRequest) => void;
  readonly timeoutMs?: number;
  /** Without one, every request is sent. */
  readonly guard?: HostGuard;
};

export type AnonymousOptions = Omit<GitHubOptions, 'appId' | 'privateKey'>;

/** Makes no request. Errors of all questions are `OutsideError`s with a `GitHubErrorCode`. */
export function createGitHub(options: GitHubOptions): GitHub {
  const { appId } = options;
  const installations = new Map<number, InstallationClient>();
  const app: AppClient = { kind: 'app', appId, ask: askBy(createOctokit(options, null), options) };
  return {
    asApp: () => app,
    forInstallation: (installationId) => {
      const known = installations.get(installationId);
      if (known !== undefined) return known;
      const ask = askBy(createOctokit(options, installationId), options);
      const client: InstallationClient = { kind: 'installation', installationId, appId, ask };
      installations.set(installationId, client);
      return client;
    },
  };
}

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

function createOctokit(options: GitHubOptions, installationId: number | null): Octokit {
  const { appId, privateKey } = options;
  const auth = { appId, privateKey, ...(installationId === null ? {} : { installationId }) };
  return openOctokit(options, { auth: { authStrategy: createAppAuth, auth }, installationId });
}

type Opened = {
  readonly auth: Pick<NonNullable<ConstructorParameters<typeof Octokit>[0]>, 'authStrategy' | 'auth'>;
  readonly installationId: number | null;
};

// Probot's throttle and retry plugins stay out: writes are paced by the job table, and those plugins repeat POSTs.
function openOctokit(options: AnonymousOptions, { auth, installationId }: Opened): Octokit {
  const fields = installationId === null ? {} : { installation: installationId };
  const octokit = new Octokit({
    ...auth,
    baseUrl: options.apiUrl.replace(/\/+$/, ''),
    userAgent: options.userAgent,
    // Octokit's debug line holds whole request bodies; its error line also comes for a 404 that we expect.
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
  answerFromEtags(octokit);
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
