// Whatever stands in a comment: read in time, and no command where another reader of Markdown sees none.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseComment } from '../../src/domain/command.ts';
import { readCommandLines } from '../../src/comments/command-lines.ts';
import { fuzz, swiftly } from './campaign.ts';
import { HOSTILE_TEXTS, repeated } from './hostile.ts';
import { isMisread, readPlainLines } from './second-reading.ts';

const MAX_BODY_LENGTH = 65_536;

const MARKS = [
  [
    '> ',
    '     > ',
    '- ',
    '1. ',
    '* ',
    '# ',
    '---',
    '===',
    '|',
    '|-|',
    '`',
    '``',
    '```',
    '~~~',
    '    ',
    '   ',
    ' ',
    '\t',
  ],
  ['[', ']', '(', ')', ']: ', '](', '![', '[a]', '[a]: b', '<', '>', '</', '<!--', '-->', '<?', '?>', '<![CDATA['],
  [']]>', '<details>', '</details>', '<pre>', '</pre>', '<b', '<b>', '</b>', '<br>', '<a href="', '<http:a', '<a@b.c>'],
  ['\\', '&amp;', '*', '**', '_', '"', "'", 'word', '1)', '+', ':-:', '$$', '[^1]', '[ ]'],
].flat();
const COMMANDS = [
  ['/promote staging', '/promote staging-abc1234 force --reason "x', '/approve', '/approve P1', '/reject P1 no'],
  ['/imprimatur promote', '/rollback P1 --reason \u201cx\u201d', '/status', '/', '//', '/promote --reason "'],
].flat();

const piece = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('\n', '\n', '\n', '\n\n', '\r\n', '\r') },
  { weight: 6, arbitrary: fc.constantFrom(...MARKS) },
  { weight: 3, arbitrary: fc.constantFrom(...COMMANDS) },
  { weight: 1, arbitrary: fc.constantFrom(...HOSTILE_TEXTS) },
);
const bodies = fc.oneof(
  fc.array(piece, { maxLength: 40 }).map((parts) => parts.join('')),
  fc
    .array(fc.array(piece, { maxLength: 5 }), { maxLength: 12 })
    .map((lines) => lines.map((line) => line.join('')).join('\n')),
  fc.string({ unit: 'binary', maxLength: 300 }),
);

/** As long as GitHub lets them be, of a few parts that come again and again. */
const giants = fc
  .array(
    repeated(
      fc.array(piece, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('')),
      MAX_BODY_LENGTH,
    ),
    {
      minLength: 1,
      maxLength: 4,
    },
  )
  .map((parts) => parts.join('').slice(0, MAX_BODY_LENGTH));

test('a line that is run begins as plain text for another Markdown parser too', () => {
  expect(
    fuzz(bodies, {
      runs: 4000,
      examine: (body) => {
        const { lines } = readCommandLines(body);
        parseComment(lines);
        if (lines.length === 0 || isMisread(body)) return;
        const plain = readPlainLines(body);
        expect(lines.filter(({ line }) => !plain.has(line))).toEqual([]);
      },
    }),
  ).toBeNull();
});

test('the largest body is read within the limit', () => {
  expect(
    fuzz(giants, {
      runs: 150,
      examine: (body) => {
        const parsed = swiftly(() => parseComment(readCommandLines(body).lines));
        expect(['items', 'too-many']).toContain(parsed.kind);
      },
    }),
  ).toBeNull();
});

test.each(['> > \n/promote staging\n', '> # a\n/a\n', '> ~~~\na\n', '* > //\n'])(
  '%j over and over is read within the limit',
  (part) => {
    const body = part.repeat(MAX_BODY_LENGTH / part.length);
    expect(swiftly(() => readCommandLines(body)).hint).toBeNull();
  },
);
