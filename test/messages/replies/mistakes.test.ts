// The words for a command that is wrong: one sentence about the mistake, then the legal form.
import { expect, test } from 'vitest';
import { COMMANDS, type CommandMistake } from '../../../src/domain/command.ts';
import { renderMistake } from '../../../src/messages/replies/mistakes.ts';
import { plainTexts, withNamed } from '../rendered.ts';

test.each<[CommandMistake]>([
  [{ code: 'unknown-verb', typed: 'deploy' }],
  [{ code: 'unknown-flag', typed: '--yes' }],
  [{ code: 'invisible-character', typed: 'staging-abc1234', seen: 'U+200B' }],
  [{ code: 'missing-argument', argument: 'source' }],
  [{ code: 'missing-argument', argument: 'environment' }],
  [{ code: 'missing-argument', argument: 'version' }],
  [{ code: 'missing-argument', argument: 'reason' }],
  [{ code: 'missing-argument', argument: 'target' }],
  [{ code: 'surplus-argument', typed: 'please' }],
  [{ code: 'environment-without-to', typed: 'production' }],
  [{ code: 'environment-first', environment: 'production', source: 'staging-abc1234' }],
  [{ code: 'rollback-without-reason', meant: 'production' }],
  [{ code: 'rollback-without-reason', meant: '' }],
  [{ code: 'unquoted-reason', meant: 'fixes the login page' }],
  [{ code: 'source-not-first', typed: 'staging-abc1234' }],
  [{ code: 'quoted-argument', typed: 'staging' }],
  [{ code: 'doubled-option', option: '--reason' }],
  [{ code: 'force-without-reason' }],
  [{ code: 'target-without-to', typed: 'main-staging-abc1234' }],
  [{ code: 'unbalanced-quote', opener: '“', closer: '”' }],
  [{ code: 'text-after-quote', typed: '"a"b' }],
  [{ code: 'trailing-punctuation', typed: 'P12.', meant: 'P12' }],
  [{ code: 'trailing-punctuation', typed: '.', meant: '' }],
  [{ code: 'invalid-tag', typed: 'staging/x' }],
  [{ code: 'invalid-digest', typed: 'sha256:ABC' }],
  [{ code: 'unknown-url', typed: 'https://github.com/acme/api/pull/12' }],
  [{ code: 'link-as-source', meant: 'https://github.com/acme/api/commit/abc1234' }],
  [{ code: 'reference-without-tag', typed: 'ghcr.io/acme/api' }],
  [{ code: 'commit-as-target', typed: 'acme/api@abc1234' }],
  [{ code: 'hex-length', typed: 'abc12', length: 5 }],
  [{ code: 'hex-length', typed: 'a'.repeat(64), length: 64 }],
  [{ code: 'invalid-environment', typed: 'a.b' }],
  [{ code: 'invalid-version', typed: '1.02.3', cause: 'not-semver' }],
  [{ code: 'invalid-version', typed: 'v1.2.3+4', cause: 'build-metadata' }],
  [{ code: 'id-without-p', typed: '#12', meant: 'P12' }],
  [{ code: 'invalid-id', typed: 'P0' }],
  [{ code: 'empty-reason' }],
  [{ code: 'reason-too-long', length: 501, limit: 500 }],
  [{ code: 'half-command', next: 'to production' }],
])('a mistake has one sentence: %j', (mistake) => {
  const text = renderMistake({ verb: 'promote', mistake });
  const [sentence = '', form] = text.split('\n\n');
  expect(sentence).toMatchSnapshot();
  expect(form).toContain(`\`${COMMANDS.promote.usage}\``);
  expect(form).toContain(`\`${COMMANDS.promote.example}\``);
});

test('a mistake shows what was typed as code only, and cuts a long text', () => {
  const typed = '@acme/all`<b>'.repeat(2000);
  const text = renderMistake({ verb: 'status', mistake: { code: 'surplus-argument', typed } });
  expect(text.length).toBeLessThan(300);
  expect(plainTexts(text).filter((plain) => /[@<]/.test(plain))).toEqual([]);
});

test('a mistake shows the usage of its own verb', () => {
  const text = renderMistake({ verb: 'rollback', mistake: { code: 'target-without-to', typed: 'P12' } });
  const { usage, example } = COMMANDS.rollback;
  const [sentence = '', form = ''] = text.split('\n\n');
  expect(sentence).toMatch(/^`\/rollback` .*`to P12`/);
  expect(withNamed(form, { usage, example })).toMatchSnapshot();
});
