// What a card tells of a promotion besides its state: voided reviews, problems, failures, success.
import { describe, expect, test } from 'vitest';
import { parseCommitSha } from '../../../src/domain/image/reference.ts';
import type { Failure, Promotion, TagOutcome } from '../../../src/domain/promotion/promotion.ts';
import { renderStory } from '../../../src/messages/card/story.ts';
import { deploymentNews, deploymentNoticeText, replacedText } from '../../../src/messages/deployment.ts';
import { failureWords, problemWords } from '../../../src/messages/failure.ts';
import { policyProblemWords } from '../../../src/messages/policy-problem.ts';
import type { PromotionView } from '../../../src/messages/promotion-view.ts';
import { badYaml, failedWith, failure, outside } from '../../domain/problem.ts';
import { withNamed } from '../rendered.ts';
import { AT, FOREIGN, IMAGE, must, NEW, OLD, outcome, SUBJECT, tagOf, viewOf } from '../sample-view.ts';

const DETAIL = { findings: 200, reviews: 50, tags: 100, textLength: 500 };
const JO = { id: 2, login: 'jo' };
const OTHER_SUBJECT = '4'.repeat(64);
const approval = (subject: string): Promotion['reviews'][number] => ({
  verdict: 'approve',
  by: JO,
  at: AT,
  via: 'comment',
  subject,
});
const COMMIT = must(parseCommitSha(`abc1234${'0'.repeat(33)}`));
const V1 = tagOf('v1.2.3');
const VERSION: Promotion['moves'] = [{ kind: 'permanent', repository: IMAGE, tag: V1, baseline: null, digest: NEW }];
const MOVED_TAGS = [
  { repository: IMAGE, tag: tagOf('main'), from: OLD, to: FOREIGN },
  { repository: IMAGE, tag: tagOf('latest'), from: null, to: null },
];

function story(promotion: Partial<Promotion>, around: Partial<PromotionView> = {}): string {
  return renderStory(viewOf(promotion, around), DETAIL);
}

test.each<[string, Partial<Promotion>, Partial<PromotionView>]>([
  [
    'a build that is waited for',
    {
      state: {
        kind: 'waiting-for-image',
        repository: IMAGE,
        commit: COMMIT,
        tags: ['staging-abc1234', 'staging-abc12345'].map(tagOf),
        until: AT,
      },
    },
    {},
  ],
  ['a policy that was edited', { notice: { kind: 'policy-changed' } }, {}],
  [
    'a policy that was edited, and refuses now',
    { notice: { kind: 'policy-changed' }, state: { kind: 'checks-failed' } },
    {},
  ],
  [
    'outcomes that changed, and one approval',
    { notice: { kind: 'outcomes-changed' }, reviews: [approval(OTHER_SUBJECT)] },
    {},
  ],
  [
    'production that moved, and two approvals beside one that counts',
    {
      notice: { kind: 'production-moved', tags: MOVED_TAGS },
      reviews: [approval(OTHER_SUBJECT), approval(OTHER_SUBJECT), approval(SUBJECT)],
    },
    {},
  ],
  ['a rejection with its reason', { state: { kind: 'rejected', by: JO, reason: 'not before #42 @all' } }, {}],
  [
    'an image whose commit is unknown',
    { images: viewOf().promotion.images.map((image) => ({ ...image, commit: null, commitTag: null })) },
    {},
  ],
  ['a version alone', { versionTag: V1, moves: VERSION }, {}],
  [
    'a version that a git tag asked for',
    { kind: 'version', versionTag: V1, moves: VERSION, source: { typed: 'v1.2.3', tag: null, taggedCommit: COMMIT } },
    {},
  ],
  ['a source tag that has moved on', { sourceMovedTo: FOREIGN }, {}],
  ['a job of ours that is dead', { state: { kind: 'applying', since: AT, undoing: null } }, { deadJob: 17 }],
  ['success', { state: { kind: 'promoted', at: AT } }, {}],
  ['success, of a source that has moved on', { state: { kind: 'promoted', at: AT }, sourceMovedTo: FOREIGN }, {}],
])('of %s', (_, promotion, around) => {
  expect(story(promotion, around)).toMatchSnapshot();
});

test('of a version alone stays the same after it is written', () => {
  const version = { versionTag: V1, moves: VERSION };
  expect(story({ ...version, state: { kind: 'promoted', at: AT } })).toContain(story(version));
});

test.each<[string, Partial<Promotion>]>([
  ['an approval that is waited for', {}],
  ['an examination', { state: { kind: 'examining', again: false } }],
  ['a rejection without a reason', { state: { kind: 'rejected', by: JO, reason: null } }],
  ['what was withdrawn', { state: { kind: 'cancelled', by: JO, because: 'person' } }],
  ['what ended before a source moved on', { state: { kind: 'expired' }, sourceMovedTo: FOREIGN }],
  ['what ended before a policy was edited', { state: { kind: 'expired' }, notice: { kind: 'policy-changed' } }],
])('there is none of %s', (_, promotion) => {
  expect(story(promotion)).toBe('');
});

test('of a policy that can’t be read: each problem is a line of the warning', () => {
  const [first, second] = [badYaml('one'), badYaml('two', 2)];
  const text = story({ policyProblems: [first, second] });
  const named = withNamed(text, { first: policyProblemWords(first), second: policyProblemWords(second) });
  expect(named).toMatchSnapshot();
  expect(text.split('\n').every((line) => line.startsWith('>'))).toBe(true);
});

test('of tags that are moved back: why', () => {
  const problem = failedWith('HTTP 403 for tag latest.');
  const promotion = viewOf().promotion;
  expect(story({ state: { kind: 'applying', since: AT, undoing: problem } })).toBe(problemWords(problem, promotion));
});

test('of a deployment: its status, and above it what is wrong', () => {
  const state = { kind: 'deployed', at: AT, since: AT + 60_000, url: 'https://ci.example.com/7' } as const;
  const notice = { kind: 'no-deployment', problem: outside('HTTP 403'), at: AT } as const;
  const { promotion, githubUrl } = viewOf({ state, notice });
  const text = story({ state, notice });
  expect(text.startsWith(deploymentNoticeText(notice, promotion, githubUrl))).toBe(true);
  expect(text).toContain(deploymentNews(promotion));
  const replaced = { replacedBy: 15 };
  expect(story({ state }, replaced)).toContain(replacedText(viewOf({ state }, replaced)));
});

function floating(tag: string, from: TagOutcome['from'], holds: TagOutcome['holds']): TagOutcome {
  return outcome(tag, { kind: 'floating', from, holds });
}

describe('of a failure', () => {
  test.each<[string, Failure['production'], readonly TagOutcome[]]>([
    ['before anything moved', 'untouched', []],
    ['after which all went back', 'restored', [floating('main', OLD, OLD)]],
    ['after which a new tag stays', 'restored', [floating('main', null, NEW)]],
    ['after which two new tags stay', 'restored', [floating('main', null, NEW), floating('latest', null, NEW)]],
    ['after which somebody else has a tag', 'restored', [floating('main', OLD, OLD), floating('latest', OLD, FOREIGN)]],
    ['that is mixed', 'mixed', [floating('main', OLD, NEW), floating('latest', OLD, OLD)]],
    ['that is mixed by somebody else', 'mixed', [floating('main', OLD, NEW), floating('latest', OLD, FOREIGN)]],
    ['of a first promotion half-way', 'mixed', [floating('main', null, NEW), floating('latest', null, null)]],
  ])('%s', (_, production, tags) => {
    const failed = failure({ problem: failedWith('HTTP 403 DENIED.'), production, tags });
    const view = viewOf({ state: { kind: 'failed', failure: failed } });
    const text = renderStory(view, DETAIL);
    expect(withNamed(text, { why: failureWords(failed, view.promotion) })).toMatchSnapshot();
  });

  test.each(['untouched', 'restored', 'mixed'] as const)('of another environment, which it names: %s', (production) => {
    const failed = failure({ problem: failedWith('HTTP 403 DENIED.'), production, tags: [] });
    const text = renderStory(viewOf({ environment: 'canary', state: { kind: 'failed', failure: failed } }), DETAIL);
    expect(text).toContain('`canary` is ');
    expect(text).not.toMatch(/production/i);
  });
});
