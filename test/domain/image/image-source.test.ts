// Long names of images and commits: what they name, and whose they are.
import { describe, expect, test } from 'vitest';
import {
  parseNamedSource,
  readOwnCommit,
  readOwnImage,
  type PlainSource,
} from '../../../src/domain/image/image-source.ts';
import { parseImageRepository, type ImageRepository } from '../../../src/domain/image/reference.ts';
import { must } from '../../messages/sample-view.ts';

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;
const SHA = 'abcdef1234'.repeat(4);
const API = must(parseImageRepository('ghcr.io/acme/api'));
const NESTED = must(parseImageRepository('ghcr.io/acme/api/worker'));
const LOCAL = must(parseImageRepository('127.0.0.1:5000/acme/api'));
const TAG = { kind: 'tag', tag: 'staging-abc1234' };
const HEX = { kind: 'hex', typed: 'abc1234' };

function image(word: string, own: ImageRepository = API): PlainSource | null {
  const named = parseNamedSource(word);
  if (named?.kind !== 'named' || named.source.kind !== 'image') throw new Error(`${word} names no image`);
  return readOwnImage(named.source, own);
}

function commit(word: string, { names = ['acme/api'], githubHost = 'github.com' } = {}): PlainSource | null {
  const named = parseNamedSource(word);
  if (named?.kind !== 'named' || named.source.kind !== 'commit') throw new Error(`${word} names no commit`);
  return readOwnCommit(named.source, { names, githubHost });
}

describe('the repository’s own image', () => {
  test.each<[string, object]>([
    ['ghcr.io/acme/api:staging-abc1234', TAG],
    ['GHCR.IO/Acme/API:staging-abc1234', TAG],
    ['ghcr.io:443/acme/api:staging-abc1234', TAG],
    ['docker://ghcr.io/acme/api:staging-abc1234', TAG],
    ['https://ghcr.io/acme/api:staging-abc1234', TAG],
    ['acme/api:staging-abc1234', TAG],
    ['api:staging-abc1234', TAG],
    [`ghcr.io/acme/api@${DIGEST}`, { kind: 'digest', digest: DIGEST }],
    [`api@${DIGEST}`, { kind: 'digest', digest: DIGEST }],
    [`ghcr.io/acme/api:main@${DIGEST}`, { kind: 'pinned-tag', tag: 'main', digest: DIGEST }],
    ['api:Staging-ABC', { kind: 'tag', tag: 'Staging-ABC' }],
  ])('%s', (word, source) => {
    expect(image(word)).toEqual(source);
  });

  test('may be named without its first parts only', () => {
    expect(image('worker:staging-abc1234', NESTED)).toEqual(TAG);
    expect(image('api/worker:staging-abc1234', NESTED)).toEqual(TAG);
    expect(image('acme/worker:staging-abc1234', NESTED)).toBeNull();
    expect(image('api:staging-abc1234', NESTED)).toBeNull();
  });

  test('keeps a port that is its own', () => {
    expect(image('127.0.0.1:5000/acme/api:staging-abc1234', LOCAL)).toEqual(TAG);
    expect(image('127.0.0.1:443/acme/api:staging-abc1234', LOCAL)).toBeNull();
    expect(image('127.0.0.1/acme/api:staging-abc1234', LOCAL)).toBeNull();
  });
});

test.each([
  'ghcr.io/acme/api-evil:staging-abc1234',
  'ghcr.io/evil/api:staging-abc1234',
  'evil.example/acme/api:staging-abc1234',
  'ghcr.io.evil.example/acme/api:staging-abc1234',
  'ghcr.io:8443/acme/api:staging-abc1234',
  'ghcr.io/acme/api/worker:staging-abc1234',
  'x/ghcr.io/acme/api:staging-abc1234',
  'pi:staging-abc1234',
  'evil/api:staging-abc1234',
  `https://ghcr.io/evil/api@${DIGEST}`,
])('%s is another image', (word) => {
  expect(image(word)).toBeNull();
});

test('a letter that only folds to an ASCII one makes no name', () => {
  const kelvin = 'ghcr.io/acme/wor\u212aer:staging-abc1234';
  expect(parseNamedSource(kelvin)).toEqual({ kind: 'wrong', problem: { code: 'invalid-tag', typed: kelvin } });
});

describe('the repository’s own commit', () => {
  test.each([
    'https://github.com/acme/api/commit/abc1234',
    'HTTPS://GitHub.com/Acme/API/commit/abc1234',
    'http://github.com/acme/api/commit/abc1234',
    'https://www.github.com/acme/api/commit/abc1234',
    'https://github.com:443/acme/api/commit/abc1234',
    'https://github.com/acme/api/commit/abc1234#diff-0',
    'https://github.com/acme/api/commit/abc1234?w=1#r2',
    'https://github.com/acme/api/commit/abc1234/checks',
    'https://github.com/acme/api/commit/abc1234.patch',
    'https://github.com/acme/api/pull/12/commits/abc1234',
    'https://github.com/acme/api/pull/12/changes/abc1234',
    '<https://github.com/acme/api/commit/abc1234>',
    'acme/api@abc1234',
    'Acme/API@abc1234',
    'acme@abc1234',
  ])('%s', (word) => {
    expect(commit(word)).toEqual(HEX);
  });

  test.each(['commit', 'commits', 'tree'])('in full at /%s/', (page) => {
    expect(commit(`https://github.com/acme/api/${page}/${SHA}`)).toEqual({ kind: 'hex', typed: SHA });
  });

  test('may be at a former name, and on the host that the server is set up for', () => {
    expect(commit('https://github.com/acme/old/commit/abc1234', { names: ['acme/api', 'acme/old'] })).toEqual(HEX);
    const there = { githubHost: 'git.acme.example:8443' };
    expect(commit('https://git.acme.example:8443/acme/api/commit/abc1234', there)).toEqual(HEX);
    expect(commit('https://git.acme.example/acme/api/commit/abc1234', there)).toBeNull();
    expect(commit('https://github.com/acme/api/commit/abc1234', there)).toBeNull();
  });
});

test.each([
  'https://github.com/acme/web/commit/abc1234',
  'https://github.com/evil/api/commit/abc1234',
  'https://github.com.evil.example/acme/api/commit/abc1234',
  'https://evil.example/acme/api/commit/abc1234',
  'https://github.com:8443/acme/api/commit/abc1234',
  'acme/web@abc1234',
  'evil@abc1234',
  'api@abc1234',
])('%s is a commit of somebody else', (word) => {
  expect(commit(word)).toBeNull();
});
