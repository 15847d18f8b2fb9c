// What is read from GitHub's headers about the machine user's token, and when somebody is warned.
import { expect, test } from 'vitest';
import {
  daysLeft,
  findTokenWarning,
  isOtherKindOfToken,
  mayWritePackages,
  parseScopes,
  parseTokenExpiry,
  surplusScopes,
  type MachineToken,
} from '../../src/domain/machine-token.ts';

const NOW = Date.UTC(2026, 10, 24, 9);
const DAY_MS = 86_400_000;

function expiringIn(days: number | null): MachineToken {
  const expiresAt = days === null ? null : NOW + days * DAY_MS;
  return { kind: 'accepted', id: 9, login: 'acme-bot', scopes: ['write:packages'], expiresAt };
}

test.each([
  ['in UTC', '2026-12-01 10:00:00 UTC', Date.UTC(2026, 11, 1, 10)],
  ['with an offset to the east', '2026-12-01 10:00:00 +0200', Date.UTC(2026, 11, 1, 8)],
  ['with an offset to the west', '2026-12-01 10:00:00 -0730', Date.UTC(2026, 11, 1, 17, 30)],
  ['with blanks around it', ' 2026-12-01 10:00:00 UTC ', Date.UTC(2026, 11, 1, 10)],
  ['without a zone', '2026-12-01 10:00:00', null],
  ['on a day that is none', '2026-13-41 10:00:00 UTC', null],
  ['as words', 'tomorrow', null],
  ['as nothing', '', null],
])('an expiry %s', (_, text, at) => {
  expect(parseTokenExpiry(text)).toBe(at);
});

test.each([
  ['three weeks ahead: nothing', expiringIn(21), 21, null],
  ['a moment over 14 days ahead: nothing', expiringIn(14.01), 14.01, null],
  ['14 days ahead: a warning', expiringIn(14), 14, 'expires'],
  ['three hours ahead: a warning', expiringIn(0.125), 0.125, 'expires'],
  ['yesterday: still a warning', expiringIn(-1), -1, 'expires'],
  ['never: nothing', expiringIn(null), null, null],
  ['of a token that GitHub refuses: a warning, and no day left', { kind: 'refused' } as const, 0, 'refused'],
  ['of which nobody knows: nothing', { kind: 'unknown', because: 'it rained' } as const, null, null],
])('an expiry %s', (_, token, days, warning) => {
  const left = daysLeft(token, NOW);
  expect(left === null ? null : Math.round(left * 1e6) / 1e6).toBe(days);
  expect(findTokenWarning(token, NOW)?.kind ?? null).toBe(warning);
});

test.each([
  ['what GitHub gives for writing packages', 'read:packages, write:packages', true, []],
  ['writing alone, which includes reading', 'write:packages', true, []],
  ['reading alone', 'read:packages', false, []],
  ['more than is needed', 'delete:packages,repo, write:packages', true, ['delete:packages', 'repo']],
  ['none', '', false, []],
])('scopes: %s', (_, header, mayWrite, surplus) => {
  const scopes = parseScopes(header);
  expect(mayWritePackages(scopes)).toBe(mayWrite);
  expect(surplusScopes(scopes)).toEqual(surplus);
});

test.each([
  ['a classic one', 'ghp_0123456789abcdef', false],
  ['an old one without a prefix', '0123456789abcdef0123456789abcdef01234567', false],
  ['a fine-grained one', 'github_pat_0123', true],
  ['an App’s for an installation', 'ghs_0123.abc', true],
  ['an App’s for a person', 'ghu_0123', true],
])('%s: of another kind %s', (_, token, other) => {
  expect(isOtherKindOfToken(token)).toBe(other);
});
