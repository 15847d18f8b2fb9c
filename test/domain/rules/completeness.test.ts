// Every part of every runnable platform must be there.
import { expect, test } from 'vitest';
import { known, unknown, type ImageFacts } from '../../../src/domain/image/image-facts.ts';
import { completeness } from '../../../src/domain/rules/completeness.ts';
import { digest, facts, ruleContext } from '../build.ts';

const layer = { part: 'layer', digest: digest('layer'), platform: 'linux/arm64' } as const;
const config = { part: 'config', digest: digest('config'), platform: 'linux/amd64' } as const;

const ROWS: readonly (readonly [string, Partial<ImageFacts>, string, string])[] = [
  ['an image whose parts are all there passes', {}, 'pass', 'complete for linux/amd64, linux/arm64'],
  ['one missing layer fails and is named', { missing: known([layer]) }, 'fail', `linux/arm64: layer ${layer.digest}`],
  ['all missing parts are named', { missing: known([layer, config]) }, 'fail', `linux/amd64: config ${config.digest}`],
  ['an index of attestations alone runs nothing', { platforms: [] }, 'fail', 'no platform that can run'],
  ['what could not be read is unknown', { missing: unknown('the registry timed out') }, 'unknown', 'timed out'],
  ['unknown wins over no platforms', { platforms: [], missing: unknown('HTTP 502') }, 'unknown', 'HTTP 502'],
];

test('the alternative of a rollback is named with its line', () => {
  const alternative = { name: 'P2', line: '/rollback to P2 --reason "…"' };
  const [finding] = completeness.check(facts({ missing: known([layer]), alternative }), ruleContext());
  expect(finding?.wanted).toContain('; P2 has all of it: /rollback to P2 --reason "…"');
});

test.each(ROWS)('%s', (_name, change, outcome, seen) => {
  const findings = completeness.check(facts(change), ruleContext());
  expect(findings).toMatchObject([{ rule: 'completeness', platform: null, outcome }]);
  expect(findings[0]?.seen).toContain(seen);
});
