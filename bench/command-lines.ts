// Prints how long the hostile bodies that are known to hurt Markdown parsers take; the line is 100 ms for any body.
import { parseComment } from '../src/domain/command.ts';
import { readCommandLines } from '../src/comments/command-lines.ts';

const MAX_BODY_LENGTH = 65_536;
const LINE_MS = 100;
const ROUNDS = 3;

const PATTERNS = [
  '*a_ ',
  '>',
  '> ',
  '>\n',
  '> a\n',
  '> > \n/a\n',
  '> # a\n/a\n',
  '* > /\n',
  '[',
  '![',
  '![[',
  '[[]',
  '[]',
  '[a](',
  '[a](b',
  '[a](<',
  '[a](b "',
  '[a]: b\n',
  '[a]:b "',
  '[\n',
  '[a\n',
  '[a][b]',
  '([',
  '[(',
  '](',
  '`',
  '`a',
  '``a`',
  'a`b``c```d````e',
  '`\n',
  '<',
  '<a ',
  '<a x="',
  "<a x='",
  '<a a=" b=\'',
  '<!--',
  '<!-- ',
  '<!-- -->',
  '<!-- -->\n',
  '<?',
  '<![CDATA[',
  '<!a ',
  '</b>',
  '<b></i>',
  '<b>',
  '<b>\n',
  '<details>',
  '<details>\n\n',
  '<div><!--\n\n',
  '<pre>\n\n',
  '> </b>\n\n',
  '<a\n',
  '/promote x\n',
  '/\n',
  '/promote `\n',
  '/a "\n',
  '/reject ',
  '/approve P1\n\n',
  '/promote --reason "',
  '# /a\n',
  '/a\n=\n',
  '- ',
  '* a\n',
  '- a\n  ',
  '- > ',
  '1. ',
  '*\n',
  '- /a\n',
  '- a\n/a\n',
  '|',
  '|-',
  'a|b\n-|-\n',
  ':-\n',
  '|a|\n|-|\n',
  '~~~\n',
  '```\n',
  '```',
  '~~~a\n\n',
  '\t',
  '    a\n\n',
  ' ',
  '\n',
  '\n\n/',
  '\n\n><)',
  '[\n\n>',
  '_\n\n><',
  '[\n\n/',
  '\n\n> /',
  '- /\n\n',
  '# /\n',
  '<b>/\n\n',
  '\n/a `',
  '<b\n/a\n',
  ' \n',
  '\\',
  '\\[',
  '&amp;',
  '"',
  'a  \n',
  '(',
  '<http:a',
  '<a@',
  '\u00a0',
  '\0',
  '\r',
  '\ud83d',
];
const PREFIXES = ['', 'a\n', '[a]: b\n\n', '[', '<div>\n\n', '/promote '];
const SUFFIXES = ['/]', '\n/promote staging-abc1234'];

const bodies = PREFIXES.flatMap((prefix) =>
  PATTERNS.flatMap((pattern) =>
    SUFFIXES.map((suffix) => {
      const room = MAX_BODY_LENGTH - prefix.length - suffix.length;
      return {
        name: [prefix, `${pattern} × n`, suffix].map((part) => JSON.stringify(part)).join(' + '),
        body: prefix + pattern.repeat(Math.ceil(room / pattern.length)).slice(0, room) + suffix,
      };
    }),
  ),
);
const wide = `${'|'.repeat(400)}\n${'|-'.repeat(399)}|\n`;
const staircase = Array.from({ length: 350 }, (_, depth) => `${' '.repeat(depth)}- /\n`).join('');
bodies.push(
  { name: 'a wide table with empty rows', body: wide + '/\n'.repeat(32_000) },
  { name: 'a list 350 deep', body: staircase },
  { name: 'a closing tag for every second of 9,000 open ones', body: '<b><i>'.repeat(5_000) + '</b>'.repeat(8_000) },
  { name: 'lazy lines under 300 quote marks', body: `${'>'.repeat(300)}a\n${'/\n'.repeat(32_000)}` },
  {
    name: 'lazy lines that might be HTML, under 300 quote marks',
    body: `${'>'.repeat(300)}a\n${'<\n'.repeat(32_000)}/`,
  },
  { name: 'lazy lines under quotes in lists', body: `${'> - '.repeat(100)}a\n${'/\n'.repeat(32_000)}` },
  { name: 'lists 200 deep in a line, line by line', body: `${'+ - '.repeat(100)}/\n`.repeat(160) },
  { name: 'quotes, 100 deep, for 650 lines', body: `${'>'.repeat(100)}/\n`.repeat(640) },
  { name: 'backtick runs of every length', body: Array.from({ length: 360 }, (_, n) => `${'`'.repeat(n)}a`).join('') },
);

const figures = bodies.map(({ name, body }) => {
  const rounds = Array.from({ length: ROUNDS }, () => time(body)).toSorted((left, right) => left - right);
  return { name, best: rounds[0] ?? 0, worst: rounds.at(-1) ?? 0 };
});
const slowest = figures.toSorted((left, right) => right.best - left.best).slice(0, 15);
for (const { name, best, worst } of slowest) {
  console.log(`${best.toFixed(1).padStart(6)} ms (worst ${worst.toFixed(1).padStart(6)})  ${name}`);
}
console.log(`${figures.length} bodies, sorted by the best of ${ROUNDS}; the line is ${LINE_MS} ms`);
if (slowest.some(({ best }) => best > LINE_MS)) process.exitCode = 1;

/** Processor time of this thread: what other programs do meanwhile does not count. */
function time(body: string): number {
  const start = process.threadCpuUsage();
  parseComment(readCommandLines(body).lines);
  const { user, system } = process.threadCpuUsage(start);
  return (user + system) / 1000;
}
