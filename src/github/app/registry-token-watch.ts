// Watches the machine user's token: asks GitHub once a day whether it is still valid, and logs a warning before it expires.
import type { Logger } from 'pino';
import {
  daysLeft,
  findCommentWarning,
  findTokenWarning,
  registryUserOf,
  WARN_DAYS,
  type MachineToken,
  type RegistryUser,
  type TokenWarning,
} from '../../domain/machine-token.ts';
import { isLoopbackHost } from '../../net/addresses.ts';
import { OutsideError } from '../../net/outside-error.ts';
import { createTokenClient, type AnonymousOptions } from '../client/client.ts';
import { fetchMachineToken } from './machine-user.ts';

type TokenWatchLog = Pick<Logger, 'info' | 'warn' | 'error'>;

export type AskToken = () => Promise<MachineToken>;

/** What this process knows about the token. Every process asks for itself, so that a new token counts from its start. */
export type RegistryTokenWatch = {
  /** Asks, remembers and logs. Never fails: the next day tries again. */
  check(): Promise<void>;
  /** Null while it is valid for long, and if that is unknown. */
  warning(): TokenWarning | null;
  /** Asks first while that is unknown. Null if it can't be known. A retryable OutsideError while GitHub does not answer. */
  learnUser(): Promise<RegistryUser | null>;
  /** Null if it never expires, and if that is unknown. */
  daysLeft(): number | null;
};

/** A review may ask again this soon, well within its retry budget. */
const ASK_AGAIN_MS = 30_000;

/** Without a machine user there is nothing to watch. */
export const NO_REGISTRY_TOKEN_WATCH: RegistryTokenWatch = {
  check: async () => undefined,
  warning: () => null,
  learnUser: async () => null,
  daysLeft: () => null,
};

/**
 * How to ask about a token of ghcr.io. Such a token is github.com's own, so it is shown to nobody else: not to the
 * GitHub Enterprise Server that `apiUrl` may name.
 */
export function createTokenQuestion(options: AnonymousOptions & { readonly token: string }): AskToken {
  const { host, hostname } = new URL(options.apiUrl);
  if (hostname !== 'api.github.com' && !isLoopbackHost(host)) {
    const because = `GHCR_TOKEN is sent to github.com only, not to ${host}`;
    return async () => ({ kind: 'unknown', because, isFinal: true });
  }
  const client = createTokenClient(options);
  return () => fetchMachineToken(client);
}

export function createRegistryTokenWatch(parts: {
  readonly ask: AskToken;
  readonly now: () => number;
  readonly log: TokenWatchLog;
}): RegistryTokenWatch {
  const { ask, now, log } = parts;
  let token: MachineToken = { kind: 'unknown', because: 'it was not checked yet' };
  let askedAt = -Infinity;
  let checking: Promise<void> | null = null;
  const askOnce = async (): Promise<void> => {
    askedAt = now();
    const answer = await ask();
    // Yesterday's answer is better than none.
    if (answer.kind !== 'unknown' || token.kind === 'unknown') token = answer;
    logAnswer(log, answer, now());
  };
  const check = (): Promise<void> => {
    checking ??= askOnce().finally(() => {
      checking = null;
    });
    return checking;
  };
  return {
    check,
    warning: () => findTokenWarning(token, now()) ?? findCommentWarning(token),
    learnUser: async () => {
      const isDue = checking !== null || now() - askedAt >= ASK_AGAIN_MS;
      const isUnknown = (): boolean => token.kind === 'unknown' && token.user === undefined && token.isFinal !== true;
      if (isUnknown() && isDue) await check();
      if (!isUnknown()) return registryUserOf(token);
      throw new OutsideError('GitHub did not say whose token GHCR_TOKEN is.', {
        code: 'github-unavailable',
        retryable: true,
      });
    },
    daysLeft: () => daysLeft(token, now()),
  };
}

function logAnswer(log: TokenWatchLog, token: MachineToken, now: number): void {
  switch (token.kind) {
    case 'refused':
      log.error('GitHub does not accept GHCR_TOKEN: nothing can be promoted on ghcr.io until you set a new token');
      return;
    case 'unknown':
      log.warn({ because: token.because }, 'the expiry of GHCR_TOKEN is unknown');
      return;
    case 'accepted': {
      const { expiresAt, login } = token;
      if (expiresAt === null) {
        log.info({ user: login }, 'GHCR_TOKEN never expires');
        return;
      }
      const expires = new Date(expiresAt).toISOString();
      const fields = { user: login, expires, days: Math.floor(daysLeft(token, now) ?? 0) };
      if (findTokenWarning(token, now) === null) log.info(fields, 'GHCR_TOKEN is valid');
      else log.warn(fields, `GHCR_TOKEN expires within ${WARN_DAYS} days: create a new token, and restart with it`);
    }
  }
}
