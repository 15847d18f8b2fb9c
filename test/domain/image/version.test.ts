// Which version a new one follows, and how many major versions it skips.
import { expect, test } from 'vitest';
import { countSkippedMajors, findPreceding } from '../../../src/domain/image/version.ts';
import { tag } from '../build.ts';

test.each([
  ['v999.0.0', ['v1.4.2', 'main'], 'v1.4.2', 997],
  ['v3.0.0', ['v1.4.2'], 'v1.4.2', 1],
  ['v2.0.0', ['v1.4.2', 'v1.10.0', 'v1.9.0'], 'v1.10.0', 0],
  ['v1.4.3', ['v1.4.2'], 'v1.4.2', 0],
  ['v2.0.0', ['1.4.2', '1.4', '1', 'latest'], '1.4.2', 0],
  ['v2.0.0', ['v2.0.0-rc.1', 'v1.0.0'], 'v2.0.0-rc.1', 0],
  ['v3.0.0-rc.1', ['v1.0.0'], 'v1.0.0', 1],
  ['v1.0.0', ['v0.9.0'], 'v0.9.0', 0],
  ['v2027.1.4', ['v2026.11.30'], 'v2026.11.30', 0],
  ['v2026.11.30', ['v1.4.2'], 'v1.4.2', 2024],
  // After a mistake, the versions before it count on.
  ['v2.0.0', ['v1.4.2', 'v999.0.0'], 'v1.4.2', 0],
  ['v7.0.0', ['v1.4.2', 'v999.0.0'], 'v1.4.2', 5],
  // Of an older line.
  ['v1.4.3', ['v1.4.2', 'v2.0.0', 'v3.0.0'], 'v1.4.2', 0],
  // It is there already.
  ['v2.0.0', ['v2.0.0', 'v1.0.0'], 'v1.0.0', 0],
] as const)('%s after %j follows %s and skips %i', (version, tags, preceding, skipped) => {
  const found = findPreceding(tag(version), tags.map(tag));
  expect(found).toEqual({ version, preceding });
  expect(found === null ? null : countSkippedMajors(found)).toBe(skipped);
});

test.each([
  ['v1.0.0', []],
  ['v42.0.0', ['main', 'staging-abc1234', 'rollback-20261122-101500-release', '1', '2026-11-30']],
  ['v2026.11.30', ['latest']],
  ['v1.0.0', ['v2.0.0']],
  ['v1.0.0', ['v1.0.0']],
])('%s after %j is the first one', (version, tags) => {
  expect(findPreceding(tag(version), tags.map(tag))).toBeNull();
});
