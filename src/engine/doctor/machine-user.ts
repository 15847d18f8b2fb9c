// Checks of the machine user for ghcr.io: its token's kind, whose it is, its scopes, and how long it is good for.
import {
  daysLeft,
  isOtherKindOfToken,
  mayWritePackages,
  surplusScopes,
  WARN_DAYS,
  type MachineToken,
} from '../../domain/machine-token.ts';
import { formatTime, listWords, plural } from '../../messages/format.ts';
import { fine, trouble, type Check } from './check.ts';
import type { DoctorSetup } from './setup.ts';

type Accepted = Extract<MachineToken, { readonly kind: 'accepted' }>;

const MAKE_ONE =
  'Make a classic token with the scope write:packages as the machine user (Settings, Developer settings), put it into GHCR_TOKEN, and restart.';

/** `token` is what GitHub told of it; null where there is no machine user. The token's value is never shown. */
export function examineMachineUser(
  { credentials, now }: Pick<DoctorSetup, 'credentials' | 'now'>,
  token: MachineToken | null,
): readonly Check[] {
  const credential = credentials('ghcr.io');
  if (credential === null || token === null) {
    const message = 'There is no machine user for ghcr.io: GHCR_USERNAME and GHCR_TOKEN are not set.';
    return [trouble('fail', 'token', { message, hint: MAKE_ONE })];
  }
  if (isOtherKindOfToken(credential.password)) {
    const message = 'GHCR_TOKEN is a fine-grained token or one of an App, and ghcr.io takes classic ones only.';
    return [trouble('fail', 'token', { message, hint: MAKE_ONE })];
  }
  switch (token.kind) {
    case 'refused': {
      const message = 'GitHub does not accept GHCR_TOKEN: it has expired, was revoked, or is mistyped.';
      return [trouble('fail', 'token', { message, hint: MAKE_ONE })];
    }
    case 'unknown': {
      const message = `It is not known how GHCR_TOKEN stands: ${token.because.replace(/\.$/, '')}.`;
      const hint =
        'Look at its scopes and its expiry on github.com, as the machine user (Settings, Developer settings).';
      return [trouble('unknown', 'token', { message, hint })];
    }
    case 'accepted':
      return [checkOwner(credential.username, token), checkScopes(token), checkExpiry(token, now())];
  }
}

function checkOwner(username: string, { login }: Accepted): Check {
  if (login.toLowerCase() === username.toLowerCase())
    return fine('token', `GitHub accepts GHCR_TOKEN; it is ${login}’s.`);
  const message = `GHCR_TOKEN is ${login}’s, and GHCR_USERNAME says ${username}: the rights are those of ${login}.`;
  return trouble('warn', 'token', {
    message,
    hint: `Set GHCR_USERNAME to ${login}, or make the token as ${username}.`,
  });
}

function checkScopes({ scopes }: Accepted): Check {
  const name = 'token-scopes';
  if (scopes === null) {
    const message = 'GitHub names no scopes of GHCR_TOKEN, as it does for classic tokens.';
    return trouble('unknown', name, { message, hint: 'See by the right to push, below, whether it does.' });
  }
  if (!mayWritePackages(scopes)) {
    const has = scopes.length === 0 ? 'no scope' : `only ${listWords(scopes)}`;
    return trouble('fail', name, {
      message: `GHCR_TOKEN has ${has}: without write:packages no tag can be moved.`,
      hint: MAKE_ONE,
    });
  }
  const surplus = surplusScopes(scopes);
  if (surplus.length === 0) return fine(name, `GHCR_TOKEN has ${listWords(scopes)}, and nothing beyond.`);
  const message = `GHCR_TOKEN has more than write:packages: ${listWords(surplus)}. Whoever steals it can do that too.`;
  return trouble('warn', name, { message, hint: 'Take the surplus scopes away: edit the token, or make a new one.' });
}

function checkExpiry(token: Accepted, now: number): Check {
  const name = 'token-expiry';
  const days = daysLeft(token, now);
  if (token.expiresAt === null || days === null) return fine(name, 'GHCR_TOKEN never expires.');
  const left = days < 0 ? 'is over' : `is in ${plural(Math.floor(days), 'day')}`;
  const message = `GHCR_TOKEN expires at ${formatTime(token.expiresAt)}; that ${left}.`;
  return days > WARN_DAYS ? fine(name, message) : trouble('warn', name, { message, hint: MAKE_ONE });
}
