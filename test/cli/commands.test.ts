// The words of the command line: what runs, what is helped with, what is a mistake and which form would be legal.
import { expect, test } from 'vitest';
import { COMMANDS, runCli } from '../../src/cli/commands.ts';
import { sha256 } from '../store/fixtures.ts';

type Ended = { readonly code: number; readonly out: string; readonly err: string };

/** Runs words that must not come as far as the database. */
async function say(...words: readonly string[]): Promise<Ended> {
  const texts = { out: '', err: '' };
  const output = (name: 'out' | 'err'): Parameters<typeof runCli>[1]['out'] => ({
    isClosed: () => false,
    write: async (text) => {
      texts[name] += text;
    },
  });
  const code = await runCli(words, {
    out: output('out'),
    err: output('err'),
    sha256,
    openStore: async () => {
      throw new Error('the database was opened');
    },
  });
  return { code, ...texts };
}

test.each(COMMANDS.map((command) => [command.name, command] as const))(
  '%s --help shows its flags and an example that is legal',
  async (name, command) => {
    const { code, out, err } = await say(...name.split(' '), '--help');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    for (const flag of Object.keys(command.flags)) expect(out).toContain(`--${flag} `);
    expect(out).toContain(command.example);
    const words = command.example.replace(/^imprimatur | >.*$/g, '').split(' ');
    await expect(say(...words)).rejects.toThrow('the database was opened');
  },
);

test.each([
  ['no word at all', [], 'imprimatur: which command?'],
  ['a command that is none', ['audit', 'verfy'], 'imprimatur: "audit verfy" is no command'],
  ['half a command', ['audit'], 'imprimatur: "audit" is no command'],
])('%s is answered with the list of commands', async (_, words, says) => {
  const { code, out, err } = await say(...words);
  expect(err).toContain(says);
  for (const { name } of COMMANDS) expect(err).toContain(`imprimatur ${name}`);
  expect({ code, out }).toEqual({ code: 2, out: '' });
});

test.each([
  ['an unknown flag', 'audit verify --repos acme/dotca', "unknown option '--repos'"],
  ['a flag of another command', 'audit verify --format csv', "unknown option '--format'"],
  ['a flag without its value', 'audit verify --repo', "option '--repo <value>' argument missing"],
  ['an empty value', 'audit verify --repo=', '--repo takes <owner/name>, not ""'],
  ['a value that is no choice', 'audit export --format xml', '--format takes jsonl|csv, not "xml"'],
  ['a flag given twice', 'audit verify --repo a/b --repo c/d', '--repo is given twice'],
  ['a surplus word', 'audit verify acme/dotca', '"acme/dotca" is one word too many'],
])('%s is named with the legal form', async (_, line, says) => {
  const { code, out, err } = await say(...line.split(' '));
  const [first, second] = err.split('\n');
  expect(first).toContain(says);
  expect(second).toMatch(/^Legal form: imprimatur audit (?:verify|export) \[--/);
  expect({ code, out }).toEqual({ code: 2, out: '' });
});

test('the overview is help, not a mistake, when it is asked for', async () => {
  const { code, out, err } = await say('--help');
  for (const { name, says } of COMMANDS) expect(out).toMatch(new RegExp(`imprimatur ${name} +${says}`));
  expect({ code, err }).toEqual({ code: 0, err: '' });
});
