// What force lets pass, and what it never does.
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { isBlocking, overrideByForce, type Finding } from '../../src/domain/finding.ts';
import { known, SOURCE_LABEL, type PlatformFacts } from '../../src/domain/image/image-facts.ts';
import { RULES } from '../../src/domain/rules/catalogue.ts';
import { validate } from '../../src/domain/validation.ts';
import {
  config,
  context,
  digest,
  environment,
  facts,
  FOREIGN,
  IMAGE,
  NEW,
  OLD,
  platform,
  production,
  promotion,
  tag,
} from './build.ts';
import { ruleContext, unread, type FactsChange } from './build.ts';
import { accept, approve, EVENTS, examined, KEPT, promotionIn } from './decide/build.ts';
import { BOB, policy } from './build.ts';

/** `rule outcome`, with `!` where it still keeps the image out. */
function judged(change: FactsChange, rules = ruleContext()): readonly string[] {
  return validate(facts(change), rules, 'promotion')
    .filter(({ outcome }) => outcome === 'fail' || outcome === 'unknown')
    .map(overrideByForce)
    .map((finding) => `${finding.rule} ${finding.outcome}${isBlocking(finding) ? '!' : ''}`);
}

function labelled(labels: Readonly<Record<string, string>>): readonly PlatformFacts[] {
  return [platform({ config: known(config({ labels })) })];
}

const layer = { part: 'layer', digest: digest('layer'), platform: 'linux/amd64' } as const;
const strict = ruleContext({ labels: { level: 'fail', required: [SOURCE_LABEL] } });

const ROWS: readonly (readonly [string, FactsChange, readonly string[]])[] = [
  ['a failed rule of the policy', { platforms: [platform({ sizeBytes: known(9e9) })] }, ['size fail']],
  ['one that could not be seen', { platforms: [platform({ sizeBytes: unread('HTTP 502') })] }, ['size unknown']],
  ['a commit that is on no branch', { lineage: known({ kind: 'malformed', seen: 'x' }) }, ['revision fail']],
  ['a commit that could not be looked up', { lineage: unread('HTTP 502') }, ['revision unknown']],
  ['a tag of another commit', { tag: tag('hotfix-deadbee') }, ['tag-commit fail']],
  ['a missing part', { missingParts: known([layer]) }, ['completeness fail!']],
  ['parts that could not be looked up', { missingParts: unread('HTTP 502') }, ['completeness unknown!']],
  ['an index that runs nothing', { platforms: [] }, ['completeness fail!']],
  [
    'a label that names another repository',
    { platforms: labelled({ [SOURCE_LABEL]: 'https://github.com/acme/other' }) },
    ['source fail!'],
  ],
  [
    'a config whose bytes are others than its digest message',
    { platforms: [platform({ config: unread('digest mismatch') })] },
    ['layers unknown', 'command unknown', 'healthcheck unknown', 'source unknown!'],
  ],
];

describe('under force', () => {
  test.each(ROWS)('%s', (_name, change, outcomes) => {
    expect(judged(change)).toEqual(outcomes);
  });

  test('a missing source label that the policy requires', () => {
    expect(judged({ platforms: labelled({}) }, strict)).toEqual(['source fail']);
  });

  test.each<Finding['outcome']>(['pass', 'warn'])('a finding that is a %s needs no force', (outcome) => {
    const seen = { code: 'size', bytes: 1 } as const;
    const wanted = { minBytes: 1, maxBytes: 2 };
    const finding: Finding = { rule: 'size', image: IMAGE, platform: null, outcome, seen, wanted };
    expect(overrideByForce(finding)).toEqual(finding);
  });
});

const small = examined({ facts: facts({ platforms: [platform({ sizeBytes: known(9e9) })] }) });

test('without force, the same facts fail', () => {
  expect(accept(promotion(), small).promotion.state.kind).toBe('checks-failed');
});

test('with force, they wait for approval, show what is overridden, and are recorded so', () => {
  const { promotion: forced, audit } = accept(promotion({ force: true }), small);
  expect(forced.state.kind).toBe('awaiting-approval');
  expect(forced.findings.filter(({ overridden }) => overridden)).toMatchObject([{ rule: 'size', outcome: 'fail' }]);
  const outcomes = z.array(z.record(z.string(), z.unknown())).parse(audit[0]?.details['outcomes']);
  expect(outcomes.filter(({ overridden }) => overridden === true)).toEqual([
    {
      rule: 'size',
      image: IMAGE,
      platform: 'linux/amd64',
      outcome: 'fail',
      overridden: true,
      seen: { code: 'size', bytes: 9e9 },
      wanted: { minBytes: 100_000_000, maxBytes: 2_000_000_000 },
    },
  ]);
  expect(accept(forced, approve(BOB)).promotion.state.kind).toBe('applying');
});

test('an approval of passed findings does not cover overridden ones', () => {
  const passed = accept(promotion({ force: true }), EVENTS['examined well']).promotion;
  const two = context({
    environmentPolicy: environment({
      approvals: { required: 2, role: 'write', users: [], selfApproval: false, apps: [], contributors: 'warn' },
    }),
  });
  const again = accept(accept(passed, approve(BOB), two).promotion, EVENTS.rerequested, two).promotion;
  expect(accept(again, small, two).audit).toMatchObject([{ details: { voided: ['bob'] } }]);
});

test('a permanent tag with another digest fails anyway, even at a second examination', () => {
  const taken = production({ main: OLD, latest: OLD, [KEPT]: FOREIGN });
  expect(accept(promotion({ force: true }), examined({ production: taken })).promotion.state.kind).toBe(
    'checks-failed',
  );
  const waiting = { ...promotionIn('awaiting-approval'), force: true };
  expect(accept(waiting, { kind: 'production-read', production: taken }).promotion.state.kind).toBe('checks-failed');
});

describe('a pushed git tag', () => {
  const pushed = promotion({ kind: 'version', versionTag: tag('v1.2.3'), thread: null });
  const held = production({ main: NEW, latest: NEW, 'v1.2.3': null });

  test('is judged by its completeness, its owner and the version before it', () => {
    const rules = RULES.filter(({ kinds }) => kinds.includes('version'));
    expect(rules.map(({ id }) => id)).toEqual([
      'completeness',
      'source',
      'image-owner',
      'permanent-tag',
      'version-jump',
      'in-production',
    ]);
  });

  test('that finds another image in production fails, and moves nothing', () => {
    const moved = examined({
      policy: policy(),
      production: production({ main: FOREIGN, latest: NEW, 'v1.2.3': null }),
    });
    const { promotion: refused, journal } = accept(pushed, moved);
    expect(refused.state.kind).toBe('checks-failed');
    expect(refused.findings.at(-1)).toMatchObject({
      rule: 'in-production',
      seen: { code: 'holds-another', tag: 'main', holds: FOREIGN },
    });
    expect([refused.moves, journal]).toEqual([[], []]);
  });

  test('that waited for the environment fails too if production moved meanwhile', () => {
    const waiting = accept(pushed, examined({ production: held })).promotion;
    expect(waiting.moves.map(({ kind }) => kind)).toEqual(['permanent']);
    const news = production({ main: FOREIGN, latest: FOREIGN, 'v1.2.3': null });
    const decision = accept(
      { ...waiting, state: { kind: 'scheduled', cause: 'queue' } },
      {
        kind: 'production-read',
        production: news,
      },
    );
    expect(decision.promotion.state.kind).toBe('checks-failed');
    expect(decision.journal).toEqual([]);
  });
});
