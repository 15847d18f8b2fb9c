// The table of commands as people see it.
import { expect, test } from 'vitest';
import { COMMANDS, parseCommandLine, VERBS } from '../../../src/domain/command.ts';
import { COMMAND_WORDS } from '../../../src/messages/replies/command-words.ts';
import { renderHelp, renderTopic, renderUnknownTopic } from '../../../src/messages/replies/help.ts';
import { toHtml } from '../rendered.ts';

test('help describes each command', () => {
  expect(renderHelp()).toMatchSnapshot();
});

test('help shows the usage of every command in a table that keeps its bars', () => {
  const html = toHtml(renderHelp());
  for (const { usage } of Object.values(COMMANDS)) {
    expect(html).toContain(
      `<code>${usage.replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')}</code>`,
    );
  }
});

test.each(VERBS)('help on /%s says what it does, who can use it, and its forms', (verb) => {
  expect(renderTopic(verb)).toMatchSnapshot();
  for (const [line] of COMMAND_WORDS[verb].forms) {
    expect(parseCommandLine({ text: line, line: 1, next: null }), line).toMatchObject({ command: { kind: verb } });
  }
});

test('help on an unknown word names the nearest command, and cuts a flood', () => {
  const texts = [
    renderUnknownTopic({ typed: 'promot', meant: 'promote' }),
    renderUnknownTopic({ typed: '@all`'.repeat(500), meant: null }),
  ];
  expect(texts.join('\n')).toMatchSnapshot();
});
