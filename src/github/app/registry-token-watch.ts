// Watches the machine user's token: asks GitHub once a day whether it is still good, and logs a warning before it ends.
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
import { createTokenClient, type AnonymousOptions } from '../client/client.ts';
import { fetchMachineToken } from './machine-user.ts';

type TokenWatchLog = Pick<Logger, 'info' | 'warn' | 'error'>;

export type AskToken = () => Promise<MachineToken>;

/** What this process knows of the token; every process asks for itself, so that a new token counts from its start. */
export type RegistryTokenWatch = {
  /** Asks, remembers and logs. Never fails: what can't be known today is asked again tomorrow. */
  check(): Promise<void>;
  /** Null while it is good for long, and where nobody knows. */
  warning(): TokenWarning | null;
  /** Null where nobody knows whose it is. */
  user(): RegistryUser | null;
  /** Null where it never expires, and where nobody knows. */
  daysLeft(): number | null;
};

/** Without a machine user there is nothing to watch. */
export const NO_REGISTRY_TOKEN_WATCH: RegistryTokenWatch = {
  check: async () => undefined,
  warning: () => null,
  user: () => null,
  daysLeft: () => null,
};

/**
 * How to ask about a token of ghcr.io. Such a token is github.com's own, so it is shown to nobody else: not to the
 * GitHub Enterprise Server that `apiUrl` may name.
 */
export function createTokenQuestion(options: AnonymousOptions & { readonly token: string }): AskToken {
  const { host, hostname } = new URL(options.apiUrl);
  if (hostname !== 'api.github.com' && !isLoopbackHost(host)) {
    const because = `a token for ghcr.io is not shown to ${host}`;
    return async () => ({ kind: 'unknown', because });
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
  let token: MachineToken = { kind: 'unknown', because: 'it was not asked yet' };
  return {
    check: async () => {
      const answer = await ask();
      // Yesterday's answer is better than none.
      if (answer.kind !== 'unknown' || token.kind === 'unknown') token = answer;
      logAnswer(log, answer, now());
    },
    warning: () => findTokenWarning(token, now()) ?? findCommentWarning(token),
    user: () => registryUserOf(token),
    daysLeft: () => daysLeft(token, now()),
  };
}

function logAnswer(log: TokenWatchLog, token: MachineToken, now: number): void {
  switch (token.kind) {
    case 'refused':
      log.error('GitHub does not accept GHCR_TOKEN: nothing can be promoted on ghcr.io until there is a new one');
      return;
    case 'unknown':
      log.warn({ because: token.because }, 'it is not known how long GHCR_TOKEN is good for');
      return;
    case 'accepted': {
      const { expiresAt, login } = token;
      if (expiresAt === null) {
        log.info({ user: login }, 'GHCR_TOKEN never expires');
        return;
      }
      const expires = new Date(expiresAt).toISOString();
      const fields = { user: login, expires, days: Math.floor(daysLeft(token, now) ?? 0) };
      if (findTokenWarning(token, now) === null) log.info(fields, 'GHCR_TOKEN is good for a while');
      else log.warn(fields, `GHCR_TOKEN expires within ${WARN_DAYS} days: make a new one, and restart with it`);
    }
  }
}
