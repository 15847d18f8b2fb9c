// Facts → findings, by the whole catalogue.
import { expect, test } from 'vitest';
import { known, SOURCE_LABEL, unknown, type ImageFacts } from '../../src/domain/image/image-facts.ts';
import type { Outcome } from '../../src/domain/rule.ts';
import { RULES, rulesFor } from '../../src/domain/rules/catalogue.ts';
import { isAcceptable, validate } from '../../src/domain/validation.ts';
import { config, facts, platform, ruleContext } from './build.ts';

test('findings come in catalogue order, per platform where a rule looks at platforms', () => {
  const findings = validate(facts(), ruleContext());
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
  const change = { platforms: [platform({ sizeBytes: known(9_000_000_000) })], lineage: unknown('HTTP 502') };
  const findings = validate(facts(change), ruleContext(), rulesFor('rollback'));
  expect(findings.map(({ rule, outcome }) => `${rule} ${outcome}`)).toEqual(['completeness pass']);
  expect(isAcceptable(validate(facts(change), ruleContext(), rulesFor('promotion')))).toBe(false);
});

test('every rule of the catalogue has its own id', () => {
  expect(new Set(RULES.map(({ id }) => id)).size).toBe(RULES.length);
});

const UNKNOWNS: readonly (readonly [string, Partial<ImageFacts>])[] = [
  ['the parts', { missing: unknown('HTTP 502') }],
  ['the lineage', { lineage: unknown('HTTP 502') }],
  ['the size of one platform', { platforms: [platform(), platform({ sizeBytes: unknown('HTTP 502') })] }],
  ['the layers of one platform', { platforms: [platform(), platform({ layerCount: unknown('HTTP 502') })] }],
  ['the config of one platform', { platforms: [platform(), platform({ config: unknown('HTTP 502') })] }],
];

test.each(UNKNOWNS)('not knowing %s keeps the image out', (_name, change) => {
  const findings = validate(facts(change), ruleContext());
  expect(isAcceptable(findings)).toBe(false);
  expect(findings.some(({ outcome, seen }) => outcome === 'unknown' && seen === 'HTTP 502')).toBe(true);
});

const OUTCOMES: readonly (readonly [Outcome, boolean])[] = [
  ['pass', true],
  ['warn', true],
  ['fail', false],
  ['unknown', false],
];

test.each(OUTCOMES)('one finding %s among passes: acceptable is %s', (outcome, acceptable) => {
  const about = { rule: 'size', platform: null, seen: '', wanted: '' } as const;
  expect(
    isAcceptable([
      { ...about, outcome: 'pass' },
      { ...about, outcome },
    ]),
  ).toBe(acceptable);
});

test('what was seen is cut where a label is long', () => {
  const labels = { [SOURCE_LABEL]: 'x'.repeat(100_000) };
  const findings = validate(facts({ platforms: [platform({ config: known(config({ labels })) })] }), ruleContext());
  const seen = findings.find(({ rule }) => rule === 'source')?.seen;
  expect(seen).toBe(`${'x'.repeat(1000)}…`);
});
