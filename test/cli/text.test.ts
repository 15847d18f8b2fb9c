// Text for terminals: columns that fit, the words of messages/ without their marks, colours only where they are wanted.
import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { layOut, wrapText } from '../../src/cli/render/columns.ts';
import { formatJson } from '../../src/cli/render/json.ts';
import { createTerminal, PLAIN } from '../../src/cli/render/output.ts';
import { renderPlain } from '../../src/cli/render/plain-markdown.ts';
import { widthOf } from './harness.ts';

describe('columns', () => {
  test('are as wide as their widest cell, with no blanks behind', () => {
    expect(layOut([['A', 'BB'], ['long', 'x'], ['y']], Infinity)).toEqual(['A     BB', 'long  x', 'y']);
  });

  test('are wrapped at blanks, the widest first', () => {
    const text = 'a sentence that is much too long for the place it has';
    const lines = layOut(
      [
        ['id', text],
        ['17', 'short'],
      ],
      30,
    );
    expect(lines).toEqual(['id  a sentence that is much', '    too long for the place it', '    has', '17  short']);
    expect(widthOf(lines.join('\n'))).toBeLessThanOrEqual(30);
  });

  test('do not break a word that is wider than its column: it may be copied', () => {
    expect(layOut([['x', 'sha256:0123456789abcdef']], 12)).toEqual(['x  sha256:0123456789abcdef']);
  });

  test('hold cells of several lines', () => {
    expect(
      layOut(
        [
          [['a', 'b'], 'x'],
          ['c', ['y', 'z']],
        ],
        Infinity,
      ),
    ).toEqual(['a  x', 'b', 'c  y', '   z']);
  });

  test('count neither escape codes nor halves of characters', () => {
    expect(
      layOut(
        [
          ['\u001b[31mred\u001b[39m', 'x'],
          ['𝒳𝒳𝒳𝒳', 'y'],
        ],
        Infinity,
      ),
    ).toEqual(['\u001b[31mred\u001b[39m   x', '𝒳𝒳𝒳𝒳  y']);
  });

  test('no rows are no lines', () => {
    expect(layOut([], 80)).toEqual([]);
  });

  test('a wrapped line keeps the indent of its text', () => {
    expect(wrapText('    one two three', 10)).toEqual(['    one', '    two', '    three']);
  });
});

describe('messages as plain text', () => {
  test.each([
    ['a paragraph', 'One\ntwo.', 'One\ntwo.\n'],
    ['bold and code', '**Bold** and `code` and ``a`b``.', 'Bold and code and a`b.\n'],
    ['escaped marks', String.raw`a\*b \[c\] &#124; d`, 'a*b [c] | d\n'],
    ['a link', 'See [the card](https://x.io/1).', 'See the card <https://x.io/1>.\n'],
    ['a list', 'Look:\n\n- one\n- two', 'Look:\n\n  - one\n  - two\n'],
    ['a fence', '```text\n/promote x\n```', '    /promote x\n'],
    ['HTML', '<sub>audit 1·ab</sub>', 'audit 1·ab\n'],
    ['a table', '| A | B |\n| :-- | :-- |\n| x | `yy` |', 'A  B\nx  yy\n'],
    ['nothing', '', ''],
  ])('%s', (_, source, text) => {
    expect(plain(source)).toBe(text);
  });

  test('long items are wrapped under their first word', () => {
    expect(plain('- one two three four', 14)).toBe('  - one two\n    three four\n');
  });
});

describe('JSON', () => {
  test('holds nothing that controls a terminal or is invisible, and parses to the same value', () => {
    const value = {
      'a\u{202E}b': ['\u{9B}31m', '\u{7F}', '\u{2028}', '\u{FEFF}\u{200B}', '\u{E0041}', '\u{1B}', 'Ü 𝕏'],
    };
    const text = formatJson(value);
    expect(text).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}]/u);
    expect(text).toContain('Ü 𝕏');
    expect(JSON.parse(text)).toEqual(value);
  });
});

describe('a terminal', () => {
  test('has colours and a width', () => {
    const terminal = createTerminal({ out: tty(100), err: tty(), env: {} });
    expect(terminal.width).toBe(100);
    expect(terminal.style.red('x')).toBe('\u001b[31mx\u001b[39m');
  });

  test.each([
    ['NO_COLOR is set', { NO_COLOR: '1' }],
    ['the terminal can not', { TERM: 'dumb' }],
  ])('has no colours where %s', (_, env) => {
    expect(createTerminal({ out: tty(), err: tty(), env }).style.red('x')).toBe('x');
  });

  test('an empty NO_COLOR has no effect', () => {
    expect(createTerminal({ out: tty(), err: tty(), env: { NO_COLOR: '' } }).style.red('x')).not.toBe('x');
  });

  test('a stream that is no terminal has neither colours nor a width, and no progress', () => {
    const err = new PassThrough();
    const terminal = createTerminal({ out: new PassThrough(), err, env: {} });
    terminal.progress('Reading …');
    expect({ width: terminal.width, red: terminal.style.red('x'), told: err.readableLength }).toEqual({
      width: Infinity,
      red: 'x',
      told: 0,
    });
  });

  test('shows progress on standard error only, and clears it', () => {
    const [out, err] = [new PassThrough(), tty()];
    const terminal = createTerminal({ out, err, env: {} });
    terminal.progress('Reading …');
    terminal.progress(null);
    expect(String(err.read())).toBe('\r\u001b[KReading …\r\u001b[K');
    expect(out.readableLength).toBe(0);
  });
});

function plain(source: string, width = 80): string {
  return renderPlain(source, { width, style: PLAIN });
}

function tty(columns?: number): PassThrough {
  return Object.assign(new PassThrough(), { isTTY: true, columns });
}
