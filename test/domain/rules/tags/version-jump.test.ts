// A version that skips a major version warns; without a version, and for the first one, there is nothing to say.
import { expect, test } from 'vitest';
import { known, unknown } from '../../../../src/domain/image/image-facts.ts';
import { versionJump } from '../../../../src/domain/rules/tags/version-jump.ts';
import { facts, judge, tag, unread } from '../../build.ts';

const follows = (version: string, preceding: string): ReturnType<typeof facts> =>
  facts({ precedingVersion: known({ version: tag(version), preceding: tag(preceding) }) });

test('v999.0.0 after v1.4.2 warns, with both', () => {
  expect(judge(versionJump, follows('v999.0.0', 'v1.4.2'))).toMatchObject([
    { outcome: 'warn', seen: { code: 'skips-majors', version: 'v999.0.0', preceding: 'v1.4.2', skipped: 997 } },
  ]);
});

test.each([
  ['v2.0.0', 'v1.4.2'],
  ['v1.5.0', 'v1.4.2'],
  ['v2027.1.0', 'v2026.11.30'],
])('%s after %s is the next one', (version, preceding) => {
  expect(judge(versionJump, follows(version, preceding))).toEqual([]);
});

test('without a version before it, it finds nothing', () => {
  expect(judge(versionJump, facts())).toEqual([]);
});

test('a registry that does not list its tags is a warning; what nobody asked for is none', () => {
  expect(judge(versionJump, facts({ precedingVersion: unread('HTTP 502') }))).toMatchObject([
    { outcome: 'warn', seen: { code: 'unknown' } },
  ]);
  expect(judge(versionJump, facts({ precedingVersion: unknown({ code: 'not-collected' }) }))).toEqual([]);
});
