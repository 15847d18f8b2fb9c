// A label that holds a credential warns, and the credential is shown nowhere.
import { expect, test } from 'vitest';
import { known, SOURCE_LABEL } from '../../../../src/domain/image/image-facts.ts';
import { credentialsInLabel } from '../../../../src/domain/rules/labels/credentials-in-label.ts';
import { source } from '../../../../src/domain/rules/source.ts';
import { config, facts, judge, platform, ruleContext, unread } from '../../build.ts';

const TOKEN = `ghs_${'a1B2'.repeat(9)}`;

test.each([
  ['a token in the user part of a URL', `https://x-access-token:${TOKEN}@github.com/acme/dotca.git`],
  ['a token alone', TOKEN],
  ['a password in a URL', 'https://user:hunter2hunter2@example.com/x'],
  ['a JSON web token', 'eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiI3NyJ9.c2lnbmF0dXJl'],
])('%s warns', (_name, value) => {
  const platforms = [platform({ config: known(config({ labels: { 'build.url': value, team: 'web' } })) })];
  const findings = judge(credentialsInLabel, facts({ platforms }), ruleContext());
  expect(findings).toMatchObject([{ outcome: 'warn', seen: { code: 'credentials', labels: ['build.url'] } }]);
});

test.each(['https://github.com/acme/dotca', 'git@github.com:acme/dotca.git', 'https://ada@github.com/acme/dotca', ''])(
  '%j is no credential',
  (value) => {
    const platforms = [platform({ config: known(config({ labels: { [SOURCE_LABEL]: value } })) })];
    expect(judge(credentialsInLabel, facts({ platforms }), ruleContext())).toEqual([]);
  },
);

test('an annotation counts as a label does', () => {
  const platforms = [platform({ config: known(config({})), annotations: [{ [SOURCE_LABEL]: TOKEN }] })];
  expect(judge(credentialsInLabel, facts({ platforms }), ruleContext())).toHaveLength(1);
});

test('of an image that could not be read it says nothing', () => {
  const platforms = [platform({ config: unread('HTTP 502') })];
  expect(judge(credentialsInLabel, facts({ platforms }), ruleContext())).toEqual([]);
  expect(judge(credentialsInLabel, facts({ contents: unread('HTTP 502') }), ruleContext())).toEqual([]);
});

test('what another rule shows of the label is without the credential', () => {
  const label = `https://x-access-token:${TOKEN}@github.com/evil/other.git`;
  const platforms = [platform({ config: known(config({ labels: { [SOURCE_LABEL]: label } })) })];
  const ownership = known({ claim: 'owned', repoId: 1, names: ['acme/dotca'], proving: ['acme/dotca'] } as const);
  const findings = judge(source, facts({ platforms, ownership }), ruleContext());
  expect(findings).toMatchObject([{ outcome: 'fail', seen: { label: expect.stringContaining('[secret]') } }]);
  expect(JSON.stringify(findings)).not.toContain(TOKEN);
});
