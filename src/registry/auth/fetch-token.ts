// Asks a registry's token endpoint for a token (distribution-spec, "Token Authentication").
import { z } from 'zod';
import { OutsideError } from '../../net/outside-error.ts';
import { parseJsonBytes } from '../json.ts';
import { answerError } from '../transport/errors.ts';
import type { Answer, WireRequest } from '../transport/transport.ts';
import { basic, NOBODY, type Scope, type Token } from './authorization.ts';
import type { AuthScheme } from './challenge.ts';
import type { Credential } from './credentials.ts';
import { planRoute } from './realm.ts';
import { mergeScopes } from './scopes.ts';

export type TokenEndpoint = {
  readonly trustedHosts: readonly string[];
  readonly now: () => number;
  readonly send: (args: {
    readonly request: WireRequest;
    readonly authorization: string | null;
    readonly tried: string;
    readonly secrets: readonly string[];
  }) => Promise<Answer>;
};

/** Without a credential, an anonymous token. OutsideError `registry-denied`, `realm-refused`. */
export async function fetchToken(
  endpoint: TokenEndpoint,
  args: {
    readonly scope: Scope;
    readonly scheme: AuthScheme & { readonly kind: 'bearer' };
    readonly credential: Credential | null;
    readonly demanded: readonly string[];
  },
): Promise<Token> {
  const { scope, scheme, credential } = args;
  const request = tokenRequest({ scope, scheme, demanded: args.demanded, trustedHosts: endpoint.trustedHosts });
  // A public host that the operator has not named may issue anonymous tokens, but receives no password.
  if (credential !== null && request.route.kind === 'public-only') {
    throw realmRefused(scope, scheme, 'credentials are sent only to the registry’s own host');
  }
  const login = credential === null ? NOBODY : basic(credential);
  const who = credential === null ? 'anonymous' : `user ${credential.username}`;
  const tried = `GET token for ${scope.host}/${scope.name} (${scope.access === 'push' ? 'pull,push' : 'pull'}, ${who})`;
  const askedAt = endpoint.now();
  const { secrets } = login;
  const answer = await endpoint.send({ request, authorization: login.header, tried, secrets });
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

/** Only its host: a registry could put parts of our credential into the rest. */
function showRealm(realm: string): string {
  return URL.canParse(realm) ? new URL(realm).origin : 'an invalid address';
}
