// The words of the command line: what runs, what is helped with, what is a mistake and which form would be legal.
import { expect, test } from 'vitest';
import { usageLine, parseCall } from '../../src/cli/command.ts';
import { COMMANDS } from '../../src/cli/commands.ts';
import { say, widthOf } from './harness.ts';

test.each(COMMANDS.map((command) => [command.name, command] as const))(
  '%s --help shows its words, its flags and an example that is legal, in 80 columns',
  async (name, command) => {
    const { code, out, err } = await say(`${name} --help`);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    for (const flag of Object.keys(command.flags)) expect(out).toContain(`  --${flag}`);
    for (const argument of command.args ?? []) expect(out).toContain(`  ${argument.name} `);
    expect(out).toContain(`Example:\n  ${command.example}\n`);
    expect(widthOf(out)).toBeLessThanOrEqual(80);
    const words = command.example.replace(/^imprimatur | [>|] .*$|<\(.*$/g, '').split(' ');
    expect(words.slice(0, name.split(' ').length).join(' ')).toBe(name);
    expect(parseCall(command, words.slice(name.split(' ').length)).kind).toBe('run');
  },
);

test('every command has a name of its own, and none is the beginning of another', () => {
  const names = COMMANDS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names.filter((name) => names.some((other) => other.startsWith(`${name} `)))).toEqual([]);
});

test.each([
  ['no word at all', '', 'imprimatur: which command?'],
  ['only a flag', '--json', 'imprimatur: which command?'],
  ['half a command', 'audit', 'imprimatur: which audit command?'],
  ['half a command with a flag', 'audit --repo a/b', 'imprimatur: which audit command?'],
  ['a misspelled command', 'audit verfy', '"audit verfy" is no command; did you mean "imprimatur audit verify"?'],
  ['a misspelled first word', 'adit verify', '"adit" is no command; did you mean "imprimatur audit verify"?'],
  ['a misspelled first word alone', 'audti', '"audti" is no command; did you mean "imprimatur audit"?'],
  ['a command that is none', 'promote x', 'imprimatur: "promote" is no command\n'],
])('%s is answered with the list of commands', async (_, line, summary) => {
  const { code, out, err } = await say(line);
  expect(err).toContain(summary);
  for (const { name } of COMMANDS.filter(({ name: text }) => text.startsWith('audit '))) expect(err).toContain(name);
  expect({ code, out }).toEqual({ code: 2, out: '' });
});

test.each([
  ['an unknown flag', 'audit verify --repos acme/dotca', "unknown option '--repos'; did you mean --repo?"],
  ['a flag of another command', 'audit verify --format csv', "unknown option '--format'"],
  ['a flag without its value', 'audit verify --repo', "option '--repo <value>' argument missing"],
  ['an empty value', 'audit verify --repo=', '--repo takes <owner/name>, not ""'],
  ['a value of another form', 'audit verify --repo dotca', '--repo takes <owner/name>, not "dotca"'],
  ['a value that is no choice', 'audit export --format xml', '--format takes jsonl|csv, not "xml"'],
  ['a flag given twice', 'audit verify --repo a/b --repo c/d', '--repo is given twice'],
  ['a surplus word', 'audit verify acme/dotca', '"acme/dotca" is one word too many'],
])('%s is named with the legal form', async (_, line, summary) => {
  const { code, out, err } = await say(line);
  const [first, second] = err.split('\n');
  expect(first).toContain(summary);
  const command = COMMANDS.find(({ name }) => line.startsWith(`${name} `));
  expect(second).toBe(`Legal form: ${command === undefined ? '' : usageLine(command)}`);
  expect({ code, out }).toEqual({ code: 2, out: '' });
});

test('the overview is help, not a mistake, when it is asked for, and fits 80 columns', async () => {
  for (const line of ['--help', '-h', 'help']) {
    const { code, out, err } = await say(line);
    for (const { name } of COMMANDS) expect(out).toContain(`\n  ${name} `);
    expect(widthOf(out)).toBeLessThanOrEqual(80);
    expect({ code, err }).toEqual({ code: 0, err: '' });
  }
});

test('a variable that can not be used is named, and the exit code says that nothing was tried', async () => {
  const { code, out, err } = await say('audit verify', { env: { DATABASE_URL: 'mysql://x' } });
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toBe(
    'imprimatur audit verify: DATABASE_URL: write sqlite:<path> or postgres://user:password@host/database\n',
  );
});
