// Checks of the machine user for ghcr.io: its token's kind, user, scopes and expiry.
import type { Check } from '../../domain/doctor/check.ts';
import {
  daysLeft,
  isOtherKindOfToken,
  mayWritePackages,
  surplusScopes,
  WARN_DAYS,
  type MachineToken,
} from '../../domain/machine-token.ts';
import type { DoctorSetup } from './setup.ts';

type Accepted = Extract<MachineToken, { readonly kind: 'accepted' }>;

/** `token` is GitHub's answer about it; null without a machine user. The token's value is never shown. */
export function examineMachineUser(
  { credentials, now }: Pick<DoctorSetup, 'credentials' | 'now'>,
  token: MachineToken | null,
): readonly Check[] {
  const name = 'token';
  const credential = credentials('ghcr.io');
  if (credential === null || token === null) return [{ name, outcome: 'fail', code: 'no-token' }];
  if (isOtherKindOfToken(credential.password)) return [{ name, outcome: 'fail', code: 'token-of-other-kind' }];
  switch (token.kind) {
    case 'refused':
      return [{ name, outcome: 'fail', code: 'token-refused' }];
    case 'unknown':
      return [{ name, outcome: 'unknown', code: 'token-not-read', detail: token.because }];
    case 'accepted':
      return [checkOwner(credential.username, token), checkScopes(token), checkExpiry(token, now())];
  }
}

function checkOwner(username: string, { login }: Accepted): Check {
  const name = 'token';
  if (login.toLowerCase() === username.toLowerCase()) return { name, outcome: 'ok', code: 'token-accepted', login };
  return { name, outcome: 'warn', code: 'token-of-other-account', login, username };
}

function checkScopes({ scopes }: Accepted): Check {
  const name = 'token-scopes';
  if (scopes === null) return { name, outcome: 'unknown', code: 'scopes-not-listed' };
  if (!mayWritePackages(scopes)) return { name, outcome: 'fail', code: 'scope-missing', scopes };
  const surplus = surplusScopes(scopes);
  if (surplus.length === 0) return { name, outcome: 'ok', code: 'scopes-right', scopes };
  return { name, outcome: 'warn', code: 'scopes-surplus', scopes: surplus };
}

function checkExpiry(token: Accepted, now: number): Check {
  const name = 'token-expiry';
  const days = daysLeft(token, now);
  const { expiresAt: at } = token;
  if (at === null || days === null) return { name, outcome: 'ok', code: 'token-never-expires' };
  if (days > WARN_DAYS) return { name, outcome: 'ok', code: 'token-expires', at, daysLeft: days };
  return { name, outcome: 'warn', code: 'token-expires-soon', at, daysLeft: days };
}
