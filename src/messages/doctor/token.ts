// The words of the checks of the machine user's token for ghcr.io.
import type { TokenCheck } from '../../domain/doctor/check.ts';
import { formatTime, listWords, plural } from '../format.ts';
import type { CheckWords } from './check-words.ts';

const MAKE_ONE =
  'Make a classic token with the scope write:packages as the machine user (the form at github.com/settings/tokens/new?scopes=write:packages does not tick repo), put it into GHCR_TOKEN, and restart.';

export function tokenWords(check: TokenCheck): CheckWords {
  switch (check.name) {
    case 'token':
      return ownerWords(check);
    case 'token-scopes':
      return scopeWords(check);
    case 'token-expiry':
      return expiryWords(check);
  }
}

function ownerWords(check: Extract<TokenCheck, { name: 'token' }>): CheckWords {
  switch (check.code) {
    case 'no-token':
      return {
        message: 'There is no machine user for ghcr.io: GHCR_USERNAME and GHCR_TOKEN are not set.',
        hint: MAKE_ONE,
      };
    case 'token-of-other-kind':
      return {
        message: 'GHCR_TOKEN is a fine-grained token or one of an App, and ghcr.io takes classic ones only.',
        hint: MAKE_ONE,
      };
    case 'token-refused':
      return {
        message: 'GitHub does not accept GHCR_TOKEN: it has expired, was revoked, or is mistyped.',
        hint: MAKE_ONE,
      };
    case 'token-not-read':
      return {
        message: `It is not known how GHCR_TOKEN stands: ${check.detail.replace(/\.$/, '')}.`,
        hint: 'Look at its scopes and its expiry on github.com, as the machine user (Settings, Developer settings).',
      };
    case 'token-accepted':
      return { message: `GitHub accepts GHCR_TOKEN; it is ${check.login}’s.`, hint: null };
    case 'token-of-other-account': {
      const { login, username } = check;
      return {
        message: `GHCR_TOKEN is ${login}’s, and GHCR_USERNAME says ${username}: the rights are those of ${login}.`,
        hint: `Set GHCR_USERNAME to ${login}, or make the token as ${username}.`,
      };
    }
  }
}

function scopeWords(check: Extract<TokenCheck, { name: 'token-scopes' }>): CheckWords {
  switch (check.code) {
    case 'scopes-not-listed':
      return {
        message: 'GitHub names no scopes of GHCR_TOKEN, as it does for classic tokens.',
        hint: 'See by the right to push, below, whether it does.',
      };
    case 'scope-missing': {
      const has = check.scopes.length === 0 ? 'no scope' : `only ${listWords(check.scopes)}`;
      return { message: `GHCR_TOKEN has ${has}: without write:packages no tag can be moved.`, hint: MAKE_ONE };
    }
    case 'scopes-right':
      return { message: `GHCR_TOKEN has ${listWords(check.scopes)}, and nothing beyond.`, hint: null };
    case 'scopes-surplus':
      return {
        message: `GHCR_TOKEN has more than write:packages: ${listWords(check.scopes)}. Whoever steals it can do that too.`,
        hint: 'Take the surplus scopes away: edit the token, or make a new one at github.com/settings/tokens/new?scopes=write:packages, which does not tick repo. While the token can comment (repo, public_repo), approvals of its user do not count.',
      };
  }
}

function expiryWords(check: Extract<TokenCheck, { name: 'token-expiry' }>): CheckWords {
  if (check.code === 'token-never-expires') return { message: 'GHCR_TOKEN never expires.', hint: null };
  const { at, daysLeft } = check;
  const left = daysLeft < 0 ? 'is over' : `is in ${plural(Math.floor(daysLeft), 'day')}`;
  const message = `GHCR_TOKEN expires at ${formatTime(at)}; that ${left}.`;
  return { message, hint: check.code === 'token-expires-soon' ? MAKE_ONE : null };
}
