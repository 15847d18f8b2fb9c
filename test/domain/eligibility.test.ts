// What stands against somebody's review, and who else the policy names.
import { describe, expect, test } from 'vitest';
import { findIneligibility, listsAnother, mayReview, type Ineligibility } from '../../src/domain/eligibility.ts';
import type { Actor, Role } from '../../src/domain/actor.ts';
import type { ApprovalPolicy } from '../../src/domain/policy/policy.ts';
import { ALICE, BOB, environment } from './build.ts';

type Row = {
  readonly name: string;
  readonly person?: Partial<Actor>;
  readonly verdict?: 'approve' | 'reject';
  readonly approvals?: Partial<ApprovalPolicy> | null;
  readonly why: Ineligibility | null;
};

const bob: Actor = { ...BOB, kind: 'user', role: 'write' };
const alice: Actor = { ...ALICE, kind: 'user', role: 'write' };
const low = (wanted: Role): Ineligibility => ({ code: 'role-too-low', wanted });

/** Alice asked for it. */
test.each<Row>([
  { name: 'somebody with the role', why: null },
  { name: 'somebody with less than the role', person: { role: 'triage' }, why: low('write') },
  { name: 'a bot, whatever its role', person: { kind: 'bot', role: 'admin' }, why: { code: 'bot' } },
  { name: 'a bot, where the policy is not known', person: { kind: 'bot' }, approvals: null, why: { code: 'bot' } },
  { name: 'a stranger, where the policy is not known', person: { role: 'none' }, approvals: null, why: null },
  {
    name: 'a listed user, in any case, who may read',
    person: { role: 'read' },
    approvals: { role: null, users: ['BOB'] },
    why: null,
  },
  {
    name: 'a listed user without access',
    person: { role: 'none' },
    approvals: { role: null, users: ['bob'] },
    why: low('read'),
  },
  {
    name: 'an admin, where only others are listed',
    person: { role: 'admin' },
    approvals: { role: null, users: ['carol'] },
    why: { code: 'not-listed', users: ['carol'], role: null },
  },
  {
    name: 'somebody with less than the role that counts next to users',
    approvals: { role: 'maintain', users: ['carol'] },
    why: { code: 'not-listed', users: ['carol'], role: 'maintain' },
  },
  { name: 'the requester who approves', person: alice, why: { code: 'own-request' } },
  { name: 'the requester under another login', person: { ...alice, login: 'renamed' }, why: { code: 'own-request' } },
  { name: 'the requester who rejects', person: alice, verdict: 'reject', why: null },
  { name: 'the requester, where the policy lets them', person: alice, approvals: { selfApproval: true }, why: null },
  { name: 'the requester without the role', person: { ...alice, role: 'read' }, why: low('write') },
])('$name', ({ person = {}, verdict = 'approve', approvals = {}, why }) => {
  const rules = approvals === null ? null : { ...environment().approvals, ...approvals };
  const about = { person: { ...bob, ...person }, verdict, promotion: { requester: ALICE }, approvals: rules };
  expect(findIneligibility(about)).toEqual(why);
});

test('who may review something is not asked whose request it is', () => {
  expect(mayReview(environment().approvals, alice)).toBe(true);
  expect(mayReview(environment().approvals, { ...alice, role: 'read' })).toBe(false);
});

describe('whether the policy names somebody else', () => {
  test.each([
    ['nobody is named', [], false],
    ['only the person', ['alice'], false],
    ['only the person, in other letters', ['ALICE'], false],
    ['another person', ['bob'], true],
    ['the person and another', ['alice', 'bob'], true],
  ])('%s', (_name, users, expected) => {
    expect(listsAnother({ ...environment().approvals, users }, ALICE)).toBe(expected);
  });
});
