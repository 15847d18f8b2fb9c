// What a line of the log can do where it is read, whatever it quotes.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonLogLine, prettyLogLine } from '../../../src/messages/log/log-line.ts';

const hostile = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      '\n',
      '\r',
      '\u{1B}',
      '\u{9B}',
      '\u{202E}',
      '\u{2028}',
      '\u{200B}',
      '\\',
      '\\n',
      '"',
      '"msg":"',
      '}',
    ),
    fc.string({ unit: 'binary', maxLength: 1 }),
  ),
});

test('a line in JSON keeps its value, in visible characters', () => {
  fc.assert(
    fc.property(hostile, hostile, (problem, msg) => {
      const line = jsonLogLine(`${JSON.stringify({ problem, msg })}\n`);
      expect(line.slice(0, -1)).not.toMatch(/[\p{Cc}\p{Bidi_Control}\u{2028}\u{2029}]/u);
      expect(JSON.parse(line)).toEqual({ problem, msg });
    }),
  );
});

test('a line for people holds printable texts: a message without line ends, and no foreign line ends in the rest', () => {
  fc.assert(
    fc.property(hostile, hostile, (stack, msg) => {
      const line = prettyLogLine(`${JSON.stringify({ err: { stack }, msg })}\n`);
      const read: { readonly err: { readonly stack: string }; readonly msg: string } = JSON.parse(line);
      expect(read.msg).not.toMatch(/[\p{Cc}\p{Bidi_Control}\u{2028}\u{2029}]/u);
      expect(read.err.stack).not.toMatch(/(?!\n)[\p{Cc}\p{Bidi_Control}\u{2028}\u{2029}]/u);
      expect(read.err.stack.split('\n').length).toBe(stack.split('\n').length);
    }),
  );
});

test.each([
  ['an escape code', 'a\u{1B}[31mb', String.raw`a\u001b[31mb`],
  ['a carriage return', 'a\rb', String.raw`a\rb`],
  ['a line end', 'a\nb', String.raw`a\nb`],
  ['a path', String.raw`C:\repo\new`, String.raw`C:\repo\new`],
  ['quotes', '"a"', '"a"'],
  ['plain words', 'Ü 𝕏 is fine', 'Ü 𝕏 is fine'],
])('%s in a message', (_name, msg, shown) => {
  const read: { readonly msg: string } = JSON.parse(prettyLogLine(`${JSON.stringify({ level: 30, msg })}\n`));
  expect(read.msg).toBe(shown);
});
