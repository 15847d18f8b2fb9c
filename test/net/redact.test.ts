// Which parts of a text are credentials.
import { expect, test } from 'vitest';
import { redact } from '../../src/net/redact.ts';

const SECRET = 'a-long-Secret/of+many=characters';
const INSTALLATION = `ghs_${'aB3_'.repeat(30)}.${'x-Y'.repeat(90)}.${'z_9'.repeat(40)}`;

test.each([
  ['a secret', `before ${SECRET} after`, 'before [secret] after'],
  ['a secret twice', `${SECRET},${SECRET}`, '[secret],[secret]'],
  ['a secret that was cut off', `token ${SECRET.slice(0, 20)}… is wrong`, 'token [secret]… is wrong'],
  ['the first twelve characters of a secret', `"${SECRET.slice(0, 12)}"`, '"[secret]"'],
  ['eleven characters of a secret, which may be a word', SECRET.slice(0, 11), SECRET.slice(0, 11)],
  ['a short secret', 'it is s3cret, really', 'it is [secret], really'],
  ['an installation token', `no rights for ${INSTALLATION}!`, 'no rights for [secret]!'],
  ['a classic token', `ghp_${'a'.repeat(36)}`, '[secret]'],
  ['a fine-grained token', `github_pat_11AAAAAAA_${'a'.repeat(59)}`, '[secret]'],
  ['a token of a kind that is to come', `ghz_${'a'.repeat(36)}`, '[secret]'],
  ['a token in base64', Buffer.from(INSTALLATION).toString('base64'), '[secret]'],
  [
    'a fine-grained token in base64',
    Buffer.from(`github_pat_11AA_${'a'.repeat(59)}`).toString('base64url'),
    '[secret]',
  ],
  ['a JSON web token', 'Bearer eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiI3NyJ9.c2lnbmF0dXJl-_', 'Bearer [secret]'],
  ['a private key', '-----BEGIN RSA PRIVATE KEY-----\nMIIE+/=\nabc\n-----END RSA PRIVATE KEY-----.', '[secret].'],
  [
    'a private key in JSON',
    String.raw`"-----BEGIN PRIVATE KEY-----\nMIIE+/=\nabc\n-----END PRIVATE KEY-----\n"`,
    String.raw`"[secret]\n"`,
  ],
  ['a private key that was cut off', '"-----BEGIN PRIVATE KEY-----\nMIIEvQ', '"[secret]'],
  ['a tag and a commit', 'staging-abc1234 of abc1234def', 'staging-abc1234 of abc1234def'],
  ['names with an underline', 'gh_actions ghs_short', 'gh_actions ghs_short'],
])('%s', (_name, text, expected) => {
  expect(redact(text, [SECRET, 's3cret', ''])).toBe(expected);
});

test('a secret that begins as another does not leave the rest of the longer one', () => {
  expect(redact('x secretsecret12345 y', ['secretsecret12', 'secretsecret12345'])).toBe('x [secret] y');
});
