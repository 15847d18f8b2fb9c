// Text from outside can't become anything but text and code, wherever it is put.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { code, escapeText, link, mention } from '../../src/messages/escape.ts';
import { blockKinds, githubWouldLink, inlineKinds, plainTexts, shownText } from './rendered.ts';

function renderTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => ':--'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

const HARMLESS = new Set(['text', 'code_inline']);
const LONG = { maxLength: 10_000 };

/** Words that mean something to Markdown or GitHub, glued together in any way. */
const hostileText = fc
  .array(
    fc.oneof(
      fc.constantFrom('@alice', '@acme/team', '#12', 'GH-7', 'acme/api#3', 'a@b.co', '1234567', 'deadbeefcafe', '`'),
      fc.constantFrom(
        '```',
        '~~~',
        '**',
        '_',
        '[',
        '](',
        ')',
        '![',
        '<',
        '>',
        '<b>',
        '</details>',
        '<!--',
        '-->',
        '&lt;',
      ),
      fc.constantFrom(
        'https://evil.example',
        'www.evil.example',
        'evil.io',
        '//evil.io',
        'mailto:a@b.co',
        'javascript:x',
      ),
      fc.constantFrom(
        '\n',
        '\r\n',
        '\n\n',
        ' ',
        '    ',
        '\t',
        '\u{2028}',
        '|',
        '\\',
        '\\`',
        '---',
        '===',
        '- ',
        '1. ',
        '#',
      ),
      fc.constantFrom(
        '\u{202E}',
        '\u{200B}',
        '\u{0}',
        '\u{FEFF}',
        ':tada:',
        '$x$',
        '[^1]',
        ':',
        '.',
        'a',
        'Ü',
        '!',
        '"',
      ),
      fc.string({ unit: 'grapheme', maxLength: 8 }),
      fc.string({ unit: 'binary', maxLength: 4 }),
    ),
    { maxLength: 14 },
  )
  .map((parts) => parts.join(''));

/** Markdown around the text, and the block kinds it has when the text is a plain word. */
const PLACES: readonly (readonly [string, (text: string) => string])[] = [
  ['at the start of a line', (text) => text],
  ['in the middle of a paragraph', (text) => `before\n${text}\nafter`],
  [
    'in a table cell',
    (text) =>
      renderTable(
        ['a', 'b'],
        [
          [text, 'c'],
          ['d', text],
        ],
      ),
  ],
  ['in a list item', (text) => `- ${text}`],
  ['in a heading', (text) => `### ${text}`],
];

describe.each(PLACES)('text %s', (_, put) => {
  test('becomes only text and code, and GitHub links nothing in it', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const source = put(escapeText(text, LONG));
        const kinds = [...inlineKinds(source)].filter((kind) => kind !== 'softbreak' && !HARMLESS.has(kind));
        expect({ source, kinds }).toEqual({ source, kinds: [] });
        expect({
          source,
          linked: plainTexts(source)
            .map(githubWouldLink)
            .filter((found) => found !== null),
        }).toEqual({
          source,
          linked: [],
        });
      }),
      { numRuns: 2000 },
    );
  });

  test('opens no block of its own', () => {
    fc.assert(
      fc.property(
        hostileText.filter((text) => shownText(escapeText(text, LONG)) !== ''),
        (text) => {
          const source = put(escapeText(text, LONG));
          expect({ source, blocks: blockKinds(source) }).toEqual({ source, blocks: blockKinds(put('word')) });
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('stays in its code when it is shown as code', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const source = put(code(text));
        const rest = plainTexts(source)
          .join(' ')
          .replace(/before|after|[acbd ]|\(empty\)/g, '');
        expect({ source, rest, blocks: blockKinds(source) }).toEqual({
          source,
          rest: '',
          blocks: blockKinds(put('word')),
        });
      }),
      { numRuns: 2000 },
    );
  });
});

test('text in a table cell keeps its cell', () => {
  fc.assert(
    fc.property(hostileText, (text) => {
      const source = renderTable(['first', 'second'], [[escapeText(text, LONG), 'last']]);
      expect(shownText(source).endsWith('last')).toBe(true);
    }),
  );
});

test('no text exceeds its limit, and cutting never makes it harmful', () => {
  fc.assert(
    fc.property(hostileText, fc.integer({ min: 1, max: 30 }), (text, maxLength) => {
      const source = escapeText(text, { maxLength });
      expect(Array.from(shownText(source)).length).toBeLessThanOrEqual(maxLength);
      expect(
        plainTexts(source)
          .map(githubWouldLink)
          .every((found) => found === null),
      ).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

test.each([
  [
    'plain words stay as they are',
    'fixes the login page (again), 3.5% faster',
    'fixes the login page (again), 3.5% faster',
  ],
  ['a mention is code', 'ask @alice, please', 'ask `@alice`, please'],
  ['a team mention is code', '(cc @acme/ops)', '(cc `@acme/ops`)'],
  ['an issue number is code', 'see #12.', 'see `#12`.'],
  ['an issue of another repository is code', 'acme/api#3', '`acme/api#3`'],
  ['the GH- form of an issue is code', 'gh-12', '`gh-12`'],
  ['a commit id is code', 'reverts deadbeef1', 'reverts `deadbeef1`'],
  ['an address is code', 'https://github.com/acme/api', '`https://github.com/acme/api`'],
  ['an address without scheme is code', 'ghcr.io/acme/api', '`ghcr.io/acme/api`'],
  ['an emoji code is code', ':shipit:', '`:shipit:`'],
  ['HTML is shown as it is', '<img src=x>', '\\<img src=x\\>'],
  ['emphasis is escaped', '*very* _much_ ~~so~~', '\\*very\\* \\_much\\_ \\~\\~so\\~\\~'],
  ['a link is code', '[x](https://e.io)', '`[x](https://e.io`)'],
  ['a picture is code', '![x](https://e.io/p.png)', '`![x](https://e.io/p.png`)'],
  ['an entity is not decoded', '&lt;b&gt;', '\\&lt;b\\&gt;'],
  ['a bar does not split a table', 'a|b', 'a&#124;b'],
  ['line ends are blanks', 'one\r\ntwo\n\n  three', 'one two three'],
  ['a heading is none', '# big', '`#` big'],
  ['a list is none', '- item', '\\- item'],
  ['a numbered list is none', '1. item', '1\\. item'],
  ['an underline is none', '===', '\\==='],
  ['direction marks are made visible', 'user\u{202E}nimda', 'user\u{FFFD}nimda'],
  ['zero-width characters are dropped, and what they hid is seen', '@\u{200B}alice', '`@alice`'],
  ['control characters are made visible', 'a\u{0}b\u{1B}c', 'a\u{FFFD}b\u{FFFD}c'],
  ['stacked accents are cut', `a${'\u{301}'.repeat(50)}`, `a${'\u{301}'.repeat(4)}`],
  ['half a character is replaced', '\u{D83D}', '\u{FFFD}'],
  ['nothing stays nothing', ' \n ', ''],
])('%s', (_, text, expected) => {
  expect(escapeText(text, LONG)).toBe(expected);
});

test.each([
  ['a word is in single backticks', 'main', '`main`'],
  ['backticks get a longer fence', 'a`b``c', '```a`b``c```'],
  ['backticks at the edge get blanks', '`main`', '`` `main` ``'],
  ['line ends are blanks', 'a\nb', '`a b`'],
  ['a bar becomes a broken bar, which splits no table', 'a|b', '`a¦b`'],
  ['nothing is said to be nothing', '\u{200B}', '(empty)'],
])('code: %s', (_, text, expected) => {
  expect(code(text)).toBe(expected);
});

test('long text ends in an ellipsis, and no character is cut in two', () => {
  expect(escapeText('héllo wörld 🚀🚀🚀', { maxLength: 14 })).toBe('héllo wörld 🚀…');
  expect(code('x'.repeat(400)).length).toBe(302);
});

test.each([
  ['a login is mentioned', 'maria', '@maria'],
  ['a login of an enterprise is mentioned', 'maria_acme', '@maria_acme'],
  ['a bot is not', 'renovate[bot]', '`renovate[bot]`'],
  ['no text that only looks like one', 'maria @acme/all', '`maria @acme/all`'],
])('mention: %s', (_, login, expected) => {
  expect(mention(login)).toBe(expected);
});

test('an address can’t end its link early', () => {
  expect(link('run', 'https://github.com/a) [x](https://evil.io')).toBe(
    '[run](https://github.com/a%29%20[x]%28https://evil.io)',
  );
});
