// Reads `WWW-Authenticate` headers (RFC 7235 §2.1) and picks the scheme a registry wants.

export type Challenge = {
  /** Lower case. */
  readonly scheme: string;
  /** Names are lower case; values are unquoted. */
  readonly params: ReadonlyMap<string, string>;
  readonly token68: string | null;
};

/** What a registry requires: a token from a realm, or user and password with every request. */
export type AuthScheme =
  | {
      readonly kind: 'bearer';
      readonly realm: string;
      readonly service: string | null;
      readonly scopes: readonly string[];
      readonly error: string | null;
    }
  | { readonly kind: 'basic' };

/**
 * All challenges of one header value, or null when it is malformed.
 *
 * ```
 * WWW-Authenticate = 1#challenge
 * challenge        = auth-scheme [ 1*SP ( token68 / #auth-param ) ]
 * auth-param       = token BWS "=" BWS ( token / quoted-string )
 * token68          = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="
 * ```
 */
export function parseChallenges(header: string): readonly Challenge[] | null {
  const challenges: Challenge[] = [];
  let rest = skip(header, /^[\s,]+/);
  while (rest !== '') {
    const read = readChallenge(rest);
    if (read === null) return null;
    challenges.push(read.value);
    rest = read.rest;
  }
  return challenges.length === 0 ? null : challenges;
}

/** Bearer when it is offered with a realm, else Basic, else null. A malformed header value doesn't spoil the others. */
export function pickScheme(headers: readonly string[]): AuthScheme | null {
  const challenges = headers.flatMap((header) => parseChallenges(header) ?? []);
  for (const { scheme, params } of challenges) {
    const realm = params.get('realm');
    if (scheme !== 'bearer' || realm === undefined) continue;
    const scopes = (params.get('scope') ?? '').split(' ').filter((scope) => scope !== '');
    return {
      kind: 'bearer',
      realm,
      service: params.get('service') ?? null,
      scopes,
      error: params.get('error') ?? null,
    };
  }
  return challenges.some(({ scheme }) => scheme === 'basic') ? { kind: 'basic' } : null;
}

type Read<T> = { readonly value: T; readonly rest: string };

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+/;
const TOKEN68 = /^[A-Za-z0-9._~+/-]+=*(?=\s*(?:,|$))/;
const END_OF_ITEM = /^\s*(?:,[\s,]*|$)/;

function readChallenge(text: string): Read<Challenge> | null {
  const scheme = TOKEN.exec(text)?.[0];
  if (scheme === undefined) return null;
  const name = scheme.toLowerCase();
  const after = text.slice(scheme.length);
  if (END_OF_ITEM.test(after)) {
    return { value: { scheme: name, params: new Map(), token68: null }, rest: skip(after, END_OF_ITEM) };
  }
  const body = skip(after, /^ +/);
  if (body === after) return null;
  const token68 = TOKEN68.exec(body)?.[0];
  if (token68 !== undefined) {
    const rest = skip(body.slice(token68.length), END_OF_ITEM);
    return { value: { scheme: name, params: new Map(), token68 }, rest };
  }
  const params = readParams(body);
  return params === null ? null : { value: { scheme: name, params: params.value, token68: null }, rest: params.rest };
}

/** Stops before the next challenge: a token that no `=` follows. A name twice is malformed (RFC 7235 §2.1). */
function readParams(text: string): Read<ReadonlyMap<string, string>> | null {
  const params = new Map<string, string>();
  let rest = skip(text, /^[\s,]+/);
  for (let name = paramName(rest); name !== null; name = paramName(rest)) {
    const value = readValue(skip(rest.slice(name.length), /^\s*=\s*/));
    if (value === null || params.has(name.toLowerCase()) || !END_OF_ITEM.test(value.rest)) return null;
    params.set(name.toLowerCase(), value.value);
    rest = skip(value.rest, END_OF_ITEM);
  }
  return params.size === 0 ? null : { value: params, rest };
}

function paramName(text: string): string | null {
  const name = TOKEN.exec(text)?.[0];
  return name !== undefined && /^\s*=/.test(text.slice(name.length)) ? name : null;
}

function readValue(text: string): Read<string> | null {
  const quoted = /^"((?:[^"\\]|\\.)*)"/s.exec(text);
  if (quoted !== null) {
    return { value: (quoted[1] ?? '').replace(/\\(.)/gs, '$1'), rest: text.slice(quoted[0].length) };
  }
  const token = TOKEN.exec(text)?.[0];
  return token === undefined ? null : { value: token, rest: text.slice(token.length) };
}

function skip(text: string, pattern: RegExp): string {
  const match = pattern.exec(text);
  return match === null ? text : text.slice(match[0].length);
}
