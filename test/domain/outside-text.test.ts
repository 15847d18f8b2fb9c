// Credentials in labels and error messages: which are replaced, and that a hostile label can't stop the process.
import { expect, test } from 'vitest';
import { withoutCredentials } from '../../src/domain/outside-text.ts';

test.each([
  ['https://ada:hunter2@git.example.com/x', 'https://ada:[secret]@git.example.com/x'],
  [
    'see git+ssh://ada:hunter2@git.example.com, and http://:pw@b',
    'see git+ssh://ada:[secret]@git.example.com, and http://:[secret]@b',
  ],
  ['1https://ada:hunter2@x', '1https://ada:[secret]@x'],
  ['HTTPS://ada:a:b@x', 'HTTPS://ada:[secret]@x'],
  ['https://ada:[secret]@x', 'https://ada:[secret]@x'],
])('the password of %s is replaced', (text, redacted) => {
  expect(withoutCredentials(text)).toBe(redacted);
});

test.each(['https://git.example.com:443/ada@x', '://ada:hunter2@x', '1://ada:hunter2@x', 'https://ada@x', 'a:b@c'])(
  '%s has no password',
  (text) => {
    expect(withoutCredentials(text)).toBe(text);
  },
);

test.each(['x', 'A', ' ', '://', 'a://', 'x://a:', '://a', 'eyJ', 'ghp_', 'Z2hwX', '-----BEGIN ', 'a-'])(
  'ten megabytes of %j take less than two seconds',
  (part) => {
    const text = part.repeat(10_000_000 / part.length);
    const before = process.threadCpuUsage();
    withoutCredentials(text);
    const { user, system } = process.threadCpuUsage(before);
    expect((user + system) / 1e6).toBeLessThan(2);
  },
);

test.each(['ghp_', 'Z2hwX', 'eyJ', 'eyJhbGciOiJSUzI.', '-----BEGIN PRIVATE KEY-----'])(
  'a token that begins with %s is replaced, and be it ten megabytes long',
  (beginning) => {
    expect(withoutCredentials(`a ${beginning}${'x'.repeat(10_000_000)}`)).toBe('a [secret]');
  },
);
