// Ranks: what GitHub's permission answer stands for.
import { expect, test } from 'vitest';
import { rankOf, reaches, ROLES, type Role } from '../../src/domain/actor.ts';

const RANKS: readonly (readonly [string, string, string, Role])[] = [
  ['an admin is an admin', 'admin', 'admin', 'admin'],
  ['maintain is told as write, and refined', 'write', 'maintain', 'maintain'],
  ['write is write', 'write', 'write', 'write'],
  ['triage is told as read, and refined', 'read', 'triage', 'triage'],
  ['read is read', 'read', 'read', 'read'],
  ['none is none', 'none', 'none', 'none'],
  ['a custom role on write keeps write', 'write', 'release-captain', 'write'],
  ['a custom role on read keeps read', 'read', 'security-auditor', 'read'],
  ['a custom role on admin keeps admin', 'admin', 'deputy', 'admin'],
  ['a role name never lifts above its permission', 'read', 'admin', 'read'],
  ['maintain does not lift read', 'read', 'maintain', 'read'],
  ['triage does not lower write', 'write', 'triage', 'write'],
  ['a spelling of our own counts for nothing', 'Admin', 'Admin', 'none'],
  ['an unknown permission is none', 'owner', 'admin', 'none'],
  ['an empty answer is none', '', '', 'none'],
];

test.each(RANKS)('%s', (_name, permission, roleName, rank) => {
  expect(rankOf({ permission, roleName })).toBe(rank);
});

test('a role reaches itself and every role below it, and none above', () => {
  for (const [rank, role] of ROLES.entries()) {
    expect(ROLES.filter((wanted) => reaches(role, wanted))).toEqual(ROLES.slice(0, rank + 1));
  }
});
