// Who reviewed, and who can approve.
import { INELIGIBILITY_CODES } from '../../../src/domain/ineligibility.ts';
import { describe, expect, test } from 'vitest';
import type { Role } from '../../../src/domain/actor.ts';
import type { ApprovalPolicy } from '../../../src/domain/policy/policy.ts';
import type { Promotion } from '../../../src/domain/promotion/promotion.ts';
import {
  askForApproval,
  askNamed,
  nobodyHadTo,
  renderReviews,
  whoCanApprove,
} from '../../../src/messages/card/reviews.ts';
import { parseCommitSha } from '../../../src/domain/image/reference.ts';
import { AT, must, PRODUCTION, SUBJECT, viewOf } from '../sample-view.ts';

const DETAIL = { findings: 200, reviews: 50, tags: 100, textLength: 500 };
const JO = { id: 2, login: 'jo' };
const APPROVAL = { verdict: 'approve', by: JO, at: AT + 420_000, via: 'check-run', subject: SUBJECT } as const;
const OTHER_SUBJECT = '4'.repeat(64);

test('reviews are shown with how they were given, and whether they still count', () => {
  const reviews = [
    APPROVAL,
    { ...APPROVAL, via: 'comment', subject: OTHER_SUBJECT },
    { ...APPROVAL, verdict: 'reject', subject: OTHER_SUBJECT },
  ] as const;
  expect(renderReviews(viewOf({ reviews }), DETAIL)).toMatchSnapshot('all');
  expect(renderReviews(viewOf({ reviews }), { ...DETAIL, reviews: 1 })).toMatchSnapshot('the newest');
  expect(renderReviews(viewOf(), DETAIL)).toBe('');
});

test.each(INELIGIBILITY_CODES)('an approval that does not count has its reason: %s', (code) => {
  const view = viewOf({ reviews: [APPROVAL], lostApprovals: [{ by: APPROVAL.by, code }] });
  expect(renderReviews(view, DETAIL)).toMatchSnapshot('lost');
});

test('an approval names the App that wrote it, and how many of the commits are theirs', () => {
  const app = { id: 7, slug: 'deployer' };
  const reviews = [{ ...APPROVAL, via: 'comment', app }] as const;
  const contributors = { commits: 12, people: [{ ...APPROVAL.by, commits: 3 }], unknown: [] };
  expect(renderReviews(viewOf({ reviews, contributors }), DETAIL)).toMatchSnapshot('with both');
});

describe('who can approve', () => {
  type Row = readonly [name: string, change: Partial<ApprovalPolicy>, others: Promotion['otherReviewers']];
  test.each<Row>([
    ['one of many', {}, 'some'],
    ['the asker too', { selfApproval: true }, 'none'],
    ['two people', { required: 2 }, 'unknown'],
    ['another role', { role: 'maintain' }, 'some'],
    ['a listed user', { role: null, users: ['jo'] }, 'some'],
    ['listed users', { role: null, users: ['jo', 'kim', 'lee'] }, 'some'],
    ['listed users or a role', { role: 'maintain', users: ['jo'] }, 'some'],
    ['two of those listed', { required: 2, role: null, users: ['jo', 'kim', 'lee'] }, 'some'],
    ['many listed users', { role: null, users: Array.from({ length: 12 }, (_, number) => `user-${number}`) }, 'some'],
    ['only the asker is listed', { role: null, users: ['maria'] }, 'none'],
    ['nobody', {}, 'none'],
  ])('%s', (_, change, otherReviewers) => {
    const environment = { ...PRODUCTION, approvals: { ...PRODUCTION.approvals, ...change } };
    expect(whoCanApprove(viewOf({ otherReviewers }, { environment }))).toMatchSnapshot('sentence');
  });

  test.each([2, 3])('of %i approvals, one is there already', (required) => {
    const environment = { ...PRODUCTION, approvals: { ...PRODUCTION.approvals, required } };
    expect(whoCanApprove(viewOf({ reviews: [APPROVAL] }, { environment }))).toMatchSnapshot('sentence');
  });

  test.each<readonly [name: string, change: Partial<ApprovalPolicy>, expected: readonly string[]]>([
    ['one of those left', { required: 2, users: ['jo', 'kim', 'lee'] }, ['kim', 'lee']],
    ['all of those left', { required: 3, users: ['jo', 'kim', 'lee'] }, ['kim', 'lee']],
    ['not the requester', { required: 2, users: ['Maria', 'Jo', 'kim'] }, ['kim']],
    [
      'the requester, where the policy allows it',
      { required: 2, users: ['maria', 'jo'], selfApproval: true },
      ['maria'],
    ],
    ['fewer than are needed', { required: 3, users: ['jo', 'kim'] }, ['kim']],
    ['nobody of them', { required: 2, users: ['maria', 'jo'] }, []],
    ['those left, or a role', { required: 2, role: 'maintain', users: ['jo', 'kim'] }, ['kim']],
    ['a role, where all named people have approved', { required: 2, role: 'maintain', users: ['jo'] }, []],
    ['a role, the requester included', { required: 3, role: 'write', selfApproval: true }, []],
  ])('after one approval, names only those who still can: %s', (_, change, expected) => {
    const environment = { ...PRODUCTION, approvals: { ...PRODUCTION.approvals, role: null, ...change } };
    const sentence = whoCanApprove(viewOf({ reviews: [APPROVAL] }, { environment }));
    expect((sentence.match(/`\w+`/g) ?? []).filter((name) => name !== '`approvals`')).toEqual(
      expected.map((name) => `\`${name}\``),
    );
    expect(sentence).toMatchSnapshot('sentence');
  });

  test('under two policies, and the operator’s floor', () => {
    const { approvals } = PRODUCTION;
    const request = { ...approvals, required: 2, of: 'request', floor: null } as const;
    const today = { ...approvals, of: 'today', floor: { required: 1, forbidsSelfApproval: true } } as const;
    expect(whoCanApprove(viewOf({ reviews: [APPROVAL] }, { rules: [request, today] }))).toMatchSnapshot('two policies');
    const floor = { required: 2, forbidsSelfApproval: false };
    const raised = { ...approvals, required: 2, of: 'both', floor } as const;
    expect(whoCanApprove(viewOf({}, { rules: [raised] }))).toMatchSnapshot('a floor');
  });

  test('is shown while an approval is needed and the policy is readable', () => {
    expect(whoCanApprove(viewOf({ state: { kind: 'expired' } }))).toBe('');
    expect(whoCanApprove(viewOf({}, { environment: null }))).toBe('');
  });
});

function ask(users: readonly string[], promotion: Partial<Promotion> = {}, role: Role | null = 'write'): string {
  const approvals = { ...PRODUCTION.approvals, required: 2, users, role };
  return askNamed(viewOf(promotion, { environment: { ...PRODUCTION, approvals } }));
}

describe('on the card', () => {
  test.each<readonly [name: string, change: Partial<ApprovalPolicy>]>([
    ['people named alone stand in one sentence', { required: 2, role: null, users: ['jo', 'kim', 'lee'] }],
    ['people named beside a role are mentioned after it', { required: 2, users: ['jo', 'kim'] }],
    ['too few people who are named', { required: 3, role: null, users: ['jo', 'kim'] }],
    ['nobody is named', {}],
  ])('%s', (_, change) => {
    const environment = { ...PRODUCTION, approvals: { ...PRODUCTION.approvals, ...change } };
    expect(askForApproval(viewOf({ reviews: [APPROVAL] }, { environment }))).toMatchSnapshot('sentences');
  });

  test('the operator’s floor is named there too', () => {
    const approvals = { ...PRODUCTION.approvals, required: 2, role: null, users: ['jo', 'kim'] };
    const floor = { required: 2, forbidsSelfApproval: false };
    const view = viewOf(
      {},
      { environment: { ...PRODUCTION, approvals }, rules: [{ ...approvals, of: 'both', floor }] },
    );
    expect(askForApproval(view)).toMatchSnapshot('sentences');
  });
});

test('if authors can’t approve, commits of unknown authors are named', () => {
  const rules = [{ ...PRODUCTION.approvals, contributors: 'refuse', of: 'both', floor: null }] as const;
  const commit = must(parseCommitSha('abc1234'.padEnd(40, '0')));
  const contributors = { commits: 2, people: [], unknown: [commit] };
  expect(whoCanApprove(viewOf({ contributors }, { rules }))).toMatchSnapshot('one of them');
  expect(whoCanApprove(viewOf({ contributors }))).not.toContain('abc1234');
  expect(whoCanApprove(viewOf({}, { rules }))).toMatchSnapshot('nothing to compare with');
});

test('if nobody had to approve, the policy is named, who changed it, and whether they could do so alone', () => {
  const rules = [{ ...PRODUCTION.approvals, required: 0, of: 'both', floor: null }] as const;
  const policyBlob = '1a2b3c4'.padEnd(40, '0');
  const policyChange = { blob: policyBlob, by: { id: 1, login: 'ada' }, source: 'push', at: AT - 180_000 } as const;
  expect(nobodyHadTo(viewOf({ policyBlob }, { rules }))).toMatchSnapshot('nobody told who');
  expect(nobodyHadTo(viewOf({ policyBlob }, { rules, policyChange }))).toMatchSnapshot('by a push');
  const author = { ...policyChange, source: 'git-author' } as const;
  expect(nobodyHadTo(viewOf({ policyBlob, openBranch: 'main' }, { rules, policyChange: author }))).toMatchSnapshot(
    'open',
  );
  expect(nobodyHadTo(viewOf({ policyBlob }))).toBe('');
  expect(nobodyHadTo(viewOf({ policyBlob, reviews: [APPROVAL] }, { rules }))).toBe('');
  expect(nobodyHadTo(viewOf({}, { rules }))).toBe('');
});

describe('people whom the policy lists are mentioned', () => {
  test.each<[string, readonly string[], Partial<Promotion>, readonly string[]]>([
    ['all of them', ['jo', 'kim_acme'], {}, ['@jo', '@kim_acme']],
    ['but not who asked, however it is written', ['Maria', 'jo'], {}, ['@jo']],
    ['and nobody where only who asked is named', ['maria'], {}, []],
    ['not who approved already', ['jo', 'kim'], { reviews: [APPROVAL] }, ['@kim']],
    ['not while there is nothing to approve', ['jo'], { state: { kind: 'examining', again: true } }, []],
    ['not when it has ended', ['jo'], { state: { kind: 'checks-failed' } }, []],
  ])('%s', (_name, users, promotion, expected) => {
    expect(ask(users, promotion).match(/@\w+/g) ?? []).toEqual(expected);
  });

  test('in one sentence, at most as many as GitHub notifies of one comment', () => {
    expect(ask(['jo', 'kim'])).toMatchSnapshot('two');
    expect(ask(['jo', 'kim'], {}, null)).toMatchSnapshot('two, both of whom are needed');
    const many = ask(Array.from({ length: 100 }, (_, number) => `user-${number}`));
    expect(many.match(/@user-\d+/g)).toHaveLength(50);
    expect(many.replaceAll(/@user-\d+, /g, '')).toMatchSnapshot('many');
  });
});
