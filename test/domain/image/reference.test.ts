// What is a digest, a tag, an image repository, a reference, a commit and a repository name, and what only looks like one.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  formatReference,
  hostOf,
  nameOf,
  parseCommitSha,
  parseDigest,
  parseImageRepository,
  parseReference,
  parseRepoName,
  parseTag,
} from '../../../src/domain/image/reference.ts';

const SHA256 = `sha256:${'a1'.repeat(32)}`;
const SHA512 = `sha512:${'b2'.repeat(64)}`;

describe('A digest', () => {
  test.each([
    ['is sha256 with 64 hex digits', SHA256, true],
    ['is sha512 with 128 hex digits', SHA512, true],
    ['is not sha512 with 64', `sha512:${'b2'.repeat(32)}`, false],
    ['is not one digit short', SHA256.slice(0, -1), false],
    ['is not one digit long', `${SHA256}0`, false],
    ['is not upper case', SHA256.toUpperCase(), false],
    ['has no other letters', `sha256:${'g1'.repeat(32)}`, false],
    ['has a known algorithm', `md5:${'a1'.repeat(16)}`, false],
    ['has an algorithm', 'a1'.repeat(32), false],
    ['has nothing behind it', `${SHA256}\n`, false],
    ['is not empty', '', false],
  ])('%s', (_name, text, legal) => {
    expect(parseDigest(text)).toBe(legal ? text : null);
  });
});

describe('A tag', () => {
  test.each([
    ['is a word', 'main', true],
    ['may have dots, dashes, underscores and upper case', 'v1.2.3-RC_1', true],
    ['may begin with a digit or an underscore', '_9', true],
    ['may have 128 characters', 'a'.repeat(128), true],
    ['has no 129', 'a'.repeat(129), false],
    ['does not begin with a dot', '.main', false],
    ['does not begin with a dash', '-main', false],
    ['has no plus (semver builds are no tags)', 'v1.2.3+build', false],
    ['has no slash', 'feature/x', false],
    ['has no colon', 'a:b', false],
    ['has no blank', 'a b', false],
    ['has no line break at the end', 'main\n', false],
    ['has no letters of other scripts', 'mаin', false],
    ['is not empty', '', false],
  ])('%s', (_name, text, legal) => {
    expect(parseTag(text)).toBe(legal ? text : null);
  });
});

describe('An image repository', () => {
  test.each([
    ['is host and name', 'ghcr.io/acme/api', 'ghcr.io/acme/api'],
    ['may have a port', 'registry.corp:5000/api', 'registry.corp:5000/api'],
    ['may be on localhost without a port', 'localhost/api', 'localhost/api'],
    ['may be on an IPv4 address', '127.0.0.1:5000/acme/api', '127.0.0.1:5000/acme/api'],
    ['may be on an IPv6 address', '[::1]:5000/acme/api', '[::1]:5000/acme/api'],
    ['folds the case of its host', 'GHCR.io/acme/api', 'ghcr.io/acme/api'],
    ['may have separators inside names', 'ghcr.io/a.b/c_d/e__f/g--h', 'ghcr.io/a.b/c_d/e__f/g--h'],
    ['has a lower-case name', 'ghcr.io/Acme/api', null],
    ['has a host', 'acme/api', null],
    ['has a name', 'ghcr.io', null],
    ['has a name after the slash', 'ghcr.io/', null],
    ['has a host before the slash', '/acme/api', null],
    ['has no empty component', 'ghcr.io/acme//api', null],
    ['has no way up', 'ghcr.io/acme/../other', null],
    ['has no three underscores', 'ghcr.io/a___b', null],
    ['has no separator at an end', 'ghcr.io/acme/api-', null],
    ['has no scheme', 'https://ghcr.io/acme/api', null],
    ['has no login', 'user@ghcr.io/acme/api', null],
    ['has no query', 'ghcr.io/acme/api?x=1', null],
    ['has no tag', 'ghcr.io/acme/api:main', null],
    ['is not longer than 255 characters', `ghcr.io/${'a'.repeat(248)}`, null],
  ])('%s', (_name, text, expected) => {
    expect(parseImageRepository(text)).toBe(expected);
  });
});

describe('A reference', () => {
  test.each([
    ['by tag', 'ghcr.io/acme/api:main', { kind: 'tag', repository: 'ghcr.io/acme/api', tag: 'main' }],
    ['by digest', `ghcr.io/acme/api@${SHA256}`, { kind: 'digest', repository: 'ghcr.io/acme/api', digest: SHA256 }],
    [
      'by both, where the digest counts',
      `ghcr.io/acme/api:main@${SHA256}`,
      { kind: 'digest', repository: 'ghcr.io/acme/api', digest: SHA256 },
    ],
    ['behind a port', 'localhost:5000/api:v1', { kind: 'tag', repository: 'localhost:5000/api', tag: 'v1' }],
    ['with neither', 'ghcr.io/acme/api', null],
    ['with a port but no tag', 'localhost:5000/api', null],
    ['with an illegal tag', 'ghcr.io/acme/api:-x', null],
    ['with an empty tag', 'ghcr.io/acme/api:', null],
    ['with an illegal tag before a digest', `ghcr.io/acme/api:@${SHA256}`, null],
    ['with an illegal digest', 'ghcr.io/acme/api@sha256:1', null],
    ['with two digests', `ghcr.io/acme/api@${SHA256}@${SHA256}`, null],
  ])('%s', (_name, text, expected) => {
    expect(parseReference(text)).toEqual(expected);
  });

  test('is read back as it was written, and splits into host and name', () => {
    const tags = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,20}$/);
    const names = fc.stringMatching(/^[a-z0-9]{1,8}(\/[a-z0-9]{1,8}){0,3}$/);
    fc.assert(
      fc.property(fc.constantFrom('ghcr.io', 'localhost:5000', '[::1]:80'), names, tags, (host, name, tagText) => {
        const repository = parseImageRepository(`${host}/${name}`);
        const tag = parseTag(tagText);
        const digest = parseDigest(SHA256);
        if (repository === null || tag === null || digest === null) throw new Error('The generator made no reference');
        expect(parseReference(formatReference(repository, tag))).toEqual({ kind: 'tag', repository, tag });
        expect(parseReference(formatReference(repository, digest))).toEqual({ kind: 'digest', repository, digest });
        expect([hostOf(repository), nameOf(repository)]).toEqual([host, name]);
      }),
    );
  });
});

describe('A commit', () => {
  test.each([
    ['has 40 hex digits', 'a1'.repeat(20), 'a1'.repeat(20)],
    ['may have 64 (SHA-256 repositories)', 'a1'.repeat(32), 'a1'.repeat(32)],
    ['is folded to lower case', 'A1'.repeat(20), 'a1'.repeat(20)],
    ['is not abbreviated', 'a1b2c3d', null],
    ['has no 41 digits', `${'a1'.repeat(20)}a`, null],
    ['has no other letters', 'g1'.repeat(20), null],
  ])('%s', (_name, text, expected) => {
    expect(parseCommitSha(text)).toBe(expected);
  });
});

describe('A repository name on GitHub', () => {
  test.each([
    ['is owner and name', 'acme/api', true],
    ['keeps its case', 'Acme/API.js', true],
    ['may have dots and underscores in the name', 'acme/.git_hub', true],
    ['has an owner', '/api', false],
    ['has a name', 'acme/', false],
    ['has one slash', 'acme/api/more', false],
    ['has no blank', 'acme/a b', false],
    ['has no dot in the owner', 'ac.me/api', false],
    ['is not a step in a path', 'acme/..', false],
    ['is not this folder', 'acme/.', false],
  ])('%s', (_name, text, legal) => {
    expect(parseRepoName(text)).toBe(legal ? text : null);
  });
});
