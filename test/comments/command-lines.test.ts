// Which lines of a comment are read as commands, and which of the others deserve a hint.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCommandLines } from '../../src/comments/command-lines.ts';

const COMMAND = '/promote staging-abc1234';
const texts = (body: string): readonly string[] => readCommandLines(body).lines.map(({ text }) => text);
const joined = (...lines: readonly string[]): string => lines.join('\n');

describe('a line of a top-level paragraph is read', () => {
  test.each<[string, string, readonly string[]]>([
    ['the whole comment', COMMAND, [COMMAND]],
    ['one space in', ` ${COMMAND}`, [COMMAND]],
    ['three spaces in', `   ${COMMAND}`, [COMMAND]],
    ['after a no-break space', `\u00a0${COMMAND}`, [COMMAND]],
    ['after an ideographic space and a zero-width one, in a later line', `a\n\u3000\u200b${COMMAND}`, [COMMAND]],
    ['after a byte order mark, in a later line', `a\n\ufeff${COMMAND}`, [COMMAND]],
    ['after a byte order mark at the beginning, which GitHub leaves out', `\ufeff${COMMAND}`, [COMMAND]],
    ['after a code block that ends a table', joined('a', ':-:', '~~~', 'b', '~~~', COMMAND), [COMMAND]],
    ['in one line with a bar, over a rule with more columns', joined('a | b', COMMAND, '-|-|-'), [COMMAND]],
    ['after prose in the same paragraph', joined('Ship it:', COMMAND), [COMMAND]],
    ['three spaces in, after prose', joined('Ship it:', `   ${COMMAND}`), [COMMAND]],
    ['several lines, in order', joined('/approve', 'and', '/status', '', '/help'), ['/approve', '/status', '/help']],
    ['with Windows line ends', '/approve\r\nthanks\r\n/status\r\n', ['/approve', '/status']],
    ['with old Mac line ends', '/approve\r/status', ['/approve', '/status']],
    ['with its own trailing blanks', `${COMMAND}  \t`, [`${COMMAND}  \t`]],
    [
      'taken as written: escapes and entities stay',
      '/promote staging\\_x &amp; `y` *z*',
      ['/promote staging\\_x &amp; `y` *z*'],
    ],
    ['after a hard break', joined('Ship it:  ', COMMAND, 'now\\', '/help'), [COMMAND, '/help']],
    ['inside emphasis that spans lines', joined('**', '/help', '**'), ['/help']],
    ['after a link, code and HTML that ended before', joined('[a](b) `c` <b>d</b> ![e](f)', '/help'), ['/help']],
    ['after an unfinished code span', joined('it is `open', '/help'), ['/help']],
    ['after an unfinished link', joined('[text', '/help', '](no'), ['/help']],
    ['after brackets that are no link', joined('[text', '/help', ']'), ['/help']],
    ['after an unfinished HTML comment inside a paragraph', joined('text <!-- open', '', '/help'), ['/help']],
    ['after a comparison', joined('if a <b then', '/help'), ['/help']],
    ['after a list and a blank line', joined('- item', '', COMMAND), [COMMAND]],
    ['after a quote and a blank line', joined('> quote', '', COMMAND), [COMMAND]],
    ['after a table and a blank line', joined('| a |', '|---|', '| b |', '', COMMAND), [COMMAND]],
    ['right after a heading', joined('# Release', COMMAND), [COMMAND]],
    ['right after a fence', joined('```', 'log', '```', COMMAND), [COMMAND]],
    ['right after a rule', joined('***', COMMAND), [COMMAND]],
    ['after an HTML block and a blank line', joined('<br>', '', COMMAND), [COMMAND]],
    ['after an HTML comment', joined('<!-- note -->', COMMAND), [COMMAND]],
    ['after closed details', joined('<details>', '', 'log', '', '</details>', '', COMMAND), [COMMAND]],
    [
      'after details that a list item closes',
      joined('<details>', '', '- x', '', '  </details>', '', COMMAND),
      [COMMAND],
    ],
    ['after details that were opened in a quote', joined('> <details>', '', COMMAND), [COMMAND]],
    [
      'after details that were opened and closed in a line',
      joined('<details><summary>x</summary></details>', '', COMMAND),
      [COMMAND],
    ],
    [
      'after tags that need no end',
      joined('a <br> <img src="x"> <hr>', '', COMMAND, '', '<p align="center">', '', '/help'),
      [COMMAND, '/help'],
    ],
    ['after a forgotten end of bold text', joined('so <b>bold', '', COMMAND), [COMMAND]],
    ['after a placeholder in angle brackets', joined('Type <name> here', '', COMMAND), [COMMAND]],
    ['after an e-mail address in angle brackets', joined('On Monday <jo@example.org> wrote', '', COMMAND), [COMMAND]],
    ['after tags that are quoted as code', joined('Use `<details>` here', '', COMMAND), [COMMAND]],
    ['after a closing tag too many', joined('</details>', '', COMMAND), [COMMAND]],
    ['before the HTML begins', joined(COMMAND, '<details>', '', '</details>'), [COMMAND]],
    ['with HTML in the line itself', '/reject <details> is too long', ['/reject <details> is too long']],
    ['after a link definition', joined('[a]: https://example.org', COMMAND), [COMMAND]],
  ])('%s', (_, body, expected) => {
    expect(texts(body)).toEqual(expected);
  });

  test('with its number and the line that follows in the paragraph', () => {
    const body = joined('Now', '', ' /promote staging', '  to production', '/status', '', 'to whom');
    expect(readCommandLines(body).lines).toEqual([
      { text: '/promote staging', line: 3, next: 'to production' },
      { text: '/status', line: 5, next: null },
    ]);
  });

  test('with a following line that is indented like code but belongs to the paragraph', () => {
    expect(readCommandLines(joined('/promote staging', '      to production')).lines[0]?.next?.trim()).toBe(
      'to production',
    );
  });

  test('without a following line where a block ends the paragraph', () => {
    expect(readCommandLines(joined('/promote staging', '- to production')).lines[0]?.next).toBeNull();
  });

  test('and NUL becomes the replacement character', () => {
    expect(texts('/promote \0')).toEqual(['/promote \ufffd']);
  });
});

describe('text in other places is not read, and gets no hint', () => {
  test.each<[string, string]>([
    ['no command at all', 'Looks good to me'],
    ['nothing', ''],
    ['a command in the middle of a line', `please ${COMMAND}`],
    ['an escaped slash', `\\${COMMAND}`],
    ['an entity for the slash', '&#47;promote staging'],
    ['a slash in bold', `**${COMMAND}**`],
    ['a table of one column', joined(COMMAND, ':-:', COMMAND)],
    ['a table of one column whose rule has a bar', joined('text', COMMAND, '|-|', COMMAND)],
    ['a table whose head would be a list item', joined('text', '1)', ':-:', COMMAND)],
    ['a table whose head would be a link definition', joined('[a]: b', ':-:', COMMAND)],
    ['a code block whose first line could be the head of a table', joined('~~~a|b', '-|-', '', COMMAND)],
    ['a direction mark before the slash', `\u200e${COMMAND}`],
    ['four spaces in', `    ${COMMAND}`],
    ['a tab in', `\t${COMMAND}`],
    ['two spaces and a tab in', `  \t${COMMAND}`],
    ['four spaces in, after prose', joined('Ship it:', `    ${COMMAND}`)],
    ['a fence among other things', joined('Type', '```', COMMAND, '```')],
    ['a fence that never ends', joined('Type', '```sh', COMMAND)],
    ['a fence of tildes', joined('~~~', COMMAND, '~~~')],
    ['a list item', `- ${COMMAND}`],
    ['the second line of a list item', joined('- Type', `  ${COMMAND}`)],
    ['the second line of a list item with a wide marker', joined('1.  Type', `    ${COMMAND}`)],
    ['a paragraph of a list item', joined('- Type', '', `  ${COMMAND}`)],
    ['the second line of a nested item', joined('- a', '  - b', `  ${COMMAND}`)],
    ['a task list', `- [ ] ${COMMAND}`],
    ['a quote', `> ${COMMAND}`],
    ['a quote in an answer by mail', joined('On Monday Jo wrote:', `> ${COMMAND}`, '', 'No.')],
    ['a table head', joined(`${COMMAND} | b`, '---|---')],
    ['a table row', joined('| a |', '|---|', `| ${COMMAND} |`)],
    ['straight under a table', joined('| a |', '|---|', '| b |', COMMAND)],
    ['a code span over several lines', joined('Type `', COMMAND, '` now')],
    ['a code span of two backticks', joined('a ``b', COMMAND, 'c` d`` e')],
    ['a link text over several lines', joined('[see', COMMAND, '](https://example.org)')],
    ['a link target on its own line', joined('[see](', '/help', ')')],
    ['a link title over several lines', joined('[see](x "', '/help', '")')],
    ['a reference link', joined('[see', '/help', '][ref]', '', '[ref]: https://example.org')],
    ['a lazy line under quotes 100 deep', joined(`${'> '.repeat(100)}a`, '/deploy')],
    ['an image', joined('![see', '/help', '](x.png)')],
    ['a link around an image', joined('[![a](b)', '/help', '](c)')],
    ['a link definition', joined('[see]:', '/help')],
    ['the title of a link definition', joined('[see]: x "', '/help', '"')],
    ['an attribute of an HTML tag', joined('text <a title="', '/help', '">')],
    ['an HTML comment', joined('<!--', COMMAND, '-->')],
    ['an HTML comment with blank lines', joined('<!-- Type', '', COMMAND, '', '-->')],
    ['an HTML comment that never ends', joined('<!--', '', COMMAND)],
    ['an HTML comment inside a paragraph', joined('text <!--', COMMAND, '-->')],
    ['an HTML comment inside other HTML', joined('<div><!--', COMMAND, '--></div>')],
    ['an HTML comment inside other HTML, after a blank line', joined('<div><!--', '', COMMAND, '', '--></div>')],
    ['an HTML comment in details', joined('<details>', '', '<!--', COMMAND, '-->', '', '</details>')],
    ['an HTML comment behind a tag that needs no end', joined('<p><!--', '', COMMAND)],
    ['a link with an image that has its tokens at the same place', joined('[a', '/help ![bc*d](i)', '](y)')],
    ['a paragraph of a list item that begins with code', joined('-      code', '', '  text', '  /help')],
    ['a fence of two lines', joined('```', '/reject it is', 'too big', '```')],
    ['backticks and another paragraph', joined('`/help`', '', 'Thanks')],
    ['a processing instruction', joined('<?php', COMMAND, '?>')],
    ['a declaration', joined('<!X', COMMAND, '>')],
    ['a CDATA section', joined('<![CDATA[', COMMAND, ']]>')],
    ['a fence in details', joined('<details>', '', '```', COMMAND, '```', '', '</details>')],
    ["another bot's command in a heading", '# /deploy production'],
    ["another bot's command in HTML", joined('<div>', '/deploy production', '</div>')],
    ["another bot's command in backticks", '`/deploy production`'],
    ['backticks that are not the whole comment', `Type \`${COMMAND}\``],
    ['two commands in backticks', joined('`/help`', '`/status`')],
  ])('%s', (_, body) => {
    expect(readCommandLines(body)).toEqual({ lines: [], hint: null });
  });
});

describe('a command in the wrong place gets a hint', () => {
  test.each<[string, string, string, string]>([
    ['backticks', `\`${COMMAND}\``, COMMAND, 'backticks'],
    ['two backticks and blanks', `\n\`\` ${COMMAND} \`\`\n`, COMMAND, 'backticks'],
    ['a fence of one line', joined('```sh', COMMAND, '```'), COMMAND, 'backticks'],
    ['a mistake in backticks', '`/approve 12`', '/approve 12', 'backticks'],
    ['a heading', `# ${COMMAND}`, COMMAND, 'heading'],
    ['a heading with closing marks', `### ${COMMAND} ###`, COMMAND, 'heading'],
    ['an underlined heading', joined(COMMAND, '---'), COMMAND, 'heading'],
    ['an underlined heading of several lines', joined('Ship', COMMAND, '==='), COMMAND, 'heading'],
    ['an HTML block', joined('<div>', COMMAND, '</div>'), COMMAND, 'html'],
    ['an HTML block, indented', joined('<ul>', `      ${COMMAND}`, '</ul>'), COMMAND, 'html'],
    ['tags around the command', `<p>${COMMAND}</p>`, COMMAND, 'html'],
    ['pre', joined('<pre>', '', COMMAND, '</pre>'), COMMAND, 'html'],
    ['details', joined('<details>', COMMAND, '</details>'), COMMAND, 'html'],
    [
      'details with blank lines',
      joined('<details>', '<summary>x</summary>', '', COMMAND, '', '</details>'),
      COMMAND,
      'html',
    ],
    ['details that never end', joined('<details>', '', COMMAND), COMMAND, 'html'],
    ['details in capitals', joined('<DETAILS open>', '', COMMAND, '', '</Details >'), COMMAND, 'html'],
    ['details that open inside a paragraph', joined('text <details>', '', COMMAND, '', '</details>'), COMMAND, 'html'],
    ['details that close in the command line', joined('<details>', '', `${COMMAND}</details>`), COMMAND, 'html'],
    [
      'nested details after the inner ones',
      joined('<details><details>', '', '</details>', '', COMMAND, '', '</details>'),
      COMMAND,
      'html',
    ],
    ['a blockquote with blank lines', joined('<blockquote>', '', COMMAND, '', '</blockquote>'), COMMAND, 'html'],
    ['a list in HTML', joined('<ul><li>', '', COMMAND, '', '</li></ul>'), COMMAND, 'html'],
    ['a centred paragraph', joined('<p align="center">', '', COMMAND, '', '</p>'), COMMAND, 'html'],
    ['an inline tag over lines', joined('text <sub>', COMMAND, '</sub>'), COMMAND, 'html'],
    ['an inline tag over blank lines', joined('text <sub>', '', COMMAND, '', '</sub>'), COMMAND, 'html'],
    ['an unknown tag that is closed', joined('<x-note>', '', COMMAND, '', '</x-note>'), COMMAND, 'html'],
    ['a > in an attribute', joined('<div title="a > b">', '', COMMAND, '', '</div>'), COMMAND, 'html'],
    ['after a comment in the same HTML', joined('<div><!-- x -->', COMMAND, '</div>'), COMMAND, 'html'],
    ['after an empty comment', joined('<div><!-->', COMMAND, '</div>'), COMMAND, 'html'],
    ['straight under a list', joined('- item', COMMAND), COMMAND, 'list'],
    ['straight under a list, indented a little', joined('1. item', `  ${COMMAND}`), COMMAND, 'list'],
    ['straight under a nested list', joined('- a', '  - b', COMMAND), COMMAND, 'list'],
    ['straight under a quote', joined('> quote', COMMAND), COMMAND, 'quote'],
    ['straight under a quote, three spaces in', joined('> quote', `   ${COMMAND}`), COMMAND, 'quote'],
    ['under two lazy lines, one like a quote in code', joined('> a', 'b', '     > c', COMMAND), COMMAND, 'quote'],
    ['straight under a list in a quote', joined('> - item', COMMAND), COMMAND, 'quote'],
    ['in a quote that begins with a link definition', joined('> [a]: b', COMMAND), COMMAND, 'quote'],
    ['in a list that begins with two link definitions', joined('- [a]: b', '[c]: d', COMMAND), COMMAND, 'list'],
    ['in a quote, under a tag and a blank of another script', joined('> <b>\u2028', COMMAND), COMMAND, 'quote'],
    ['the first of ours, past other bots', joined('# /deploy', '', '# /status', '', '# /help'), '/status', 'heading'],
    ['the first in the comment, whatever the place', joined('> q', '/status', '', '# /help'), '/status', 'quote'],
    ['past one that nobody sees', joined('<!--', '/help', '-->', '', '# /status'), '/status', 'heading'],
  ])('%s', (_, body, line, place) => {
    expect(readCommandLines(body)).toEqual({ lines: [], hint: { line, place } });
  });

  test('also beside a command that is read', () => {
    const { lines, hint } = readCommandLines(joined('/status', '', '# /help'));
    expect({ lines: lines.length, hint }).toEqual({ lines: 1, hint: { line: '/help', place: 'heading' } });
  });
});

describe('any body', () => {
  const part = fc.constantFrom(
    '\n',
    '\n\n',
    ' ',
    '    ',
    '\t',
    '\r\n',
    '\0',
    '/',
    '/help',
    COMMAND,
    '> ',
    '- ',
    '1. ',
    '# ',
    '---',
    '===',
    '|',
    '|-|',
    '`',
    '```',
    '~~~',
    '[',
    ']',
    '(',
    ')',
    ']: ',
    '![',
    '<',
    '>',
    '<!--',
    '-->',
    '<?',
    '<![CDATA[',
    '\\',
    '&amp;',
    '*',
    '_',
    '<details>',
    '</details>',
    '<p>',
    '</p>',
    '<b',
    '"',
    "'",
    '<br>',
    '</',
    '<pre>',
    'word',
    '\u200b',
    '\ud83d',
  );
  const bodies = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.array(part, { maxLength: 60 }).map((parts) => parts.join('')),
  );

  test('is read without an error, and each line found is a source line of it', () => {
    fc.assert(
      fc.property(bodies, (body) => {
        const source = body.replaceAll(/\r\n?/g, '\n').replaceAll('\0', '\ufffd').split('\n');
        for (const { text, line, next } of readCommandLines(body).lines) {
          expect(text.startsWith('/')).toBe(true);
          const whole = source[line - 1] ?? '';
          expect(whole.endsWith(text)).toBe(true);
          expect(whole.slice(0, whole.length - text.length)).toMatch(/^[\p{Zs}\p{Default_Ignorable_Code_Point}]*$/u);
          expect(next === null || source[line]?.endsWith(next)).toBe(true);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test('without a line that starts with a slash holds no command', () => {
    fc.assert(
      fc.property(bodies, (body) => {
        const harmless = body.replaceAll(/^[\p{Zs}\p{Default_Ignorable_Code_Point}]*\//gmu, 'x');
        expect(readCommandLines(harmless).lines).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });

  test('inside details, blank lines or not, holds no command', () => {
    fc.assert(
      fc.property(bodies, (body) => {
        const tame = body.replaceAll(/[<>`~-]/g, 'x');
        expect(readCommandLines(`<details>\n\n${tame}\n\n</details>\n`).lines).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });

  test.each<[string, string]>([
    ['60,000 open brackets', '['.repeat(60_000)],
    ['60,000 quote marks', '>'.repeat(60_000)],
    ['5,000 quotes with nothing that a line could go on', '> > \na\n'.repeat(5_000)],
    ['16,000 pieces of emphasis', '*a_ '.repeat(16_000)],
    ['20,000 list marks', '- '.repeat(20_000)],
    ['a list 100 deep in one line', `${'+ - '.repeat(50)}a`],
    ['quotes 100 deep and lazy lines', `${'>'.repeat(100)}a\n${'b\n'.repeat(100)}`],
    ['20,000 comment openings', '<!-'.repeat(20_000)],
  ])('of %s leaves the command after it alone', (_, hostile) => {
    expect(texts(joined(hostile, '', '', COMMAND))).toEqual([COMMAND]);
  });
});
