// `/rollback`: its environment, its targets, its reason, and every way to get them wrong.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCommandLine, type ParsedLine } from '../../src/domain/command.ts';

const parse = (text: string): ParsedLine => parseCommandLine({ text, line: 1, next: null });
const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;
const COMMIT = 'abc1234';

describe('a valid rollback', () => {
  test.each<[string, string, object]>([
    ['only the reason', '--reason "login fails"', { reason: 'login fails' }],
    ['an environment', 'production --reason x', { environment: 'production' }],
    ['its name keeps its case', 'Canary-eu_1 --reason x', { environment: 'Canary-eu_1' }],
    ['a name of hex letters is a name', 'facade --reason x', { environment: 'facade' }],
    ['a short name with digits is a name', 'eu1 --reason x', { environment: 'eu1' }],
    ['a name that only begins like a tag', 'staging --reason x', { environment: 'staging' }],
    ['a promotion', 'to P12 --reason x', { target: { kind: 'promotion', number: 12 } }],
    ['a promotion in lower case and backticks', 'to `p12` --reason x', { target: { kind: 'promotion', number: 12 } }],
    ['a digest', `to ${DIGEST} --reason x`, { target: { kind: 'digest', digest: DIGEST } }],
    [
      'a rollback tag',
      'to rollback-20261124-063300-release --reason x',
      { target: { kind: 'tag', tag: 'rollback-20261124-063300-release' } },
    ],
    ['a kept tag', `to main-staging-${COMMIT} --reason x`, { target: { kind: 'tag', tag: `main-staging-${COMMIT}` } }],
    ['a version', 'to v1.2.3 --reason x', { target: { kind: 'tag', tag: 'v1.2.3' } }],
    ['any tag, its case kept', 'to Rel_1.x --reason x', { target: { kind: 'tag', tag: 'Rel_1.x' } }],
    ['a tag that is a key word of others', 'to force --reason x', { target: { kind: 'tag', tag: 'force' } }],
    [
      'all of them',
      'production to P12 --reason "x y"',
      { environment: 'production', target: { kind: 'promotion', number: 12 }, reason: 'x y' },
    ],
    [
      'all of them in another order and spelling',
      'production —REASON=“x y” TO P12',
      { environment: 'production', target: { kind: 'promotion', number: 12 }, reason: 'x y' },
    ],
  ])('%s: %s', (_, text, given) => {
    expect(parse(`/rollback ${text}`)).toEqual({
      kind: 'command',
      command: { kind: 'rollback', form: 'short', environment: null, target: null, reason: 'x', ...given },
    });
  });

  test('the long form, in any case', () => {
    expect(parse('/Imprimatur RollBack --reason x')).toMatchObject({ command: { kind: 'rollback', form: 'long' } });
  });
});

describe('a target where an environment belongs says "to"', () => {
  test.each([
    ['a promotion', 'P12'],
    ['a promotion in lower case', 'p3'],
    ['a digest', DIGEST],
    ['a digest cut short', 'sha256:0123456789ab'],
    ['a rollback tag', 'rollback-20261124-063300-release'],
    ['a kept tag', `main-staging-${COMMIT}`],
    ['a staging tag', `staging-${COMMIT}`],
    ['a hotfix tag', `hotfix-${COMMIT}`],
    ['a version', 'v1.2.3'],
    ['a version without its v', '1.2.3-rc.1'],
    ['a short commit', COMMIT],
    ['a commit in capitals', 'ABC1234'],
    ['a full commit', 'abcdef1234'.repeat(4)],
  ])('%s: %s', (_, typed) => {
    const mistake = { code: 'target-without-to', typed };
    expect(parse(`/rollback ${typed} --reason x`)).toMatchObject({ kind: 'mistake', verb: 'rollback', mistake });
    expect(parse(`/rollback \`${typed}\``)).toMatchObject({ mistake });
    expect(parse(`/rollback production ${typed} --reason x`)).toMatchObject({ mistake });
    expect(parse(`/rollback --reason x ${typed}`)).toMatchObject({ mistake });
  });

  test('but not if a target is given already: then it is an extra word', () => {
    const mistake = { code: 'surplus-argument', typed: 'P11' };
    expect(parse('/rollback to P12 P11 --reason x')).toMatchObject({ mistake });
    expect(parse('/rollback production P11 to P12 --reason x')).toMatchObject({ mistake });
  });
});

describe('an invalid rollback', () => {
  test.each<[string, string, object]>([
    ['nothing at all', '', { code: 'rollback-without-reason', meant: '' }],
    ['no reason', 'production to P12', { code: 'rollback-without-reason', meant: 'production to P12' }],
    ['only an environment', 'production', { code: 'rollback-without-reason', meant: 'production' }],
    ['a flag without its reason', '--reason', { code: 'missing-argument', argument: 'reason' }],
    ['an empty reason', '--reason ""', { code: 'empty-reason' }],
    ['a long reason', `--reason ${'é'.repeat(501)}`, { code: 'reason-too-long', length: 501, limit: 500 }],
    ['a reason without quotes', '--reason login fails', { code: 'unquoted-reason', meant: 'login fails' }],
    ['a reason without its flag', '"login fails"', { code: 'quoted-argument', typed: 'login fails' }],
    ['to without a target', '--reason x to', { code: 'missing-argument', argument: 'target' }],
    ['to before a flag', 'to --reason x', { code: 'missing-argument', argument: 'target' }],
    ['to before to', 'to to P12 --reason x', { code: 'missing-argument', argument: 'target' }],
    ['a quoted target', 'to "P12" --reason x', { code: 'quoted-argument', typed: 'P12' }],
    ['a bare number as target', 'to 12 --reason x', { code: 'id-without-p', typed: '12', meant: 'P12' }],
    ['an issue number as target', 'to #12 --reason x', { code: 'id-without-p', typed: '#12', meant: 'P12' }],
    ['P0', 'to P0 --reason x', { code: 'invalid-id', typed: 'P0' }],
    ['a short digest', 'to sha256:abc --reason x', { code: 'invalid-digest', typed: 'sha256:abc' }],
    ['an image without to', 'api:v1 --reason x', { code: 'target-without-to', typed: 'api:v1' }],
    [
      'an image without a tag',
      'to ghcr.io/acme/api --reason x',
      { code: 'reference-without-tag', typed: 'ghcr.io/acme/api' },
    ],
    ['a commit', 'to acme/api@abc1234 --reason x', { code: 'commit-as-target', typed: 'acme/api@abc1234' }],
    ['a placeholder', 'to <tag> --reason x', { code: 'invalid-tag', typed: '<tag>' }],
    ['a comma after a target', 'to P12, --reason x', { code: 'trailing-punctuation', typed: 'P12,', meant: 'P12' }],
    ['one backtick', 'to `v1.2.3 --reason x', { code: 'unbalanced-quote', opener: '`', closer: '`' }],
    ['a bare number as environment', '12 --reason x', { code: 'id-without-p', typed: '12', meant: 'P12' }],
    ['P0 as environment', 'P0 --reason x', { code: 'invalid-id', typed: 'P0' }],
    ['a dot in an environment', 'eu.west --reason x', { code: 'invalid-environment', typed: 'eu.west' }],
    ['an environment in backticks', '`production` --reason x', { code: 'invalid-environment', typed: '`production`' }],
    [
      'a full stop after an environment',
      'production. --reason x',
      { code: 'trailing-punctuation', typed: 'production.', meant: 'production' },
    ],
    ['a full stop after to', 'production to. P12', { code: 'trailing-punctuation', typed: 'to.', meant: 'to' }],
    ['two environments', 'production canary --reason x', { code: 'surplus-argument', typed: 'canary' }],
    [
      'an environment after the target',
      'to P12 production --reason x',
      { code: 'surplus-argument', typed: 'production' },
    ],
    ['two targets', 'to P12 to P11 --reason x', { code: 'doubled-option', option: 'to' }],
    ['two reasons', '--reason a --reason=b', { code: 'doubled-option', option: '--reason' }],
    ['a version to give', 'production as v1.2.3 --reason x', { code: 'surplus-argument', typed: 'as' }],
    ['force', 'production force --reason x', { code: 'surplus-argument', typed: 'force' }],
    ['an unknown flag', '--to P12', { code: 'unknown-flag', typed: '--to' }],
    ['an open quote', '--reason "login fails', { code: 'unbalanced-quote', opener: '"', closer: '"' }],
  ])('%s: %s', (_, text, mistake) => {
    expect(parse(`/rollback ${text}`)).toMatchObject({ kind: 'mistake', verb: 'rollback', mistake });
  });

  test('a target in the next line', () => {
    const parsed = parseCommandLine({ text: '/rollback --reason x', line: 1, next: 'to P12' });
    expect(parsed).toMatchObject({ kind: 'mistake', mistake: { code: 'half-command', next: 'to P12' } });
  });
});

test('any accepted rollback has a reason, and no target in the place of an environment', () => {
  const words = fc.constantFrom(
    'production',
    'to',
    'P12',
    'v1.2.3',
    DIGEST,
    COMMIT,
    '--reason',
    '"x y"',
    '--reason=x',
    '12',
  );
  fc.assert(
    fc.property(fc.array(words, { maxLength: 6 }), (line) => {
      const parsed = parse(`/rollback ${line.join(' ')}`);
      if (parsed.kind !== 'command') return;
      expect(parsed.command).toMatchObject({ kind: 'rollback', reason: expect.stringMatching(/./) });
      expect(parsed.command).toHaveProperty('environment', line[0] === 'production' ? 'production' : null);
    }),
  );
});
