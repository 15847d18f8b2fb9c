// The words of the command line: what runs, what prints help, and what is a usage error.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { usageLine, parseCall } from '../../src/cli/command.ts';
import { COMMANDS } from '../../src/cli/commands.ts';
import { say, widthOf } from './harness.ts';

test.each(COMMANDS.map((command) => [command.name, command] as const))(
  '%s --help shows its arguments, its options and a valid example, in 80 columns',
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
  ['no word at all', '', 'imprimatur: missing command'],
  ['only a flag', '--json', 'imprimatur: missing command'],
  ['half a command', 'audit', 'imprimatur: missing audit command'],
  ['half a command with a flag', 'audit --repo a/b', 'imprimatur: missing audit command'],
])('%s is answered with the list of commands', async (_, line, summary) => {
  const { code, out, err } = await say(line);
  expect(err).toContain(summary);
  for (const { name } of COMMANDS.filter(({ name: text }) => text.startsWith('audit '))) expect(err).toContain(name);
  expect({ code, out }).toEqual({ code: 2, out: '' });
});

test.each([
  ['a misspelled command', 'audit verfy', 'unknown command "audit verfy". Did you mean "imprimatur audit verify"?'],
  ['a misspelled first word', 'adit verify', 'unknown command "adit". Did you mean "imprimatur audit verify"?'],
  ['a second word that is like none', 'audit xx', 'unknown command "audit xx"'],
  ['a word that would control the terminal', '\u001b[31mred', 'unknown command "\uFFFD[31mred"'],
  ['a very long word', 'y'.repeat(500), `unknown command "${'y'.repeat(99)}…"`],
  ['a misspelled first word alone', 'audti', 'unknown command "audti". Did you mean "imprimatur audit"?'],
  ['an unknown command', 'promote x', 'unknown command "promote"'],
  ['help on an unknown command', 'help promote', 'unknown command "promote"'],
])('%s is answered with a suggestion and a short usage', async (_, line, summary) => {
  const { code, out, err } = await say(line);
  const [first, second, ...rest] = err.split('\n');
  expect(first).toBe(`imprimatur: ${summary}`);
  expect(second).toMatch(/^Usage: imprimatur /);
  expect(rest).toHaveLength(2);
  expect({ code, out }).toEqual({ code: 2, out: '' });
});

test('--version prints the version of package.json', async () => {
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(readFileSync('package.json', 'utf8')));
  expect(await say('--version')).toEqual({ code: 0, out: `imprimatur ${version}\n`, err: '' });
});

test.each(COMMANDS.map(({ name }) => [name] as const))('help %s prints the same as --help', async (name) => {
  expect(await say(`help ${name}`)).toEqual(await say(`${name} --help`));
});

test('help audit lists the audit commands', async () => {
  const { code, out } = await say('help audit');
  expect(code).toBe(0);
  for (const { name } of COMMANDS) expect(out.includes(`\n  ${name} `)).toBe(name.startsWith('audit '));
});

test.each([
  ['an unknown flag', 'audit verify --repos acme/dotca', 'unknown option `--repos`. Did you mean --repo?'],
  ['a flag of another command', 'audit verify --format csv', 'unknown option `--format`'],
  ['a very long flag', `audit verify --${'y'.repeat(500)}`, `unknown option \`--${'y'.repeat(97)}…\``],
  [
    'a flag without its value',
    'audit verify --repo',
    '--repo needs a value: expected <owner>/<name>, such as acme/dotca',
  ],
  ['a flag before another one', 'history --environment --json', '--environment needs a value: expected the name of an'],
  ['an empty value', 'audit verify --repo=', '--repo needs a value: expected <owner>/<name>, such as acme/dotca'],
  ['a value of another form', 'audit verify --repo dotca', '"dotca" is not valid for --repo: expected <owner>/<name>'],
  [
    'a number that is too small',
    'history --limit 0',
    '"0" is not valid for --limit: expected a number from 1 to 999999',
  ],
  ['a switch with a value', 'status --json=1', '--json takes no value'],
  ['a missing argument', 'check-config', 'missing argument <file>: the policy file'],
  ['a missing word of a few', 'completion', 'missing argument: allowed values are bash, zsh and fish'],
  ['a word that is none of a few', 'completion tcsh', '"tcsh" is not valid: allowed values are bash, zsh and fish'],
  [
    'a value that would control the terminal',
    'status \u001b[31m',
    '"\uFFFD[31m" is not valid for [owner/name]: expected',
  ],
  ['a very long value', `status ${'z'.repeat(500)}`, `"${'z'.repeat(99)}…" is not valid for [owner/name]: expected`],
  [
    'a value that is no choice',
    'audit export --format xml',
    '"xml" is not valid for --format: allowed values are jsonl and csv',
  ],
  ['a flag given twice', 'audit verify --repo a/b --repo c/d', '--repo is given more than once'],
  ['a surplus word', 'audit verify acme/dotca', 'unexpected argument "acme/dotca"'],
])('%s is named with the usage', async (_, line, summary) => {
  const { code, out, err } = await say(line);
  const [first, second] = err.split('\n');
  expect(first).toContain(summary);
  const command = COMMANDS.find(({ name }) => line === name || line.startsWith(`${name} `));
  expect(second).toBe(`Usage: ${command === undefined ? '' : usageLine(command)}`);
  expect({ code, out }).toEqual({ code: 2, out: '' });
});

test('an empty argument is named', async () => {
  const { code, out, err } = await say(['check-config', '']);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toMatch(/^imprimatur check-config: <file> is empty: expected the policy file\b/);
});

test('the overview is help, not a mistake, when it is asked for, and fits 80 columns', async () => {
  for (const line of ['--help', '-h', 'help']) {
    const { code, out, err } = await say(line);
    for (const { name } of COMMANDS) expect(out).toContain(`\n  ${name} `);
    expect(widthOf(out)).toBeLessThanOrEqual(80);
    expect({ code, err }).toEqual({ code: 0, err: '' });
  }
});

test('an invalid variable is named, and the exit code is 2', async () => {
  const { code, out, err } = await say('audit verify', { env: { DATABASE_URL: 'mysql://x' } });
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toBe(
    'imprimatur audit verify: DATABASE_URL: write sqlite:<path> or postgres://user:password@host/database\n',
  );
});
