// Decides, per registry and repository, which token or password a request carries: learned from challenges, requested once.
import { OutsideError } from '../../net/outside-error.ts';
import { asBearer, basic, NOBODY, type Authorization, type Scope, type Token } from './authorization.ts';
import type { AuthScheme } from './challenge.ts';
import type { Credential, CredentialSource } from './credentials.ts';
import { fetchToken, type TokenEndpoint } from './fetch-token.ts';
import { createTokenCache, type TokenCache } from './token-cache.ts';

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
  /** Called when the read succeeded: the next reads then begin without the credential. */
  readonly remember: () => void;
};

/** GHCR's challenge never differs, so its token is requested without a first 401. */
const KNOWN_SCHEMES: readonly (readonly [string, AuthScheme])[] = [
  ['ghcr.io', { kind: 'bearer', realm: 'https://ghcr.io/token', service: 'ghcr.io', scopes: [], error: null }],
];

/**
 * Where a credential exists, every token is asked for with `pull,push`: one token serves the reads and the writes of a
 * promotion. A read whose credential is refused falls back to a `pull` token and then to an anonymous one.
 */
export function createAuth(options: TokenEndpoint & { readonly credentials: CredentialSource }): Auth {
  const schemes = new Map<string, AuthScheme>(KNOWN_SCHEMES);
  const cache = createTokenCache(options.now);
  const tokens: TokenSource = { ...options, cache, schemeOf: (host) => schemes.get(host) };

  async function authorize(scope: Scope): Promise<Authorization> {
    const scheme = schemes.get(scope.host);
    const credential = options.credentials(scope.host);
    if (scheme === undefined) return NOBODY;
    if (scheme.kind === 'basic') return credential === null ? NOBODY : basic(credential);
    return asBearer(await tokenFor(tokens, scope, []));
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
    for (const access of ['pull', 'push'] as const) await cache.forget(keyOf({ ...scope, access }), used);
    return asBearer(await tokenFor(tokens, scope, scheme.scopes));
  }

  async function anonymous(scope: Scope): Promise<AnonymousRead | null> {
    const readOnly = { ...scope, access: 'pull' as const };
    if (schemes.get(scope.host)?.kind !== 'bearer') return { authorization: NOBODY, remember: () => {} };
    try {
      const token = await cache.shared(`anonymous ${keyOf(readOnly)}`, () =>
        request(tokens, { scope: readOnly, credential: null, demanded: [] }),
      );
      return { authorization: asBearer(token), remember: () => cache.keep(keyOf(readOnly), token) };
    } catch (error) {
      if (isRefusal(error)) return null;
      throw error;
    }
  }

  return { authorize, renew, anonymous };
}

type TokenSource = TokenEndpoint & {
  readonly credentials: CredentialSource;
  readonly cache: TokenCache;
  readonly schemeOf: (host: string) => AuthScheme | undefined;
};

async function tokenFor(tokens: TokenSource, scope: Scope, demanded: readonly string[]): Promise<Token> {
  const { cache, credentials, now } = tokens;
  const credential = credentials(scope.host);
  const readOnly = { ...scope, access: 'pull' as const };
  const writable = { ...scope, access: 'push' as const };
  if (credential === null) return cache.shared(keyOf(scope), () => request(tokens, { scope, credential, demanded }));
  const settled = scope.access === 'pull' ? await cache.find(keyOf(readOnly)) : undefined;
  if (settled !== undefined && settled.expiresAt > now()) return settled;
  try {
    return await cache.shared(keyOf(writable), () => request(tokens, { scope: writable, credential, demanded }));
  } catch (error) {
    if (scope.access === 'push' || !isRefusal(error)) throw error;
    return cache.shared(keyOf(readOnly), () => fetchReadToken(tokens, readOnly, credential));
  }
}

async function fetchReadToken(tokens: TokenSource, scope: Scope, credential: Credential): Promise<Token> {
  try {
    return await request(tokens, { scope, credential, demanded: [] });
  } catch (refusal) {
    if (!isRefusal(refusal)) throw refusal;
    try {
      return await request(tokens, { scope, credential: null, demanded: [] });
    } catch (error) {
      // The refused credential is what matters; that anonymous reads are refused too is normal.
      throw isRefusal(error) ? refusal : error;
    }
  }
}

async function request(
  tokens: TokenSource,
  args: {
    readonly scope: Scope;
    readonly credential: Credential | null;
    readonly demanded: readonly string[];
  },
): Promise<Token> {
  const { host } = args.scope;
  const scheme = tokens.schemeOf(host);
  if (scheme?.kind !== 'bearer') throw new TypeError(`No token is known to be needed for ${host}`);
  return fetchToken(tokens, { ...args, scheme });
}

function keyOf(scope: Scope): string {
  return `${scope.access} ${scope.host}/${scope.name}`;
}

function isRefusal(error: unknown): boolean {
  return error instanceof OutsideError && error.code === 'registry-denied';
}
