// Names of the same platform, as container runtimes compare them.
import { expect, test } from 'vitest';
import { platformKey } from '../../../src/domain/image/platform.ts';

test.each([
  ['linux/arm64', 'linux/arm64/v8'],
  ['linux/arm64', 'linux/arm64/8'],
  ['linux/arm64', 'linux/aarch64'],
  ['linux/amd64', 'linux/amd64/v1'],
  ['linux/amd64', 'Linux/x86_64'],
  ['linux/arm', 'linux/arm/v7'],
  ['linux/arm/v7', 'linux/armhf'],
  ['linux/arm/v6', 'linux/armel'],
  ['linux/arm/v6', 'linux/arm/6'],
  ['linux/386', 'linux/i386'],
])('%s is %s', (one, other) => {
  expect(platformKey(one)).toBe(platformKey(other));
});

test.each([
  ['linux/arm64', 'linux/arm'],
  ['linux/arm/v7', 'linux/arm/v6'],
  ['linux/amd64', 'linux/amd64/v3'],
  ['linux/amd64', 'windows/amd64'],
  ['linux/arm64', 'linux/arm64/v9'],
])('%s is not %s', (one, other) => {
  expect(platformKey(one)).not.toBe(platformKey(other));
});
