// How often an image is looked for, and under which tags.
import { expect, test } from 'vitest';
import { BUILD_TIME_MS, commitTagsOf, nextCheckAt } from '../../../src/domain/image/image-wait.ts';
import { COMMIT } from '../build.ts';

const UNTIL = BUILD_TIME_MS;

test.each([
  ['at once', 0, 5_000],
  ['after 20 seconds', 20_000, 25_000],
  ['after a minute', 60_000, 75_000],
  ['after four minutes', 240_000, 300_000],
  ['after twenty minutes', 1_200_000, 1_260_000],
  ['in the last minute', UNTIL - 10_000, UNTIL],
  ['when the time is over', UNTIL, UNTIL + 1000],
  ['before it began, as the clock went back', -60_000, -55_000],
])('%s', (_name, now, next) => {
  expect(nextCheckAt({ since: 0, until: UNTIL, now })).toBe(next);
});

test('half an hour takes about fifty checks', () => {
  let looks = 0;
  for (let now = 0; now < UNTIL; now = nextCheckAt({ since: 0, until: UNTIL, now })) looks += 1;
  expect(looks).toBeGreaterThan(35);
  expect(looks).toBeLessThan(60);
});

test('builds shorten a commit to seven digits, or not at all', () => {
  expect(commitTagsOf('staging', COMMIT)).toEqual(['staging-abc1234', `staging-${COMMIT}`]);
  expect(commitTagsOf('no tag', COMMIT)).toEqual([]);
});
