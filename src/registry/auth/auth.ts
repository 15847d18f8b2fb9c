// Keeps, per registry and repository, the token or password that a request may carry: learned from challenges, asked for once.
import { z } from 'zod';
import { OutsideError } from '../../net/outside-error.ts';
import type { AuthScheme } from './challenge.ts';
import type { Credential, CredentialSource } from './credentials.ts';
import { answerError } from '../transport/errors.ts';
import { parseJsonBytes } from '../json.ts';
import { planRoute } from './realm.ts';
import { mergeScopes } from './scopes.ts';
import type { Answer, WireRequest } from '../transport/transport.ts';

/** What a request needs: the right to read a repository, or to read and write it. */
export type Scope = { readonly host: string; readonly name: string; readonly access: 'pull' | 'push' };

export type Authorization = {
  /** Value of the Authorization header, or null to go without. */
  readonly header: string | null;
  /** True when it was made from a configured credential. */
  readonly credentialed: boolean;
  /** Texts that no error may show. */
  readonly secrets: readonly string[];
};

export type Auth = {
  /** What a request should carry, as far as the registry's scheme is known. OutsideError `registry-denied`, `realm-refused`. */
  readonly authorize: (scope: Scope) => Promise<Authorization>;
  /** What to carry instead after a 401 with this challenge, or null when there is nothing better. */
  readonly renew: (args: {
    readonly scope: Scope;
    readonly scheme: AuthScheme;
    readonly used: Authorization;
  }) => Promise<Authorization | null>;
  /** For reading without the credential, which may be stale where the image is public; null when that is refused too. */
  readonly anonymous: (scope: Scope) => Promise<AnonymousRead | null>;
};

export type AnonymousRead = {
  readonly authorization: Authorization;
  /** To be called when the read was answered: the next ones then begin without the credential. */
  readonly remember: () => void;
};

const NOBODY: Authorization = { header: null, credentialed: false, secrets: [] };

/** GHCR's challenge never differs, so its token is asked for without being turned away first. */
const KNOWN_SCHEMES: readonly (readonly [string, AuthScheme])[] = [
  ['ghcr.io', { kind: 'bearer', realm: 'https://ghcr.io/token', service: 'ghcr.io', scopes: [], error: null }],
];

/**
 * Where a credential exists, every token is asked for with `pull,push`: one token serves the reads and the writes of a
 * promotion. A read whose credential is refused falls back to a `pull` token and then to an anonymous one.
 */
export function createAuth(options: {
  readonly credentials: CredentialSource;
  readonly trustedHosts: readonly string[];
  readonly now: () => number;
  readonly send: (args: {
    readonly request: WireRequest;
    readonly authorization: string | null;
    readonly tried: string;
    readonly secrets: readonly string[];
  }) => Promise<Answer>;
}): Auth {
  const schemes = new Map<string, AuthScheme>(KNOWN_SCHEMES);
  const tokens = new Map<string, Promise<Token>>();

  async function authorize(scope: Scope): Promise<Authorization> {
    const scheme = schemes.get(scope.host);
    const credential = options.credentials(scope.host);
    if (scheme === undefined) return NOBODY;
    if (scheme.kind === 'basic') return credential === null ? NOBODY : basic(credential);
    return asBearer(await tokenFor(scope, []));
  }

  async function renew(args: {
    readonly scope: Scope;
    readonly scheme: AuthScheme;
    readonly used: Authorization;
  }): Promise<Authorization | null> {
    const { scope, scheme, used } = args;
    schemes.set(scope.host, scheme);
    if (scheme.kind === 'basic') {
      const next = await authorize(scope);
      return next.header === used.header ? null : next;
    }
    for (const access of ['pull', 'push'] as const) await forget(keyOf({ ...scope, access }), used);
    return asBearer(await tokenFor(scope, scheme.scopes));
  }

  async function anonymous(scope: Scope): Promise<AnonymousRead | null> {
    const readOnly = { ...scope, access: 'pull' as const };
    if (schemes.get(scope.host)?.kind !== 'bearer') return { authorization: NOBODY, remember: () => {} };
    try {
      const token = await shared(`anonymous ${keyOf(readOnly)}`, () =>
        fetchToken({ scope: readOnly, credential: null, demanded: [] }),
      );
      const remember = (): void => void tokens.set(keyOf(readOnly), Promise.resolve(token));
      return { authorization: asBearer(token), remember };
    } catch (error) {
      if (isRefusal(error)) return null;
      throw error;
    }
  }

  async function tokenFor(scope: Scope, demanded: readonly string[]): Promise<Token> {
    const credential = options.credentials(scope.host);
    const readOnly = { ...scope, access: 'pull' as const };
    const writable = { ...scope, access: 'push' as const };
    if (credential === null) return shared(keyOf(scope), () => fetchToken({ scope, credential, demanded }));
    const settled = scope.access === 'pull' ? await tokens.get(keyOf(readOnly)) : undefined;
    if (settled !== undefined && settled.expiresAt > options.now()) return settled;
    try {
      return await shared(keyOf(writable), () => fetchToken({ scope: writable, credential, demanded }));
    } catch (error) {
      if (scope.access === 'push' || !isRefusal(error)) throw error;
      return shared(keyOf(readOnly), () => fetchReadToken(readOnly, credential));
    }
  }

  async function fetchReadToken(scope: Scope, credential: Credential): Promise<Token> {
    try {
      return await fetchToken({ scope, credential, demanded: [] });
    } catch (refusal) {
      if (!isRefusal(refusal)) throw refusal;
      try {
        return await fetchToken({ scope, credential: null, demanded: [] });
      } catch (error) {
        // The refused credential is the news; that strangers are refused too is what one expects.
        throw isRefusal(error) ? refusal : error;
      }
    }
  }

  async function fetchToken(args: {
    readonly scope: Scope;
    readonly credential: Credential | null;
    readonly demanded: readonly string[];
  }): Promise<Token> {
    const { scope, credential } = args;
    const scheme = schemes.get(scope.host);
    if (scheme?.kind !== 'bearer') throw new TypeError(`No token is known to be needed for ${scope.host}`);
    const request = tokenRequest({ scope, scheme, demanded: args.demanded, trustedHosts: options.trustedHosts });
    // A public host that nobody here has named may give tokens to strangers, but is shown no password.
    if (credential !== null && request.route.kind === 'public-only') {
      throw realmRefused(scope, scheme, 'our credential is shown to the registry’s own host only');
    }
    const login = credential === null ? NOBODY : basic(credential);
    const who = credential === null ? 'anonymous' : `user ${credential.username}`;
    const tried = `GET token for ${scope.host}/${scope.name} (${scope.access === 'push' ? 'pull,push' : 'pull'}, ${who})`;
    const askedAt = options.now();
    const { secrets } = login;
    const answer = await options.send({ request, authorization: login.header, tried, secrets });
    const token = answer.status === 200 ? TokenAnswer.safeParse(parseJsonBytes(answer.body)) : null;
    const value = token?.data?.token ?? token?.data?.access_token;
    if (value === undefined || value === null) {
      const attempt = { tried, host: scope.host, access: scope.access, unknownCode: 'repository-unknown' as const };
      throw answerError(attempt, { answer, secrets, hasCredential: credential !== null });
    }
    const lifeMs = (token?.data?.expires_in ?? DEFAULT_LIFE_SECONDS) * 1000;
    const expiresAt = askedAt + lifeMs - Math.min(SKEW_MS, lifeMs / 10);
    return { value, expiresAt, credentialed: credential !== null };
  }

  /** The live token under a key, or one made by the first caller while the others wait for it. */
  async function shared(key: string, make: () => Promise<Token>): Promise<Token> {
    for (let known = tokens.get(key); known !== undefined; known = tokens.get(key)) {
      const token = await known;
      if (token.expiresAt > options.now()) return token;
      if (tokens.get(key) === known) tokens.delete(key);
    }
    const pending = make();
    tokens.set(key, pending);
    try {
      return await pending;
    } catch (error) {
      if (tokens.get(key) === pending) tokens.delete(key);
      throw error;
    }
  }

  /** Drops a token that was refused, unless somebody has replaced it meanwhile. */
  async function forget(key: string, used: Authorization): Promise<void> {
    const known = tokens.get(key);
    if (known === undefined) return;
    const token = await known;
    if (asBearer(token).header === used.header && tokens.get(key) === known) tokens.delete(key);
  }

  return { authorize, renew, anonymous };
}

type Token = { readonly value: string; readonly expiresAt: number; readonly credentialed: boolean };

const DEFAULT_LIFE_SECONDS = 60;
const SKEW_MS = 5_000;
const MAX_TOKEN_BYTES = 256 * 1024;

// A token goes into a header as it is, so it must be printable ASCII.
const TokenText = z.string().regex(/^[\x21-\x7e]+$/);
const TokenAnswer = z.object({
  token: TokenText.nullish(),
  access_token: TokenText.nullish(),
  expires_in: z.number().nonnegative().nullish(),
});

function tokenRequest(args: {
  readonly scope: Scope;
  readonly scheme: AuthScheme & { readonly kind: 'bearer' };
  readonly demanded: readonly string[];
  readonly trustedHosts: readonly string[];
}): WireRequest {
  const { scope, scheme, trustedHosts } = args;
  const route = planRoute({ target: scheme.realm, registryHost: scope.host, trustedHosts });
  if (route.kind === 'refused') throw realmRefused(scope, scheme, route.reason);
  const url = new URL(route.url);
  if (scheme.service !== null) url.searchParams.set('service', scheme.service);
  const ours = `repository:${scope.name}:${scope.access === 'push' ? 'pull,push' : 'pull'}`;
  for (const text of mergeScopes([...args.demanded, ours])) url.searchParams.append('scope', text);
  return {
    route: { kind: route.kind, url },
    method: 'GET',
    headers: { accept: 'application/json' },
    body: null,
    read: { maxBytes: MAX_TOKEN_BYTES, tooLargeCode: 'registry-protocol' },
  };
}

function realmRefused({ host }: Scope, { realm }: { readonly realm: string }, reason: string): OutsideError {
  const message =
    `${host} wants a token from "${showRealm(realm)}", which is not contacted: ${reason}. ` +
    'If that address is right, an operator can add its host to REGISTRY_TOKEN_HOSTS.';
  return new OutsideError(message, { code: 'realm-refused', retryable: false });
}

/** Its host alone: a registry could put into the rest what it knows of our credential. */
function showRealm(realm: string): string {
  return URL.canParse(realm) ? new URL(realm).origin : 'an address that is none';
}

function keyOf(scope: Scope): string {
  return `${scope.access} ${scope.host}/${scope.name}`;
}

function basic({ username, password }: Credential): Authorization {
  const pair = Buffer.from(`${username}:${password}`).toString('base64');
  return { header: `Basic ${pair}`, credentialed: true, secrets: [...formsOf(password), pair] };
}

function asBearer({ value, credentialed }: Token): Authorization {
  return { header: `Bearer ${value}`, credentialed, secrets: formsOf(value) };
}

/** As somebody might repeat it who was shown it. */
function formsOf(secret: string): readonly string[] {
  return [secret, Buffer.from(secret).toString('base64'), encodeURIComponent(secret)];
}

function isRefusal(error: unknown): boolean {
  return error instanceof OutsideError && error.code === 'registry-denied';
}
