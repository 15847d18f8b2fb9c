// Completion knows what the table of commands knows; bash runs the script, the other shells read it where they are there.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { COMMANDS } from '../../../src/cli/commands.ts';
import { say } from '../harness.ts';

async function scriptFor(shell: string): Promise<string> {
  const { code, out, err } = await say(`completion ${shell}`);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return out;
}

/** What bash offers when Tab is pressed behind these words. */
function offers(script: string, words: readonly string[]): readonly string[] {
  const line = words.map((word) => `'${word}'`).join(' ');
  const program = `${script}\nCOMP_WORDS=(imprimatur ${line}); COMP_CWORD=${words.length}; _imprimatur; echo "\${COMPREPLY[*]}"`;
  const answer = execFileSync('bash', ['--norc', '-c', program], { encoding: 'utf8' });
  return answer
    .trim()
    .split(' ')
    .filter((word) => word !== '');
}

test('bash offers commands, their second words, flags and the words that flags take', async () => {
  const script = await scriptFor('bash');
  const first = new Set(COMMANDS.map(({ name }) => name.split(' ')[0]));
  expect(offers(script, [''])).toEqual([...first]);
  expect(offers(script, ['au'])).toEqual(['audit']);
  expect(offers(script, ['audit', ''])).toEqual(['verify', 'export', 'show']);
  expect(offers(script, ['audit', 'export', '--f'])).toEqual(['--format']);
  expect(offers(script, ['audit', 'export', '--format', ''])).toEqual(['jsonl', 'csv']);
  expect(offers(script, ['completion', 'z'])).toEqual(['zsh']);
  // Nothing, so that the shell offers files.
  expect(offers(script, ['check-config', ''])).toEqual([]);
  expect(offers(script, ['check-config', '--'])).toEqual(['--repo', '--json', '--help']);
});

test('bash offers every flag of every command', async () => {
  const script = await scriptFor('bash');
  for (const { name, flags } of COMMANDS) {
    const wanted = [...Object.keys(flags), 'help'].map((flag) => `--${flag}`);
    expect(offers(script, [...name.split(' '), '--']), name).toEqual(wanted);
  }
});

test.each(['zsh', 'fish'])('%s is told every command and flag', async (shell) => {
  const script = await scriptFor(shell);
  for (const { name, summary, flags } of COMMANDS) {
    for (const word of name.split(' ')) expect(script).toContain(word);
    expect(script).toContain(summary);
    for (const flag of Object.keys(flags)) expect(script).toContain(shell === 'fish' ? `-l ${flag} ` : `'--${flag}:`);
  }
});

/** bash is everywhere; the others are looked at where somebody has them. */
const HERE = ['bash', 'zsh', 'fish'].filter(
  (shell) => shell === 'bash' || spawnSync(shell, ['--version']).status === 0,
);

test.each(HERE)('%s can read its script', async (shell) => {
  const folder = await mkdtemp(join(tmpdir(), 'imprimatur-cli-'));
  try {
    const file = join(folder, 'script');
    await writeFile(file, await scriptFor(shell));
    const { status, stderr } = spawnSync(shell, ['-n', file], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('another shell is a mistake', async () => {
  const { code, err } = await say('completion tcsh');
  expect(err).toMatch(/^imprimatur completion: "tcsh" .*\bfish\b/);
  expect(code).toBe(2);
});
