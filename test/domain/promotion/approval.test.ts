// Whose review counts for what: the subject, and how many approvals are missing.
import { describe, expect, test } from 'vitest';
import { approversOf, shownTally, subjectOf, voidedApprovals } from '../../../src/domain/promotion/approval.ts';
import type { Review } from '../../../src/domain/promotion/review.ts';
import type { Promotion } from '../../../src/domain/promotion/promotion.ts';
import type { Finding } from '../../../src/domain/finding.ts';
import { ALICE, BOB, CAROL, COMMIT, environment, FOREIGN, IMAGE, image, NEW, NOW, OLD } from '../build.ts';
import { promotion, repoName, tag } from '../build.ts';

const size = {
  rule: 'size',
  image: IMAGE,
  platform: 'linux/amd64',
  outcome: 'pass',
  seen: { code: 'size', bytes: 300_000_000 },
  wanted: { minBytes: 1, maxBytes: 1e9 },
} as const satisfies Finding;
const source = {
  rule: 'source',
  image: IMAGE,
  platform: 'linux/amd64',
  outcome: 'warn',
  seen: { code: 'label-missing' },
  wanted: { source: 'https://github.com/acme/dotca' },
} as const satisfies Finding;
const floating = { kind: 'floating', repository: IMAGE, tag: tag('main'), baseline: OLD, digest: NEW } as const;
const kept = { ...floating, kind: 'permanent', tag: tag('main-staging-abc1234'), baseline: null } as const;
const rollback = { kind: 'rollback', repository: IMAGE, slug: 'black-friday', digest: OLD } as const;
const pinned = { repository: IMAGE, digest: NEW, commit: COMMIT, commitTag: null, platforms: ['linux/amd64'] };

const planned = promotion({
  images: [pinned],
  baseline: [{ repository: IMAGE, tag: tag('main'), digest: OLD }],
  findings: [size, source],
  moves: [rollback, kept, floating],
  state: { kind: 'awaiting-approval' },
});

function review(by: Review['by'], subject: string, verdict: Review['verdict'] = 'approve'): Review {
  return { verdict, by, at: NOW, via: 'comment', subject };
}

test('the summary of a commit is no part of the subject', () => {
  const summary = { subject: 'Change the door', author: 'ada' };
  expect(subjectOf({ ...planned, images: [{ ...pinned, summary }] })).toBe(subjectOf(planned));
});

describe('the subject', () => {
  test('is canonical JSON of exactly what docs/design.md lists', () => {
    expect(JSON.parse(subjectOf(planned))).toEqual({
      repository: 77,
      environment: 'production',
      kind: 'promotion',
      images: [[IMAGE, NEW]],
      baseline: [[IMAGE, 'main', OLD]],
      outcomes: [
        [IMAGE, 'size', 'linux/amd64', 'pass', false],
        [IMAGE, 'source', 'linux/amd64', 'warn', false],
      ],
      tags: [
        [IMAGE, 'rollback-<time>-black-friday', OLD],
        [IMAGE, 'main-staging-abc1234', NEW],
        [IMAGE, 'main', NEW],
      ],
      rules: planned.rulesHash,
    });
  });

  const same: readonly (readonly [string, Partial<Promotion>])[] = [
    ['what was seen', { findings: [{ ...size, seen: { code: 'size', bytes: 301_000_000 } }, source] }],
    ['what was wanted', { findings: [{ ...size, wanted: { minBytes: 1, maxBytes: 5e8 } }, source] }],
    ['the order of findings', { findings: [source, size] }],
    ['the times', { createdAt: 1, updatedAt: 2 }],
    ['the id, the number and the version', { id: 'other', number: 13, version: 9 }],
    ['the name of the repository', { repo: { ...planned.repo, name: repoName('acme/renamed') } }],
    ['the installation', { repo: { ...planned.repo, installationId: 6 } }],
    ['the requester', { requester: BOB }],
    ['the reason', { reason: 'another' }],
    ['the source as typed', { source: { typed: 'abc1234', tag: tag('staging') } }],
    ['the commit and the platforms', { images: [{ ...pinned, commit: null, platforms: [] }] }],
    ['the reviews', { reviews: [review(BOB, 'x')] }],
    ['the thread', { thread: null }],
    ['the notice', { notice: { kind: 'outcomes-changed' } }],
    ['the other reviewers', { otherReviewers: 'none' }],
    ['the state', { state: { kind: 'examining', again: true } }],
    ['the baseline of a kept tag', { moves: [rollback, { ...kept, baseline: FOREIGN }, floating] }],
  ];

  test.each(same)('stays the same with other values for %s', (_name, change) => {
    expect(subjectOf({ ...planned, ...change })).toBe(subjectOf(planned));
  });

  const other: readonly (readonly [string, Partial<Promotion>])[] = [
    ['the repository', { repo: { ...planned.repo, id: 78 } }],
    ['the environment', { environment: 'canary' }],
    ['the kind', { kind: 'rollback' }],
    ['the digest of the image', { images: [{ ...pinned, digest: FOREIGN }] }],
    ['the image repository', { images: [{ ...pinned, repository: image('ghcr.io/acme/other') }] }],
    ['a baseline digest', { baseline: [{ repository: IMAGE, tag: tag('main'), digest: FOREIGN }] }],
    ['a baseline that was empty', { baseline: [{ repository: IMAGE, tag: tag('main'), digest: null }] }],
    ['the image of a finding', { findings: [{ ...size, image: image('ghcr.io/acme/other') }, source] }],
    ['a finding that force overrides', { findings: [{ ...size, overridden: true }, source] }],
    ['an outcome', { findings: [{ ...size, outcome: 'warn' }, source] }],
    ['a new finding', { findings: [size, source, { ...source, platform: 'linux/arm64' }] }],
    ['a dropped finding', { findings: [size] }],
    ['the platform of a finding', { findings: [{ ...size, platform: 'linux/arm64' }, source] }],
    ['a tag', { moves: [rollback, { ...kept, tag: tag('main-staging-fff0000') }, floating] }],
    ['a dropped tag', { moves: [rollback, floating] }],
    ['the order of writing', { moves: [rollback, floating, kept] }],
    ['what a tag will hold', { moves: [{ ...rollback, digest: FOREIGN }, kept, floating] }],
    ['the effective rules', { rulesHash: 'e'.repeat(64) }],
  ];

  test.each(other)('changes with %s', (_name, change) => {
    expect(subjectOf({ ...planned, ...change })).not.toBe(subjectOf(planned));
  });
});

describe('approvals missing', () => {
  const rows: readonly (readonly [string, { required: number; selfApproval?: boolean }, readonly Review[], number])[] =
    [
      ['nobody approved', { required: 1 }, [], 1],
      ['somebody approved', { required: 1 }, [review(BOB, 'now')], 0],
      ['the requester approved', { required: 1 }, [review(ALICE, 'now')], 1],
      ['the requester may approve, and did', { required: 1, selfApproval: true }, [review(ALICE, 'now')], 0],
      ['one approved twice of two', { required: 2 }, [review(BOB, 'now'), review(BOB, 'now')], 1],
      ['two approved of two', { required: 2 }, [review(BOB, 'now'), review(CAROL, 'now')], 0],
      ['two approved where one is enough', { required: 1 }, [review(BOB, 'now'), review(CAROL, 'now')], 0],
      ['the approval was of another subject', { required: 1 }, [review(BOB, 'before')], 1],
      ['the approval was voided', { required: 1 }, [{ ...review(BOB, 'now'), void: true }], 1],
      ['one of two approved another subject', { required: 2 }, [review(BOB, 'now'), review(CAROL, 'before')], 1],
      ['a rejection is no approval', { required: 1 }, [review(BOB, 'now', 'reject')], 1],
      ['no approval is needed', { required: 0 }, [], 0],
      [
        'the same person under a new login counts once',
        { required: 2 },
        [review(BOB, 'now'), review({ ...BOB, login: 'robert' }, 'now')],
        1,
      ],
      ['the requester under a new login is the requester', { required: 1 }, [review({ id: 1, login: 'al' }, 'now')], 1],
    ];

  test.each(rows)('%s', (_name, approvals, reviews, missing) => {
    const rules = [{ ...environment().approvals, ...approvals, of: 'both', floor: null }] as const;
    expect(shownTally({ requester: ALICE, reviews }, { subject: 'now', rules }).missing).toBe(missing);
  });
});

describe('who approved what reached production', () => {
  const lost = [{ by: CAROL, code: 'role-too-low' }] as const;
  test.each<[string, Parameters<typeof approversOf>[0], readonly string[]]>([
    ['nobody', promotion({ reviews: [] }), []],
    ['two of the same plan', promotion({ reviews: [review(BOB, 'now'), review(CAROL, 'now')] }), ['bob', 'carol']],
    ['nobody twice', promotion({ reviews: [review(BOB, 'now'), review(BOB, 'now')] }), ['bob']],
    ['not of an earlier plan', promotion({ reviews: [review(BOB, 'before'), review(CAROL, 'now')] }), ['carol']],
    ['not who rejected', promotion({ reviews: [review(BOB, 'now'), review(CAROL, 'now', 'reject')] }), ['bob']],
    [
      'not a voided one',
      promotion({ reviews: [{ ...review(BOB, 'now'), void: true }, review(CAROL, 'now')] }),
      ['carol'],
    ],
    [
      'not who lost the right',
      promotion({ reviews: [review(BOB, 'now'), review(CAROL, 'now')], lostApprovals: lost }),
      ['bob'],
    ],
  ])('%s', (_name, promoted, logins) => {
    expect(approversOf(promoted)).toEqual(logins);
  });
});

describe('voided approvals', () => {
  const rows: readonly (readonly [string, readonly Review[], readonly string[]])[] = [
    ['of nobody', [], []],
    ['of nobody where the subject is the same', [review(BOB, 'now')], []],
    ['of one whose approval was voided', [{ ...review(BOB, 'now'), void: true }], ['bob']],
    ['of one who approved what it was before', [review(BOB, 'before'), review(CAROL, 'now')], ['bob']],
    ['not of one who approved again', [review(BOB, 'before'), review(BOB, 'now')], []],
    ['once of one who approved two older subjects', [review(BOB, 'first'), review(BOB, 'second')], ['bob']],
    ['not of one who rejected', [review(BOB, 'before', 'reject')], []],
  ];

  test.each(rows)('%s', (_name, reviews, logins) => {
    expect(voidedApprovals(reviews, 'now').map(({ login }) => login)).toEqual(logins);
  });
});
