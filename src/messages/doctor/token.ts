// The words of the checks of the machine user's token for ghcr.io.
import type { TokenCheck } from '../../domain/doctor/check.ts';
import { formatTime, listWords, plural } from '../format.ts';
import type { CheckWords } from './check-words.ts';

const MAKE_ONE =
  'As the machine user, create a classic token with only the scope write:packages (github.com/settings/tokens/new?scopes=write:packages). Set it as GHCR_TOKEN, and restart.';

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
        message: 'No machine user is set for ghcr.io: set GHCR_USERNAME and GHCR_TOKEN.',
        hint: MAKE_ONE,
      };
    case 'token-of-other-kind':
      return {
        message: 'GHCR_TOKEN is a fine-grained token or an App token. ghcr.io accepts classic tokens only.',
        hint: MAKE_ONE,
      };
    case 'token-refused':
      return {
        message: 'GitHub does not accept GHCR_TOKEN. It has expired, was revoked, or is mistyped.',
        hint: MAKE_ONE,
      };
    case 'token-not-read':
      return {
        message: `The state of GHCR_TOKEN is unknown: ${check.detail.replace(/\.$/, '')}.`,
        hint: 'Check its scopes and expiry on github.com, as the machine user (Settings, Developer settings).',
      };
    case 'token-accepted':
      return { message: `GitHub accepts GHCR_TOKEN. It belongs to ${check.login}.`, hint: null };
    case 'token-of-other-account': {
      const { login, username } = check;
      return {
        message: `GHCR_TOKEN belongs to ${login}, but GHCR_USERNAME is ${username}. The rights are those of ${login}.`,
        hint: `Set GHCR_USERNAME to ${login}, or create the token as ${username}.`,
      };
    }
  }
}

function scopeWords(check: Extract<TokenCheck, { name: 'token-scopes' }>): CheckWords {
  switch (check.code) {
    case 'scopes-not-listed':
      return {
        message: 'GitHub lists no scopes for GHCR_TOKEN, as it does for classic tokens.',
        hint: 'See the check registry-push below: it tests whether the token can push.',
      };
    case 'scope-missing': {
      const has = check.scopes.length === 0 ? 'no scope' : `only ${listWords(check.scopes)}`;
      return { message: `GHCR_TOKEN has ${has}. Without write:packages no tag can be moved.`, hint: MAKE_ONE };
    }
    case 'scopes-right':
      return { message: `GHCR_TOKEN has ${listWords(check.scopes)} and no other scope.`, hint: null };
    case 'scopes-surplus':
      return {
        message: `GHCR_TOKEN has more than write:packages: ${listWords(check.scopes)}. Anyone who steals it can do the same.`,
        hint: 'Remove the other scopes: edit the token, or create a new one at github.com/settings/tokens/new?scopes=write:packages. While the token can comment (repo, public_repo), approvals of its user do not count.',
      };
  }
}

function expiryWords(check: Extract<TokenCheck, { name: 'token-expiry' }>): CheckWords {
  if (check.code === 'token-never-expires') return { message: 'GHCR_TOKEN never expires.', hint: null };
  const { at, daysLeft } = check;
  const message =
    daysLeft < 0
      ? `GHCR_TOKEN expired at ${formatTime(at)}.`
      : `GHCR_TOKEN expires at ${formatTime(at)}, in ${plural(Math.floor(daysLeft), 'day')}.`;
  return { message, hint: check.code === 'token-expires-soon' ? MAKE_ONE : null };
}
