// Imports go down a layer, and down the order of engine/; no circles, no unused file; nothing grows too large; the domain is pure.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { findEngineCircles, findFileCircles, findUnimported, type Sources } from './architecture/circles.ts';
import { ENGINE_ORDER, findImportBreaches, LAYERS, targetsOf } from './architecture/imports.ts';
import { findSizeBreaches, findWideFolders } from './architecture/sizes.ts';

const SOURCES = readSources('src/');

function readSources(folder: string): Sources {
  const entries = readdirSync(new URL(`../../${folder}`, import.meta.url), { recursive: true, encoding: 'utf8' });
  const paths = entries.filter((path) => path.endsWith('.ts'));
  return new Map(paths.map((path) => [path, readFileSync(new URL(`../../${folder}${path}`, import.meta.url), 'utf8')]));
}

test('every import of src goes down a layer, or stays in its module and goes down the order of engine/', () => {
  expect([...SOURCES.keys()]).toContain('domain/decide.ts');
  expect([...SOURCES].flatMap(([path, text]) => findImportBreaches(path, text))).toEqual([]);
});

test('every module and every folder of the two tables exists', () => {
  const paths = [...SOURCES.keys()];
  const isThere = (name: string): boolean => paths.some((path) => path === name || path.startsWith(`${name}/`));
  expect(LAYERS.flat().filter((module) => !isThere(module))).toEqual([]);
  expect(ENGINE_ORDER.filter((folder) => !isThere(`engine/${folder}`))).toEqual([]);
});

test('no files import each other in a circle, and no folders of engine/ do', () => {
  expect(findFileCircles(SOURCES)).toEqual([]);
  expect(findEngineCircles(SOURCES)).toEqual([]);
});

test('no folder, file or function is too large', () => {
  const inFiles = [...SOURCES].flatMap(([path, text]) => findSizeBreaches(path, text));
  expect([...findWideFolders([...SOURCES.keys()]), ...inFiles]).toEqual([]);
});

test('every file of src is imported, but what Node starts: no file of a rule, a command or an event lacks its line', () => {
  expect(findUnimported(SOURCES)).toEqual(['cli.ts', 'main.ts']);
});

test('test/support imports nothing from src', () => {
  const support = [...readSources('test/support/')];
  const reaching = support.filter(([, text]) => targetsOf(text).some((to) => /(?:^|\/)src\//.test(to)));
  expect(reaching.map(([path]) => path)).toEqual([]);
});

const PLANTED: readonly (readonly [string, string, string])[] = [
  [
    'domain/a.ts',
    `import { x } from '../store/jobs.ts';`,
    'domain/a.ts → store/jobs.ts: from layer 0 (domain) to layer 2 (store)',
  ],
  [
    'domain/rules/a.ts',
    `import type { X } from '../../engine/core/job.ts';`,
    'domain/rules/a.ts → engine/core/job.ts: from layer 0 (domain) to layer 4 (engine)',
  ],
  [
    'store/a.ts',
    `import {\n  x,\n  y,\n} from '../github/api.ts';`,
    'store/a.ts → github/api.ts: from layer 2 (store) to layer 2 (github)',
  ],
  [
    'webhooks/a.ts',
    `export { x } from '../web/pages.ts';`,
    'webhooks/a.ts → web/pages.ts: from layer 5 (webhooks) to layer 5 (web)',
  ],
  ['cli/a.ts', `import '../cli.ts';`, 'cli/a.ts → cli.ts: from layer 5 (cli) to layer 6 (cli.ts)'],
  [
    'engine/core/a.ts',
    `const x = await import('../../app/compose.ts');`,
    'engine/core/a.ts → app/compose.ts: from layer 4 (engine) to layer 6 (app)',
  ],
  [
    'messages/a.ts',
    `import x from "../config/env.ts";`,
    'messages/a.ts → config/env.ts: from layer 1 (messages) to layer 1 (config)',
  ],
  [
    'github/a.ts',
    `import { x } from '../messages/format.ts';`,
    'github/a.ts → messages/format.ts: github/ imports net, domain only',
  ],
  [
    'facts/a.ts',
    `import type { X } from '../store/drifts.ts';`,
    'facts/a.ts → store/drifts.ts: facts/ imports registry, github, net, domain only',
  ],
  [
    'engine/core/a.ts',
    `import type { Inbox } from '../queue/inbox.ts';`,
    'engine/core/a.ts → engine/queue/inbox.ts: core/ stands below queue/ in engine/',
  ],
  [
    'engine/publish/a.ts',
    `import { x } from '../apply/b.ts';`,
    'engine/publish/a.ts → engine/apply/b.ts: publish/ stands below apply/ in engine/',
  ],
  ['engine/new/a.ts', '', 'engine/new/a.ts: new has no place in engine/; add it to the table'],
  ['engine/a.ts', '', 'engine/a.ts: a.ts has no place in engine/; add it to the table'],
  [
    'engine/core/a.ts',
    `import { world } from '../../../test/support/world.ts';`,
    'engine/core/a.ts → ../../../test/support/world.ts: leaves src/',
  ],
  ['helpers/a.ts', '', 'helpers/a.ts: helpers is in no layer; add it to the table'],
  ['utils.ts', '', 'utils.ts: utils.ts is in no layer; add it to the table'],
  [
    'engine/core/a.ts',
    `import { x } from '../../utils.ts';`,
    'engine/core/a.ts → utils.ts: utils.ts is in no layer; add it to the table',
  ],
  [
    'domain/a.ts',
    `import { createHash } from 'node:crypto';`,
    'domain/a.ts → node:crypto: domain/ imports itself, zod and semver',
  ],
  ['domain/a.ts', `import { Kysely } from 'kysely';`, 'domain/a.ts → kysely: domain/ imports itself, zod and semver'],
  ['domain/a.ts', 'export async function f() {}', 'domain/a.ts: async in domain/'],
  ['domain/a.ts', 'const at = Date.now();', 'domain/a.ts: Date.now in domain/'],
  ['domain/rules/a.ts', 'const at = new Date();', 'domain/rules/a.ts: new Date() in domain/'],
  ['domain/a.ts', 'const luck = Math.random();', 'domain/a.ts: Math.random in domain/'],
  ['domain/a.ts', "const url = 'https://x'; const level = process.env.LEVEL;", 'domain/a.ts: process. in domain/'],
];

test.each(PLANTED)('%s with %j is a breach', (path, text, breach) => {
  expect(findImportBreaches(path, text)).toContain(breach);
});

test.each([
  ['domain/rules/a.ts', `import { x } from '../rule.ts';\nimport { z } from 'zod';`],
  [
    'engine/queue/a.ts',
    `import { x } from '../core/commit.ts';\nimport { y } from '../../store/jobs.ts';\nimport './b.ts';\nimport 'node:fs';`,
  ],
  ['facts/a.ts', `import { x } from '../registry/client.ts';`],
  ['main.ts', `import { wire } from './app/compose.ts';\nimport { run } from './cli/status.ts';`],
  [
    'domain/a.ts',
    '// Date.now is read elsewhere, in an async place of this process.\n/* Math.random */\nconst at = new Date(now);',
  ],
  ['cli.ts', 'const now = Date.now();'],
])('%s with %j is none', (path, text) => {
  expect(findImportBreaches(path, text)).toEqual([]);
});

test('a circle of files is found, through type-only imports too, and named once', () => {
  const circle = new Map([
    ['domain/a.ts', `import type { B } from './b.ts';`],
    ['domain/b.ts', `export { c } from './deep/c.ts';`],
    ['domain/deep/c.ts', `import { a } from '../a.ts';`],
    ['domain/d.ts', `import { a } from './a.ts';`],
  ]);
  expect(findFileCircles(circle)).toEqual(['domain/a.ts → domain/b.ts → domain/deep/c.ts → domain/a.ts']);
  circle.delete('domain/deep/c.ts');
  expect(findFileCircles(circle)).toEqual([]);
});

test('a file that no other one imports is found, and so is one that only imports itself', () => {
  const rules = new Map([
    ['domain/rules/catalogue.ts', `import { size } from './size.ts';`],
    ['domain/rules/size.ts', `import type { Self } from './size.ts';`],
    ['domain/rules/forgotten.ts', `import { RULES } from './catalogue.ts';\nimport './forgotten.ts';`],
  ]);
  expect(findUnimported(rules)).toEqual(['domain/rules/forgotten.ts']);
});

test('a circle of folders of engine/ is found where no files are in one', () => {
  const folders = new Map([
    ['engine/apply/a.ts', `import { x } from '../core/x.ts';`],
    ['engine/core/y.ts', `import { b } from '../apply/b.ts';`],
  ]);
  expect(findFileCircles(folders)).toEqual([]);
  expect(findEngineCircles(folders)).toEqual(['apply → core → apply']);
});

function files(folder: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_unused, at) => `${folder}/f${at}.ts`);
}

test('a folder with sixteen files is too wide; those of its sub-folders do not count', () => {
  expect(findWideFolders([...files('web', 15), ...files('web/setup', 15)])).toEqual([]);
  expect(findWideFolders(files('web', 16))).toEqual(['web/ holds 16 files directly; 15 are allowed']);
});

test('a file of 301 lines is too long', () => {
  expect(findSizeBreaches('web/a.ts', 'x;\n'.repeat(300))).toEqual([]);
  expect(findSizeBreaches('web/a.ts', 'x;\n'.repeat(301))).toEqual(['web/a.ts: 301 lines; 300 are allowed']);
});

function bodyOf(lines: number, indent: string): string {
  return `${indent}x();\n`.repeat(lines);
}

/** What stands before the function, the lines of its signature, its last line, and what stands after it. */
const FUNCTIONS: readonly (readonly [string, string, string, string, string])[] = [
  ['a function', '', 'export async function f(a: A): Promise<void> {\n', '}\n', ''],
  ['a function with many parameters', '', 'function f({\n  a,\n}: {\n  readonly a: A;\n}): B {\n', '}\n', ''],
  ['a generic function', '', 'export function f<T>(\n  a: T,\n): T {\n', '}\n', ''],
  ['an arrow function with a name', '', 'const f = async (a: A): Promise<void> => {\n', '};\n', ''],
  ['an arrow function of an object', 'const o = {\n', '  f: async ({ a }) => {\n', '  },\n', '};\n'],
  ['a method', 'class C {\n', '  async #f(a: A): Promise<void> {\n', '  }\n', '}\n'],
  ['a method of an object', 'const o = {\n', '  async f(a) {\n', '  },\n', '};\n'],
  ['a constructor', 'class C {\n', '  constructor(parts: {\n    readonly a: A;\n  }) {\n', '  }\n', '}\n'],
  ['a closure', 'if (a) {\n', '  async function f(): Promise<void> {\n', '  }\n', '}\n'],
  ['an argument', '', "describe('x', () => {\n", '});\n', ''],
];

test.each(FUNCTIONS)('%s of 81 lines is too long, and one of 80 is not', (_name, before, signature, last, after) => {
  const withLines = (total: number): string => {
    const body = bodyOf(total - signature.split('\n').length, '    ');
    return `${before}${signature}${body}${last}${after}`;
  };
  expect(findSizeBreaches('web/a.ts', withLines(80))).toEqual([]);
  const line = before.split('\n').length;
  expect(findSizeBreaches('web/a.ts', withLines(81))).toEqual([
    `web/a.ts:${line}: a function of 81 lines; 80 are allowed`,
  ]);
});

test.each([
  ['a table', `const T = {\n${"  a: 'b',\n".repeat(100)}} as const;\n`],
  ['a type', `type T = {\n${'  readonly a: A;\n'.repeat(100)}};\n`],
  ['a branch', `if (a) {\n${bodyOf(100, '  ')}} else {\n${bodyOf(100, '  ')}}\n`],
  ['a text that looks like code', `const t = \`\nfunction f() {\n${bodyOf(100, '  ')}}\n\`;\n`],
  ['a comment that looks like code', `/*\nfunction f() {\n${bodyOf(100, '  ')}}\n*/\n`],
])('%s of a hundred lines is not a long function', (_name, text) => {
  expect(findSizeBreaches('web/a.ts', text)).toEqual([]);
});
