// The table of commands as people see it.
import { expect, test } from 'vitest';
import { COMMANDS } from '../../../src/domain/command.ts';
import { renderHelp } from '../../../src/messages/replies/help.ts';
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
