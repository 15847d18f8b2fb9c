// Whatever is typed or sent as a name: taken only where it keeps to the letter of its grammar, and then it comes back as it was.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parsePromotionId, parseSource, parseVersion } from '../../src/domain/command/values.ts';
import { versionOfExternalId } from '../../src/domain/promotion/git-tag.ts';
import * as reference from '../../src/domain/image/reference.ts';
import { commitOfExternalId } from '../../src/domain/promotion/staging-check.ts';
import { fuzz, swiftly } from './campaign.ts';
import { spliced, texts } from './hostile.ts';

const HEX = 'a1'.repeat(32);
const names = fc.oneof(
  spliced([
    'ghcr.io/acme/dotca:staging-abc1234',
    `localhost:5000/a/b__c@sha256:${HEX}`,
    `[::1]:80/a.b/c-d:v1@sha512:${HEX}${HEX}`,
    `sha256:${HEX}`,
    'v1.2.3-rc.1+build.5',
    'acme/dotca.js',
    `staging/${HEX.slice(0, 40)}`,
    'version/v1.2.3',
    'P12',
    HEX.slice(0, 40),
  ]),
  texts,
);

const ALPHABET = /^[A-Za-z0-9_.:/@[\]-]+$/;

test('an accepted name has harmless characters, is no path upwards, and reads back unchanged', () => {
  expect(
    fuzz(names, {
      runs: 4000,
      examine: expectHarmless,
    }),
  ).toBeNull();
});

test('a word of a command is a value or a mistake, in time', () => {
  expect(
    fuzz(names, {
      runs: 2000,
      examine: expectAnswer,
    }),
  ).toBeNull();
});

function expectHarmless(text: string): void {
  const read = swiftly(() => ({
    digest: reference.parseDigest(text),
    tag: reference.parseTag(text),
    image: reference.parseImageRepository(text),
    repo: reference.parseRepoName(text),
    whole: reference.parseReference(text),
    commit: reference.parseCommitSha(text),
    staging: commitOfExternalId(text),
    version: versionOfExternalId(text),
  }));
  const { digest, tag, image, repo, whole, commit, staging, version } = read;
  const taken = Object.values(read).some((value) => value !== null);
  expect(taken ? text : 'nothing').toMatch(ALPHABET);
  expect([digest ?? text, tag ?? text, repo ?? text]).toEqual([text, text, text]);
  expect(`${image}/${repo}`.split('/')).not.toContain('..');
  expect(image === null ? null : reference.parseImageRepository(image)).toBe(image);
  expect(whole === null ? null : reference.parseReference(format(whole))).toEqual(whole);
  expect(commit ?? HEX).toMatch(/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/);
  expect(staging === null ? text : `staging/${staging}`).toBe(text);
  expect(version === null ? text : `version/${version}`).toBe(text);
}

function format(whole: reference.Reference): string {
  return reference.formatReference(whole.repository, whole.kind === 'tag' ? whole.tag : whole.digest);
}

function expectAnswer(word: string): void {
  const parsed = swiftly(() => [parseSource(word), parseVersion(word), parsePromotionId(word)]);
  for (const one of parsed) expect([undefined, 'value', 'mistake']).toContain(one?.kind);
}
