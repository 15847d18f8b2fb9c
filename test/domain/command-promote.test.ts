// `/promote`: its sources, its options in every order and spelling, and every way to get them wrong.
import { describe, expect, test } from 'vitest';
import { parseCommandLine, type ParsedLine } from '../../src/domain/command.ts';

const parse = (text: string): ParsedLine => parseCommandLine({ text, line: 1, next: null });
const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;
const PAGE = 'https://github.com/acme/api';
const BARE = { environment: null, reason: null, version: null, force: false };
const COMMIT = { kind: 'tag', tag: 'staging-abc1234' };

describe('a valid source', () => {
  test.each<[string, string, object | null]>([
    ['none at all lists candidates', '', null],
    ['a digest', DIGEST, { kind: 'digest', digest: DIGEST }],
    ['the tag staging', 'staging', { kind: 'tag', tag: 'staging' }],
    ['a staging tag, literally', 'staging-ABC_1.x', { kind: 'tag', tag: 'staging-ABC_1.x' }],
    ['a tag of any prefix: which are sources is the policy’s answer', 'rc-abc1234', { kind: 'tag', tag: 'rc-abc1234' }],
    ['a production tag, which the policy will refuse', 'latest', { kind: 'tag', tag: 'latest' }],
    ['a version', 'v1.2.3', { kind: 'tag', tag: 'v1.2.3' }],
    ['an id, which is a legal tag', 'P12', { kind: 'tag', tag: 'P12' }],
    ['a staging tag that is no commit', 'staging-hotfix', { kind: 'tag', tag: 'staging-hotfix' }],
    ['six hex digits', 'abc123', { kind: 'hex', typed: 'abc123' }],
    ['forty hex digits, case kept', 'ABCDEF1234'.repeat(4), { kind: 'hex', typed: 'ABCDEF1234'.repeat(4) }],
    ['a word in backticks', '`staging-abc1234`', COMMIT],
    ['a word in two backticks', '``staging-abc1234``', COMMIT],
    ['hex digits in backticks', '`abc1234`', { kind: 'hex', typed: 'abc1234' }],
  ])('%s: %s', (_, text, source) => {
    expect(parse(`/promote ${text}`)).toEqual({
      kind: 'command',
      command: { kind: 'promote', form: 'short', source, ...BARE },
    });
  });
});

describe('an invalid source', () => {
  test.each<[string, string, object]>([
    ['five hex digits', 'abc12', { code: 'hex-length', typed: 'abc12', length: 5 }],
    ['forty-one hex digits', 'a'.repeat(41), { code: 'hex-length', typed: 'a'.repeat(41), length: 41 }],
    ['a digest in capitals', DIGEST.toUpperCase(), { code: 'invalid-digest', typed: DIGEST.toUpperCase() }],
    ['a short digest', 'sha256:abc', { code: 'invalid-digest', typed: 'sha256:abc' }],
    ['another algorithm', `sha512:${'a'.repeat(128)}`, { code: 'invalid-digest', typed: `sha512:${'a'.repeat(128)}` }],
    ['an image without a tag', 'ghcr.io/acme/api', { code: 'reference-without-tag', typed: 'ghcr.io/acme/api' }],
    ['an image with a tag that can not be', 'acme/api:a+b', { code: 'invalid-tag', typed: 'a+b' }],
    ['an image with half a digest', 'api@sha256:abc', { code: 'invalid-digest', typed: 'sha256:abc' }],
    ['a branch', 'feature/login', { code: 'invalid-tag', typed: 'feature/login' }],
    ['a mail address', 'ada@example.com', { code: 'invalid-digest', typed: 'example.com' }],
    ['a pull request', `${PAGE}/pull/12`, { code: 'unknown-url', typed: `${PAGE}/pull/12` }],
    ['a branch’s page', `${PAGE}/tree/abc1234`, { code: 'unknown-url', typed: `${PAGE}/tree/abc1234` }],
    ['a commit of five digits', `${PAGE}/commit/abc12`, { code: 'unknown-url', typed: `${PAGE}/commit/abc12` }],
    [
      'a commit of 41 digits',
      `${PAGE}/commit/${'a'.repeat(41)}`,
      { code: 'unknown-url', typed: `${PAGE}/commit/${'a'.repeat(41)}` },
    ],
    [
      'an address with a user before the host',
      'https://github.com@evil.example/acme/api/commit/abc1234',
      { code: 'unknown-url', typed: 'https://github.com@evil.example/acme/api/commit/abc1234' },
    ],
    ['another scheme', 'javascript://x/y:z', { code: 'unknown-url', typed: 'javascript://x/y:z' }],
    [
      'a link, whose text may name another commit',
      `[abc1234](${PAGE}/commit/def5678)`,
      { code: 'link-as-source', meant: `${PAGE}/commit/def5678` },
    ],
    ['a placeholder', '<source>', { code: 'invalid-tag', typed: '<source>' }],
    [
      'a zero-width space in a tag',
      'staging-\u200babc',
      { code: 'invisible-character', typed: 'staging-abc', seen: 'U+200B' },
    ],
    [
      'a direction mark after a tag',
      'staging-abc\u200e',
      { code: 'invisible-character', typed: 'staging-abc', seen: 'U+200E' },
    ],
    ['an em dash in a tag', 'staging—abc', { code: 'invalid-tag', typed: 'staging—abc' }],
    [
      'a tag of 129 characters',
      `staging-${'x'.repeat(121)}`,
      { code: 'invalid-tag', typed: `staging-${'x'.repeat(121)}` },
    ],
    [
      'a full stop that a tag could hold',
      'staging-abc1234.',
      { code: 'trailing-punctuation', typed: 'staging-abc1234.', meant: 'staging-abc1234' },
    ],
    ['a comma', 'abc1234,', { code: 'trailing-punctuation', typed: 'abc1234,', meant: 'abc1234' }],
    [
      'punctuation after backticks',
      '`abc1234`.',
      { code: 'trailing-punctuation', typed: '`abc1234`.', meant: '`abc1234`' },
    ],
    ['punctuation in backticks', '`abc1234?`', { code: 'trailing-punctuation', typed: 'abc1234?', meant: 'abc1234' }],
    ['one backtick', '`abc1234', { code: 'unbalanced-quote', opener: '`', closer: '`' }],
    ['unequal backticks', '``abc1234`', { code: 'unbalanced-quote', opener: '`', closer: '`' }],
    ['two words in backticks', '`abc1234 to`', { code: 'unbalanced-quote', opener: '`', closer: '`' }],
    ['quotes', '"abc1234"', { code: 'quoted-argument', typed: 'abc1234' }],
    ['an issue number', '#12', { code: 'invalid-tag', typed: '#12' }],
  ])('%s: %s', (_, text, mistake) => {
    expect(parse(`/promote ${text}`)).toEqual({
      kind: 'mistake',
      verb: 'promote',
      form: 'short',
      hasId: false,
      mistake,
    });
  });
});

describe('valid options', () => {
  test.each<[string, string, object]>([
    ['an environment', 'to production', { environment: 'production' }],
    ['its name keeps its case', 'TO Production', { environment: 'Production' }],
    ['a reason', '--reason "fixes login"', { reason: 'fixes login' }],
    ['a reason with =', '--reason="fixes login"', { reason: 'fixes login' }],
    ['a flag in any case', '--REASON=x', { reason: 'x' }],
    ['a reason of one word', '--reason hotfix', { reason: 'hotfix' }],
    ['a reason that is a key word', '--reason force', { reason: 'force' }],
    ['single quotes', '--reason \'say "hi"\'', { reason: 'say "hi"' }],
    ['curly quotes', '--reason “fixes login”', { reason: 'fixes login' }],
    ['curly single quotes', '--reason=‘fixes login’', { reason: 'fixes login' }],
    ['right-hand quotes on both sides', '--reason ”fixes login”', { reason: 'fixes login' }],
    ['an apostrophe in curly quotes', '--reason “it’s "fixed" \'now\'”', { reason: 'it’s "fixed" \'now\'' }],
    ['an apostrophe in straight quotes', '--reason "it’s don\'t”"', { reason: "it’s don't”" }],
    ['an escaped quote', '--reason "say \\"hi\\""', { reason: 'say "hi"' }],
    ['an escaped backslash at the end', '--reason "C:\\\\"', { reason: 'C:\\' }],
    ['another backslash stays', '--reason "a\\nb"', { reason: 'a\\nb' }],
    ['an em dash for two dashes', '—reason “x”', { reason: 'x' }],
    ['an em dash inside the reason stays', '--reason "a — b"', { reason: 'a — b' }],
    ['key words inside the reason', '--reason "to as force --reason"', { reason: 'to as force --reason' }],
    ['a reason of 500 characters', `--reason "${'é'.repeat(500)}"`, { reason: 'é'.repeat(500) }],
    ['a version', 'as v1.2.3', { version: 'v1.2.3' }],
    ['a version gains its v', 'as 1.2.3', { version: 'v1.2.3' }],
    ['a pre-release', 'As 1.2.3-rc.1', { version: 'v1.2.3-rc.1' }],
    ['force, with its reason', 'FORCE --reason x', { force: true, reason: 'x' }],
    ['force after its reason', '--reason x force', { force: true, reason: 'x' }],
    [
      'all of them in one order',
      'to canary as v2.0.0 force --reason "x y"',
      { environment: 'canary', version: 'v2.0.0', force: true, reason: 'x y' },
    ],
    [
      'all of them in another order',
      '--reason "x y" force as 2.0.0 to canary',
      { environment: 'canary', version: 'v2.0.0', force: true, reason: 'x y' },
    ],
  ])('%s: %s', (_, text, options) => {
    expect(parse(`/promote staging-abc1234 ${text}`)).toEqual({
      kind: 'command',
      command: { kind: 'promote', form: 'short', source: COMMIT, ...BARE, ...options },
    });
  });
});

describe('invalid options', () => {
  test.each<[string, string, object]>([
    ['a second source', 'staging-def5678', { code: 'surplus-argument', typed: 'staging-def5678' }],
    ['an environment without to', 'production', { code: 'environment-without-to', typed: 'production' }],
    ['words of courtesy', 'please.', { code: 'surplus-argument', typed: 'please.' }],
    ['a quoted text without its flag', '"fixes login"', { code: 'surplus-argument', typed: 'fixes login' }],
    ['a full stop alone', '.', { code: 'trailing-punctuation', typed: '.', meant: '' }],
    ['a full stop after force', 'force.', { code: 'trailing-punctuation', typed: 'force.', meant: 'force' }],
    ['an unknown flag', '--force', { code: 'unknown-flag', typed: '--force' }],
    ['an unknown flag with a value', '--to=production', { code: 'unknown-flag', typed: '--to=production' }],
    ['two dashes alone', '-- reason', { code: 'unknown-flag', typed: '--' }],
    ['an em dash alone', '— thanks', { code: 'unknown-flag', typed: '—' }],
    ['one dash', '-reason "x"', { code: 'unknown-flag', typed: '-reason' }],
    ['a flag glued to its value', '--reason"x"', { code: 'unknown-flag', typed: '--reason"x"' }],
    ['to without an environment', 'to', { code: 'missing-argument', argument: 'environment' }],
    ['to before a key word', 'to as v1.2.3', { code: 'missing-argument', argument: 'environment' }],
    ['to before a flag', 'to --reason "x"', { code: 'missing-argument', argument: 'environment' }],
    ['as without a version', 'as', { code: 'missing-argument', argument: 'version' }],
    ['as before to', 'as to production', { code: 'missing-argument', argument: 'version' }],
    ['a flag without its reason', '--reason', { code: 'missing-argument', argument: 'reason' }],
    ['a flag before a flag', '--reason --force', { code: 'missing-argument', argument: 'reason' }],
    ['an empty reason', '--reason ""', { code: 'empty-reason' }],
    ['a blank reason', '--reason " \t"', { code: 'empty-reason' }],
    ['nothing after =', '--reason=', { code: 'empty-reason' }],
    [
      'a reason of 501 characters',
      `--reason "${'é'.repeat(501)}"`,
      { code: 'reason-too-long', length: 501, limit: 500 },
    ],
    [
      'a reason of several words without quotes',
      '--reason fixes login',
      { code: 'unquoted-reason', meant: 'fixes login' },
    ],
    ['the same behind an equals sign', '--reason=fixes login', { code: 'unquoted-reason', meant: 'fixes login' }],
    [
      'the same before another option',
      '--reason fixes login to canary',
      { code: 'unquoted-reason', meant: 'fixes login' },
    ],
    ['a word after a quoted reason', '--reason "fixes login" now', { code: 'environment-without-to', typed: 'now' }],
    ['an open quote', '--reason "fixes login', { code: 'unbalanced-quote', opener: '"', closer: '"' }],
    [
      'a quote closed by another kind',
      '--reason “fixes login"',
      { code: 'unbalanced-quote', opener: '“', closer: '”' },
    ],
    ['an escaped closer', '--reason "fixes login\\"', { code: 'unbalanced-quote', opener: '"', closer: '"' }],
    ['an open quote after =', "--reason='fixes", { code: 'unbalanced-quote', opener: "'", closer: "'" }],
    ['text glued to the closer', '--reason "fixes"login', { code: 'text-after-quote', typed: 'login' }],
    [
      'a full stop after the closer',
      '--reason "fixes".',
      { code: 'trailing-punctuation', typed: '"fixes".', meant: '"fixes"' },
    ],
    ['two environments', 'to production to production', { code: 'doubled-option', option: 'to' }],
    ['two reasons', '--reason a --REASON=b', { code: 'doubled-option', option: '--reason' }],
    ['two versions', 'as 1.0.0 AS 1.0.0', { code: 'doubled-option', option: 'as' }],
    ['force without a reason', 'force', { code: 'force-without-reason' }],
    ['force without a reason, among others', 'to canary force as 1.0.0', { code: 'force-without-reason' }],
    ['force with an empty reason', 'force --reason ""', { code: 'empty-reason' }],
    ['force twice', 'force Force', { code: 'doubled-option', option: 'force' }],
    ['a dot in an environment', 'to eu.west', { code: 'invalid-environment', typed: 'eu.west' }],
    [
      'a full stop after it',
      'to production.',
      { code: 'trailing-punctuation', typed: 'production.', meant: 'production' },
    ],
    ['a quoted environment', 'to "production"', { code: 'quoted-argument', typed: 'production' }],
    ['an environment in backticks', 'to `production`', { code: 'invalid-environment', typed: '`production`' }],
    ['a letter from elsewhere', 'to pr\u043ed', { code: 'invalid-environment', typed: 'pr\u043ed' }],
    ['a version of two numbers', 'as v1.2', { code: 'invalid-version', typed: 'v1.2', cause: 'not-semver' }],
    ['a leading zero', 'as 1.02.3', { code: 'invalid-version', typed: '1.02.3', cause: 'not-semver' }],
    [
      'a leading zero in a pre-release',
      'as 1.2.3-01',
      { code: 'invalid-version', typed: '1.2.3-01', cause: 'not-semver' },
    ],
    ['a capital V', 'as V1.2.3', { code: 'invalid-version', typed: 'V1.2.3', cause: 'not-semver' }],
    ['two letters v', 'as vv1.2.3', { code: 'invalid-version', typed: 'vv1.2.3', cause: 'not-semver' }],
    [
      'build metadata',
      'as 1.2.3+build.5',
      { code: 'invalid-version', typed: '1.2.3+build.5', cause: 'build-metadata' },
    ],
    ['a full stop after a version', 'as 1.2.3.', { code: 'trailing-punctuation', typed: '1.2.3.', meant: '1.2.3' }],
  ])('%s: %s', (_, text, mistake) => {
    expect(parse(`/promote staging-abc1234 ${text}`)).toMatchObject({ kind: 'mistake', verb: 'promote', mistake });
  });
});

describe('an environment before the source', () => {
  test.each([
    ['production', 'staging-abc1234'],
    ['Canary', 'abc1234'],
    ['eu', DIGEST],
    ['eu', `ghcr.io/acme/api@${DIGEST}`],
    ['eu', `${PAGE}/commit/abc1234`],
  ])('/promote %s %s', (environment, source) => {
    const mistake = { code: 'environment-first', environment, source };
    expect(parse(`/promote ${environment} ${source}`)).toMatchObject({ kind: 'mistake', mistake });
  });

  test('is not seen where the first word may be a source that lacks its hyphen', () => {
    const mistake = { code: 'surplus-argument', typed: 'abc1234' };
    expect(parse('/promote staging abc1234')).toMatchObject({ kind: 'mistake', mistake });
  });
});

describe('without a source', () => {
  test('only an environment lists its candidates', () => {
    expect(parse('/promote to canary')).toEqual({
      kind: 'command',
      command: { kind: 'promote', form: 'short', source: null, ...BARE, environment: 'canary' },
    });
  });

  test.each<[string, string, object]>([
    ['a source after the options', '/promote to production abc1234', { code: 'source-not-first', typed: 'abc1234' }],
    ['a source after a reason', '/promote --reason "x" abc1234', { code: 'source-not-first', typed: 'abc1234' }],
    ['a reason alone', '/promote --reason "x"', { code: 'missing-argument', argument: 'source' }],
    ['a version alone', '/promote as 1.2.3', { code: 'missing-argument', argument: 'source' }],
    ['force alone', '/promote force', { code: 'missing-argument', argument: 'source' }],
    ['to alone', '/promote to', { code: 'missing-argument', argument: 'environment' }],
    ['an unknown flag', '/promote --list', { code: 'unknown-flag', typed: '--list' }],
    ['a full stop', '/promote .', { code: 'trailing-punctuation', typed: '.', meant: '' }],
    ['a full stop on the verb', '/promote.', { code: 'trailing-punctuation', typed: 'promote.', meant: 'promote' }],
  ])('%s is a mistake', (_, text, mistake) => {
    expect(parse(text)).toMatchObject({ kind: 'mistake', verb: 'promote', mistake });
  });
});
