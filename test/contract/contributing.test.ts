// CONTRIBUTING.md says what a new kind of something touches: planted in a copy of src/, the compiler asks for exactly that.
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { VERBS } from '../../src/domain/command.ts';
import { RULES } from '../../src/domain/rules/catalogue.ts';
import { JOB_KINDS } from '../../src/engine/queue/job-kinds.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A change of a copy of src/: a new file, or a piece of text put in front of another one. */
type Edit = { readonly file: string } & ({ readonly text: string } | { readonly before: string; readonly add: string });

/** `asks`: the files in which the compiler then misses something, and what it misses there. */
type Witness = { readonly row: string; readonly plants: readonly Edit[]; readonly asks: readonly Edit[] };

const WITNESSES: readonly Witness[] = [
  {
    row: 'a rule',
    plants: [
      {
        file: 'src/domain/rules/witness.ts',
        text: `// A rule that there is not.
import { z } from 'zod';
import { imageRule, NO_VALUES } from '../rule.ts';

export const witness = imageRule({
  id: 'witness',
  kinds: ['promotion'],
  facets: ['contents'],
  seen: z.strictObject({ code: z.literal('platforms'), count: z.int() }),
  wanted: NO_VALUES,
}).checkedBy({
  want: () => ({}),
  check: ({ contents }) => {
    const count = contents.value.platforms.length;
    return [{ platform: null, outcome: count < 2 ? 'warn' : 'pass', seen: { code: 'platforms', count } }];
  },
});
`,
      },
      {
        file: 'src/domain/rules/catalogue.ts',
        before: 'import {',
        add: `import { witness } from './witness.ts';\n`,
      },
      { file: 'src/domain/rules/catalogue.ts', before: '  completeness,\n', add: '  witness,\n' },
    ],
    asks: [
      {
        file: 'src/messages/finding-words.ts',
        before: '  completeness: {',
        add: `  witness: { seen: ({ count }) => plural(count, 'platform'), wanted: () => 'more' },\n`,
      },
    ],
  },
  {
    row: 'a facet',
    plants: [
      {
        file: 'src/domain/image/image-facts.ts',
        before: '  readonly alternative: Alternative | null;',
        add: '  readonly witnessed: number;\n',
      },
      {
        file: 'src/facts/facets/witnessed.ts',
        text: `// A facet that there is not.
import { known } from '../../domain/image/image-facts.ts';
import { facet } from '../facet.ts';

export const witnessed = facet<'witnessed', 'contents'>({
  needs: ['contents'],
  cost: 'none',
  collect: async ({ contents }) => known(contents.value.platforms.length),
});
`,
      },
    ],
    asks: [
      {
        file: 'src/domain/image/image-facts.ts',
        before: '  alternative: NOT_COLLECTED,',
        add: '  witnessed: NOT_COLLECTED,\n',
      },
      {
        file: 'src/facts/facets.ts',
        before: 'import type',
        add: `import { witnessed } from './facets/witnessed.ts';\n`,
      },
      { file: 'src/facts/facets.ts', before: '  contents,\n', add: '  witnessed,\n' },
    ],
  },
  {
    row: 'a policy key',
    plants: [
      {
        file: 'src/config/promotion-file/schema.ts',
        before: '  healthcheck: level',
        add: `  witness: level.meta({ description: 'There is no such key.', defaultsTo: 'off' }).optional(),\n`,
      },
      {
        file: 'src/domain/policy/policy.ts',
        before: '  readonly healthcheck: Level;',
        add: '  readonly witness: Level;\n',
      },
    ],
    asks: [
      { file: 'src/domain/policy/policy.ts', before: '      healthcheck: binding', add: `      witness: 'off',\n` },
      {
        file: 'src/config/promotion-file/to-policy.ts',
        before: '    healthcheck: written',
        add: '    witness: written?.witness ?? base.witness,\n',
      },
    ],
  },
  {
    row: 'a slash command',
    plants: [
      {
        file: 'src/domain/command/witness.ts',
        text: `// A command that there is not.
import { mapValue } from './mistake.ts';
import { parseIdArgument } from './only-word.ts';
import type { SlashCommand } from './slash-command.ts';

export const witness: SlashCommand<{ readonly kind: 'witness'; readonly id: number | null }> = {
  usage: '/witness [P12]',
  example: '/witness P12',
  answered: 'in-our-threads',
  takesOptions: false,
  dependsOnThread: false,
  access: 'write',
  parse: (text) => mapValue(parseIdArgument(text), (id) => ({ kind: 'witness', id })),
};
`,
      },
      {
        file: 'src/domain/command/commands.ts',
        before: 'import type',
        add: `import { witness } from './witness.ts';\n`,
      },
      { file: 'src/domain/command/commands.ts', before: '  help,\n', add: '  witness,\n' },
    ],
    asks: [
      {
        file: 'src/engine/queue/commands.ts',
        before: '  help: ',
        add: `  witness: (_services, asked) => replied(asked, { kind: 'help' }),\n`,
      },
      {
        file: 'src/messages/replies/command-words.ts',
        before: '  help: ',
        add: `  witness: { phrase: 'witness', summary: 'Witnesses.', forms: [['/witness', 'witnesses']] },\n`,
      },
    ],
  },
  {
    row: 'a job kind',
    plants: [
      {
        file: 'src/domain/effect.ts',
        before: `  | { readonly kind: 'update-card'`,
        add: `  | { readonly kind: 'witness-job'; readonly promotionId: string }\n`,
      },
      {
        file: 'src/engine/publish/witness-job.ts',
        text: `// A job that there is not.
import { DONE, type JobDefinition } from '../core/handler.ts';
import { byPromotion } from '../core/job-description.ts';

export const witnessJob: JobDefinition<'witness-job'> = {
  key: byPromotion,
  queue: 'notice',
  traits: ['needs-thread'],
  handle: async () => DONE,
};
`,
      },
    ],
    asks: [
      {
        file: 'src/engine/queue/job-kinds.ts',
        before: 'import type',
        add: `import { witnessJob } from '../publish/witness-job.ts';\n`,
      },
      { file: 'src/engine/queue/job-kinds.ts', before: `  'update-card'`, add: `  'witness-job': witnessJob,\n` },
    ],
  },
];

let copy: string;
beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'imprimatur-witness-'));
  await cp(join(ROOT, 'src'), join(copy, 'src'), { recursive: true });
  await cp(join(ROOT, 'package.json'), join(copy, 'package.json'));
  await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  const config = { extends: join(ROOT, 'tsconfig.json'), include: ['src'] };
  await writeFile(join(copy, 'tsconfig.json'), JSON.stringify(config));
});
afterAll(async () => {
  await rm(copy, { recursive: true, force: true });
});

test('the compiler asks for what the table says, and for nothing else', { timeout: 180_000 }, async () => {
  for (const { plants } of WITNESSES) for (const edit of plants) await change(edit);
  const asked = new Set(WITNESSES.flatMap(({ asks }) => asks.map(({ file }) => file)));
  expect((await compile()).toSorted()).toEqual([...asked].toSorted());
  for (const { asks } of WITNESSES) for (const edit of asks) await change(edit);
  expect(await compile()).toEqual([]);
});

describe.each(WITNESSES)('the row "$row"', ({ row, plants, asks }) => {
  const named = filesNamedIn(row);

  test('names each file that is touched', () => {
    const touched = new Set([...plants, ...asks].map(({ file }) => file));
    const missing = [...touched].filter((file) => !named.some((name) => fits(name, file)));
    expect(missing).toEqual([]);
  });

  test('names files that exist', () => {
    expect(named.filter((name) => !existsSync(join(ROOT, name.replace(/<.*/, ''))))).toEqual([]);
  });
});

describe('no list of kinds is kept by hand', () => {
  test.each<readonly [string, readonly string[]]>([
    ['kinds of jobs', Object.keys(JOB_KINDS)],
    ['slash commands', VERBS],
    ['rules', RULES.map(({ id }) => id)],
  ])('of %s', (_name, kinds) => {
    const found = sources().flatMap((path) => {
      const lists = readFileSync(join(ROOT, path), 'utf8').match(LIST_OF_WORDS) ?? [];
      return lists.filter((list) => wordsOf(list).every((word) => kinds.includes(word))).map((list) => [path, list]);
    });
    expect(found).toEqual([]);
  });
});

/** The schemas of stored values are compared with their types by the compiler. */
const LIST_OF_WORDS = /(?<!z\.enum\()\[\s*'[^'\n]+'(?:\s*,\s*'[^'\n]+')+\s*,?\s*\]/g;

function wordsOf(list: string): readonly string[] {
  return [...list.matchAll(/'([^']+)'/g)].map(([, word = '']) => word);
}

function sources(): readonly string[] {
  const paths = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' });
  return paths.filter((path) => path.endsWith('.ts')).map((path) => `src/${path}`);
}

/** Paths in backticks; a bare file name stands beside the last path that was named. */
function filesNamedIn(row: string): readonly string[] {
  const lines = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8').split('\n');
  const [cells, ...more] = lines.filter((line) => line.startsWith(`| ${row} `));
  if (cells === undefined || more.length > 0) throw new Error(`CONTRIBUTING.md has not one row "${row}"`);
  return [...cells.matchAll(/`([^`]+)`/g)].reduce<readonly string[]>((before, [, name = '']) => {
    const folder = before.at(-1)?.replace(/[^/]*$/, '') ?? '';
    return [...before, name.includes('/') ? name : `${folder}${name}`];
  }, []);
}

/** `<name>` stands for any one word of a path. */
function fits(name: string, file: string): boolean {
  const pattern = name.split(/<[^>]*>/).map((part) => part.replaceAll('.', '\\.'));
  return new RegExp(`^${pattern.join('[^/]+')}$`).test(file);
}

async function change(edit: Edit): Promise<void> {
  const path = join(copy, edit.file);
  if ('text' in edit) return writeFile(path, edit.text);
  const text = await readFile(path, 'utf8');
  const at = text.indexOf(edit.before);
  if (at === -1) throw new Error(`${edit.file} has no ${JSON.stringify(edit.before)}`);
  return writeFile(path, text.slice(0, at) + edit.add + text.slice(at));
}

/** The files of the copy in which the compiler finds errors. */
async function compile(): Promise<readonly string[]> {
  const tsc = join(ROOT, 'node_modules', '.bin', 'tsc');
  const { stdout } = await promisify(execFile)(tsc, ['--noEmit', '-p', copy], { cwd: copy }).catch(
    (error: unknown): { readonly stdout: string } => {
      if (error instanceof Error && 'stdout' in error && typeof error.stdout === 'string' && error.stdout !== '')
        return { stdout: error.stdout };
      throw error;
    },
  );
  return [...new Set([...stdout.matchAll(/^(\S+?)\(\d+,\d+\): error /gm)].map(([, file = '']) => file))];
}
