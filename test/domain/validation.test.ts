// Facts → findings, by the whole catalogue.
import { expect, test } from 'vitest';
import { isAcceptable } from '../../src/domain/finding.ts';
import { known, NOTHING_COLLECTED, REVISION_LABEL, SOURCE_LABEL } from '../../src/domain/image/image-facts.ts';
import type { Outcome } from '../../src/domain/rule.ts';
import { RULES } from '../../src/domain/rules/catalogue.ts';
import { facetsFor, validate } from '../../src/domain/validation.ts';
import { config, facts, IMAGE, platform, policy, ruleContext, unread, type FactsChange } from './build.ts';

test('findings are in catalogue order, per platform for rules on platforms', () => {
  const findings = validate(facts(), ruleContext(), 'promotion');
  expect(findings.map(({ rule, platform: about }) => `${rule} ${about ?? ''}`.trim())).toEqual([
    'completeness',
    'size linux/amd64',
    'size linux/arm64',
    'layers linux/amd64',
    'layers linux/arm64',
    'command linux/amd64',
    'command linux/arm64',
    'healthcheck linux/amd64',
    'healthcheck linux/arm64',
    'source linux/amd64',
    'source linux/arm64',
    'revision',
    'tag-commit',
  ]);
  expect(findings.every(({ outcome }) => outcome === 'pass')).toBe(true);
});

test('a rollback is judged by its completeness alone: everything else was judged when it was promoted', () => {
  const change = { platforms: [platform({ sizeBytes: known(9_000_000_000) })], lineage: unread('HTTP 502') };
  const findings = validate(facts(change), ruleContext(), 'rollback');
  expect(findings.map(({ rule, outcome }) => `${rule} ${outcome}`)).toEqual(['completeness pass']);
  expect(isAcceptable(validate(facts(change), ruleContext(), 'promotion'))).toBe(false);
});

test('every rule of the catalogue has its own id', () => {
  expect(new Set(RULES.map(({ id }) => id)).size).toBe(RULES.length);
});

const UNKNOWNS: readonly (readonly [string, FactsChange])[] = [
  ['the parts', { missingParts: unread('HTTP 502') }],
  ['the lineage', { lineage: unread('HTTP 502') }],
  ['the size of one platform', { platforms: [platform(), platform({ sizeBytes: unread('HTTP 502') })] }],
  ['the layers of one platform', { platforms: [platform(), platform({ layerCount: unread('HTTP 502') })] }],
  ['the config of one platform', { platforms: [platform(), platform({ config: unread('HTTP 502') })] }],
];

test.each(UNKNOWNS)('an unknown %s fails the image', (_name, change) => {
  const findings = validate(facts(change), ruleContext(), 'promotion');
  expect(isAcceptable(findings)).toBe(false);
  expect(findings.some(({ outcome, seen }) => outcome === 'unknown' && seen.code === 'unknown')).toBe(true);
});

const OUTCOMES: readonly (readonly [Outcome, boolean])[] = [
  ['pass', true],
  ['warn', true],
  ['fail', false],
  ['unknown', false],
];

test.each(OUTCOMES)('one finding %s among passes: acceptable is %s', (outcome, acceptable) => {
  const seen = { code: 'not-set' } as const;
  const about = { rule: 'command', image: IMAGE, platform: null, seen, wanted: {} } as const;
  expect(
    isAcceptable([
      { ...about, outcome: 'pass' },
      { ...about, outcome },
    ]),
  ).toBe(acceptable);
});

test('facts that were not collected fail the image, whatever the kind', () => {
  const nothing = facts(NOTHING_COLLECTED);
  for (const kind of ['promotion', 'rollback', 'version'] as const) {
    const findings = validate(nothing, ruleContext(), kind);
    expect(findings.length).toBeGreaterThan(0);
    expect(new Set(findings.map(({ outcome }) => outcome))).toEqual(new Set(['unknown']));
  }
});

const BUILT_IN = policy();

test.each([
  [
    'promotion',
    BUILT_IN,
    [
      'contents',
      'missingParts',
      'changes',
      'ownership',
      'lineage',
      'checkedTag',
      'stagingDeployment',
      'pastRollback',
      'pastRejection',
      'precedingVersion',
    ],
  ],
  [
    'promotion',
    { ...BUILT_IN, staging: { ...BUILT_IN.staging, deployed: 'off' } },
    [
      'contents',
      'missingParts',
      'changes',
      'ownership',
      'lineage',
      'checkedTag',
      'pastRollback',
      'pastRejection',
      'precedingVersion',
    ],
  ],
  ['rollback', BUILT_IN, ['contents', 'missingParts', 'ownership']],
  ['version', BUILT_IN, ['contents', 'missingParts', 'ownership', 'precedingVersion']],
] as const)('the facets that a %s needs', (kind, under, facets) => {
  expect(facetsFor(kind, under)).toEqual(facets);
});

test('found values are cut if labels are long or many', () => {
  const flood = 'x'.repeat(100_000);
  const labels = { [SOURCE_LABEL]: flood, [REVISION_LABEL]: flood };
  const seen = Array.from({ length: 500 }, () => flood);
  const findings = [
    ...validate(
      facts({
        platforms: [platform({ config: known(config({ labels })) })],
        lineage: known({ kind: 'malformed', seen: flood }),
        missingParts: unread(flood),
      }),
      ruleContext(),
      'promotion',
    ),
    ...validate(facts({ lineage: known({ kind: 'platforms-disagree', seen }) }), ruleContext(), 'promotion'),
  ];
  expect(findings.find(({ rule }) => rule === 'source')?.seen).toEqual({
    code: 'label',
    label: `${'x'.repeat(1000)}…`,
  });
  for (const finding of findings) expect(JSON.stringify(finding).length).toBeLessThan(2000);
});
