// Which pushed git tags are versions, and how an answer's check run finds its way back.
import { expect, test } from 'vitest';
import { gitTagExternalId, parseVersionTag, versionOfExternalId } from '../../../src/domain/promotion/git-tag.ts';
import { tag } from '../build.ts';

test.each(['v1.2.3', 'v0.0.1', 'v10.20.30', 'v1.2.3-rc.1', 'v1.2.3-0'])('%s is a version', (name) => {
  expect(parseVersionTag(name)).toBe(name);
});

test.each([
  '1.2.3',
  'V1.2.3',
  'vv1.2.3',
  'v1.2',
  'v1.2.3.4',
  'v01.2.3',
  'v1.2.3-01',
  'v1.2.3+build',
  'v1.2.3 ',
  'v1.2.3.',
  'refs/tags/v1.2.3',
  'release/v1.2.3',
  'v',
  '',
  `v1.2.${'3'.repeat(200)}`,
])('%s is not a version', (name) => {
  expect(parseVersionTag(name)).toBeNull();
});

test('a check run of a version carries it; others carry none', () => {
  expect(versionOfExternalId(gitTagExternalId(tag('v1.2.3-rc.1')))).toBe('v1.2.3-rc.1');
  for (const other of ['promotion-12', `staging/${'a'.repeat(40)}`, 'version/', 'version/latest', 'xversion/v1.2.3']) {
    expect(versionOfExternalId(other)).toBeNull();
  }
});
