// What stands against somebody's review, and who else the policy names.
import { describe, expect, test } from 'vitest';
import { findIneligibility, listsAnother, mayReview, type Reviewer } from '../../src/domain/eligibility.ts';
import type { Ineligibility } from '../../src/domain/ineligibility.ts';
import type { Contributors } from '../../src/domain/promotion/promotion.ts';
import type { ActingApp, Role } from '../../src/domain/actor.ts';
import type { ApprovalPolicy } from '../../src/domain/policy/policy.ts';
import { actor, ALICE, BOB, environment, PEOPLE } from './build.ts';

type Row = {
  readonly name: string;
  readonly person?: Partial<Reviewer>;
  readonly app?: ActingApp;
  readonly contributors?: Contributors;
  readonly verdict?: 'approve' | 'reject';
  readonly approvals?: Partial<ApprovalPolicy> | null;
  readonly why: Ineligibility | null;
};

const bob = actor(BOB);
const alice = actor(ALICE);
const { pins } = PEOPLE;
const low = (wanted: Role): Ineligibility => ({ code: 'role-too-low', wanted });

const DEPLOYER: ActingApp = { id: 7, slug: 'deployer' };
const BY_BOB: Contributors = { commits: 12, people: [{ ...BOB, commits: 3 }], unknown: [] };

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
  {
    name: 'a listed user of a public repository who is no collaborator and no member',
    person: { role: 'read', membership: 'outsider' },
    approvals: { role: null, users: ['bob'] },
    why: { code: 'outsider' },
  },
  {
    name: 'another account that has the login of the policy now',
    person: { id: 99 },
    approvals: { role: null, users: ['bob'] },
    why: { code: 'another-account', login: 'bob' },
  },
  {
    name: 'the account of the policy under its new login',
    person: { login: 'robert' },
    approvals: { role: null, users: ['bob'] },
    why: null,
  },
  {
    name: 'another account where the policy names its id',
    person: { id: 99, login: 'bob' },
    approvals: { role: null, users: ['bob#99'] },
    why: null,
  },
  {
    name: 'the first account where the policy names another id',
    approvals: { role: null, users: ['bob#99'] },
    why: { code: 'another-account', login: 'bob' },
  },
  { name: 'somebody for whom an App acted', app: DEPLOYER, why: { code: 'acted-through-app', app: 'deployer' } },
  { name: 'a rejection through an App', app: DEPLOYER, verdict: 'reject', why: null },
  {
    name: 'an App that the policy lists by its id',
    app: DEPLOYER,
    approvals: { apps: ['deployer#7'] },
    why: null,
  },
  {
    name: 'another App of a listed name',
    app: DEPLOYER,
    approvals: { apps: ['deployer#8'] },
    why: { code: 'acted-through-app', app: 'deployer' },
  },
  {
    name: 'the registry’s user whose token can comment',
    person: { isRegistryUser: true },
    why: { code: 'registry-user' },
  },
  { name: 'a rejection by the registry’s user', person: { isRegistryUser: true }, verdict: 'reject', why: null },
  { name: 'an author of the commits', contributors: BY_BOB, why: null },
  {
    name: 'an author of the commits, where they may not',
    contributors: BY_BOB,
    approvals: { contributors: 'refuse' },
    why: { code: 'contributor', commits: 3, of: 12 },
  },
  {
    name: 'somebody who wrote none of the commits, where authors may not',
    contributors: { ...BY_BOB, people: [] },
    approvals: { contributors: 'refuse' },
    why: null,
  },
])('$name', ({ person = {}, app = null, contributors, verdict = 'approve', approvals = {}, why }) => {
  const rules = approvals === null ? null : { ...environment().approvals, ...approvals };
  const promotion = { requester: ALICE, ...(contributors === undefined ? {} : { contributors }) };
  const about = { person: { ...bob, ...person }, verdict, app, promotion, approvals: rules, pins };
  expect(findIneligibility(about)).toEqual(why);
});

test('a right to review does not depend on the requester', () => {
  expect(mayReview(environment().approvals, alice, pins)).toBe(true);
  expect(mayReview(environment().approvals, { ...alice, role: 'read' }, pins)).toBe(false);
});

describe('whether the policy lists somebody else', () => {
  test.each([
    ['nobody is named', [], false],
    ['only the person', ['alice'], false],
    ['only the person, in other letters', ['ALICE'], false],
    ['another person', ['bob'], true],
    ['the person and another', ['alice', 'bob'], true],
  ])('%s', (_name, users, expected) => {
    expect(listsAnother({ ...environment().approvals, users }, ALICE, pins)).toBe(expected);
  });
});
