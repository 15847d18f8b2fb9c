// Carries one registry request through authorization: challenge, renewal once, and the anonymous second try of a read.
import type { ImageRepository } from '../../domain/image/reference.ts';
import { hostOf, nameOf } from '../../domain/image/reference.ts';
import type { Auth } from '../auth/auth.ts';
import type { Authorization, Scope } from '../auth/authorization.ts';
import { pickScheme } from '../auth/challenge.ts';
import { answerError, type Attempt } from './errors.ts';
import { originOf } from '../../net/addresses.ts';
import type { Answer, Fence, WireRequest } from './transport.ts';

export type RegistryRequest = {
  readonly repository: ImageRepository;
  readonly access: 'pull' | 'push';
  readonly method: WireRequest['method'];
  /** Path below `/v2/<name>/`, or an absolute path with query that the registry gave. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly fence?: Fence;
  readonly read: WireRequest['read'];
  /** The requested thing, for errors: `manifest ghcr.io/acme/api:main`. */
  readonly what: string;
  readonly unknownCode: Attempt['unknownCode'];
  /** A 401 is the answer: the request is not worth a token with more rights. */
  readonly asHeld?: true;
};

/** An answer, and the error it would be for a caller that can't use it. */
export type Reply = { readonly answer: Answer; readonly url: URL; readonly toError: () => Error };

/** An answer whose status and headers are read, not its content. */
export const ANSWER_BODY = { maxBytes: 64 * 1024, tooLargeCode: 'registry-protocol' } as const;

export type Sender = (request: RegistryRequest) => Promise<Reply>;

/** Sends with the authorization that the registry requires. Throws OutsideErrors for transient failures. */
export function createSender(options: {
  readonly auth: Auth;
  readonly send: (args: {
    readonly request: WireRequest;
    readonly registryHost: string;
    readonly authorization: string | null;
    readonly tried: string;
    readonly secrets: readonly string[];
  }) => Promise<Answer>;
}): Sender {
  const { auth } = options;

  return async (request) => {
    const host = hostOf(request.repository);
    const scope: Scope = { host, name: nameOf(request.repository), access: request.access };
    const url = new URL(request.path, `${originOf(host)}/v2/${scope.name}/`);
    const tried = `${request.method} ${request.what}`;
    const wire: WireRequest = {
      route: { kind: 'open', url },
      method: request.method,
      headers: request.headers ?? {},
      body: request.body ?? null,
      read: request.read,
      ...(request.fence === undefined ? {} : { fence: request.fence }),
    };
    const attempt: Attempt = { tried, host, access: request.access, unknownCode: request.unknownCode };

    async function sendAs({ header, secrets, credentialed }: Authorization): Promise<Reply> {
      const answer = await options.send({ request: wire, registryHost: host, authorization: header, tried, secrets });
      const toError = (): Error => answerError(attempt, { answer, secrets, hasCredential: credentialed });
      return { answer, url, toError };
    }

    let used = await auth.authorize(scope);
    let reply = await sendAs(used);
    if (reply.answer.status === 401 && !reply.answer.foreign && request.asHeld !== true) {
      const scheme = pickScheme(reply.answer.headers.get('www-authenticate') ?? []);
      const renewed = scheme === null ? null : await auth.renew({ scope, scheme, used });
      if (renewed !== null) {
        used = renewed;
        reply = await sendAs(renewed);
      }
    }
    if (request.access === 'push' || !used.credentialed || !isDenial(reply.answer)) return reply;
    const stranger = await auth.anonymous(scope);
    const second = stranger === null ? null : await sendAs(stranger.authorization);
    if (stranger === null || second === null || second.answer.status >= 300) return reply;
    stranger.remember();
    return second;
  };
}

function isDenial({ status, foreign }: Answer): boolean {
  return !foreign && (status === 401 || status === 403);
}
