// What GitHub reports about the machine user's classic token, and which of it needs action.

/** `unknown`: `because` completes the sentence; `user` is known anyway; `isFinal`: GitHub is never asked about it. */
export type MachineToken =
  | {
      readonly kind: 'accepted';
      readonly id: number;
      readonly login: string;
      /** Null for a token that has none: one that is not classic. */
      readonly scopes: readonly string[] | null;
      /** Epoch milliseconds; null: it never expires. */
      readonly expiresAt: number | null;
    }
  | { readonly kind: 'refused' }
  | {
      readonly kind: 'unknown';
      readonly because: string;
      readonly user?: Pick<Extract<MachineToken, { kind: 'accepted' }>, 'id' | 'login' | 'scopes'>;
      readonly isFinal?: true;
    };

export type TokenWarning =
  | { readonly kind: 'refused' }
  | { readonly kind: 'expires'; readonly at: number }
  /** Approvals of its user do not count, as a holder of the token could write them. `isKnown` false: its scopes are unknown. */
  | { readonly kind: 'can-comment'; readonly login: string; readonly isKnown: boolean };

export const WARN_DAYS = 14;

const DAY_MS = 24 * 60 * 60 * 1000;
const WRITE = 'write:packages';
/** What tagging needs; the first includes the second. */
const NEEDED: readonly string[] = [WRITE, 'read:packages'];

/** The account behind the token; `canComment` null: its scopes are not known. */
export type RegistryUser = { readonly id: number; readonly login: string; readonly canComment: boolean | null };

/** Scopes with which a token can comment as its owner. GitHub's form ticks `repo` along with `write:packages`. */
const COMMENTING: readonly string[] = ['repo', 'public_repo'];

/** Null if its user is unknown. */
export function registryUserOf(token: MachineToken): RegistryUser | null {
  const user = token.kind === 'accepted' ? token : token.kind === 'unknown' ? token.user : undefined;
  if (user === undefined) return null;
  const { id, login, scopes } = user;
  return { id, login, canComment: scopes === null ? null : scopes.some((scope) => COMMENTING.includes(scope)) };
}

/** Null if the token can't comment or its user is unknown. */
export function findCommentWarning(token: MachineToken): TokenWarning | null {
  const user = registryUserOf(token);
  if (user === null || user.canComment === false) return null;
  return { kind: 'can-comment', login: user.login, isKnown: user.canComment === true };
}

/** Days until it expires, negative afterwards; null if it never does or that is unknown. 0 for a refused token. */
export function daysLeft(token: MachineToken, now: number): number | null {
  if (token.kind === 'refused') return 0;
  if (token.kind === 'unknown' || token.expiresAt === null) return null;
  return (token.expiresAt - now) / DAY_MS;
}

/** Null while it is valid for longer than `WARN_DAYS`. */
export function findTokenWarning(token: MachineToken, now: number): TokenWarning | null {
  if (token.kind === 'refused') return token;
  const days = daysLeft(token, now);
  if (token.kind === 'unknown' || token.expiresAt === null || days === null || days > WARN_DAYS) return null;
  return { kind: 'expires', at: token.expiresAt };
}

/** Scopes that tagging does not need. A thief of the token would have them too. */
export function surplusScopes(scopes: readonly string[]): readonly string[] {
  return scopes.filter((scope) => !NEEDED.includes(scope));
}

export function mayWritePackages(scopes: readonly string[]): boolean {
  return scopes.includes(WRITE);
}

/** Fine-grained tokens and those of Apps have a known prefix. GHCR accepts neither. */
export function isOtherKindOfToken(token: string): boolean {
  return /^(?:github_pat_|gh[su]_)/.test(token);
}

/** `2026-12-01 10:00:00 UTC` or with an offset such as `+0200`, as GitHub's header has it; null for anything else. */
export function parseTokenExpiry(text: string): number | null {
  const [, day, time, zone = ''] = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) (UTC|[+-]\d{4})$/.exec(text.trim()) ?? [];
  if (day === undefined || time === undefined) return null;
  const offset = zone === 'UTC' ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(3)}`;
  const at = Date.parse(`${day}T${time}${offset}`);
  return Number.isNaN(at) ? null : at;
}

/** The names in a header such as `read:packages, write:packages`. */
export function parseScopes(text: string): readonly string[] {
  return text
    .split(',')
    .map((scope) => scope.trim())
    .filter((scope) => scope !== '');
}
