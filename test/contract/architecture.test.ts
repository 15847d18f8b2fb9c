// An import goes down a floor or stays in its folder, and the domain has no clock, no chance and no outside.
import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { expect, test } from 'vitest';

/** The table of docs/design.md, from floor 0 up. Rooms of one floor never import each other, but on the top floor. */
const FLOORS: readonly (readonly string[])[] = [
  ['domain'],
  ['comments', 'messages', 'config', 'net'],
  ['registry', 'github', 'store'],
  ['facts'],
  ['engine'],
  ['webhooks', 'web', 'cli'],
  ['main.ts', 'cli.ts', 'app'],
];
const TOP = FLOORS.length - 1;
const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*(['"`])([^'"`]+)\1/g;
const STRINGS_AND_COMMENTS = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|\/\/.*|\/\*[\s\S]*?\*\//g;
const IMPURE = [/\basync\b/, /\bawait\b/, /\bDate\.now\b/, /\bnew Date\(\s*\)/, /\bDate\(\s*\)/, /\bMath\.random\b/];
const OUTSIDE = [/\bprocess\./, /\bglobalThis\b/, /\bcrypto\./, /\bperformance\./, /\bset(?:Timeout|Interval)\b/];
const DOMAIN_PACKAGES = ['zod', 'semver'];

/** What breaks the rule in one file, as sentences that name the arrow. `path` is below src/. */
function findBreaches(path: string, text: string): readonly string[] {
  const code = text.replace(STRINGS_AND_COMMENTS, (part) => (/^\/[/*]/.test(part) ? '' : part));
  const room = roomOf(path);
  const floor = floorOf(room);
  if (floor === -1) return [`${path}: ${room} is on no floor; add it to the table`];
  const imports = [...code.matchAll(IMPORT)].map(([, , target = '']) => target);
  const arrows = imports.flatMap((target) => breachOf({ path, room, floor, target }) ?? []);
  if (room !== 'domain') return arrows;
  const impure = [...IMPURE, ...OUTSIDE].flatMap((pattern) => pattern.exec(code)?.[0] ?? []);
  return [...arrows, ...impure.map((word) => `${path}: ${word} in domain/`)];
}

function breachOf(from: { path: string; room: string; floor: number; target: string }): string | null {
  const { path, room, floor, target } = from;
  if (!target.startsWith('.')) {
    const allowed = room !== 'domain' || DOMAIN_PACKAGES.includes(target);
    return allowed ? null : `${path} → ${target}: domain/ imports itself, zod and semver`;
  }
  const to = posix.join(posix.dirname(path), target);
  if (to.startsWith('..')) return `${path} → ${target}: leaves src/`;
  const toRoom = roomOf(to);
  const toFloor = floorOf(toRoom);
  if (toFloor === -1) return `${path} → ${to}: ${toRoom} is on no floor; add it to the table`;
  const legal = toRoom === room || toFloor < floor || (floor === TOP && toFloor === TOP);
  return legal ? null : `${path} → ${to}: from floor ${floor} (${room}) to floor ${toFloor} (${toRoom})`;
}

function floorOf(room: string): number {
  return FLOORS.findIndex((rooms) => rooms.includes(room));
}

function roomOf(path: string): string {
  return path.split('/')[0] ?? path;
}

function filesBelow(folder: string): readonly string[] {
  const entries = readdirSync(new URL(`../../${folder}`, import.meta.url), { recursive: true, encoding: 'utf8' });
  return entries.filter((path) => path.endsWith('.ts'));
}

function readText(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
}

test('every import of src goes down a floor or stays in its folder', () => {
  const paths = filesBelow('src/');
  expect(paths).toContain('domain/decide.ts');
  expect(paths.flatMap((path) => findBreaches(path, readText(`src/${path}`)))).toEqual([]);
});

test('test/support imports nothing from src', () => {
  const paths = filesBelow('test/support/');
  const reaching = paths.filter((path) =>
    [...readText(`test/support/${path}`).matchAll(IMPORT)].some(([, , to = '']) => /(?:^|\/)src\//.test(to)),
  );
  expect(reaching).toEqual([]);
});

const PLANTED: readonly (readonly [string, string, string])[] = [
  [
    'domain/a.ts',
    `import { x } from '../store/jobs.ts';`,
    'domain/a.ts → store/jobs.ts: from floor 0 (domain) to floor 2 (store)',
  ],
  [
    'domain/rules/a.ts',
    `import type { X } from '../../engine/job.ts';`,
    'domain/rules/a.ts → engine/job.ts: from floor 0 (domain) to floor 4 (engine)',
  ],
  [
    'store/a.ts',
    `import {\n  x,\n  y,\n} from '../github/api.ts';`,
    'store/a.ts → github/api.ts: from floor 2 (store) to floor 2 (github)',
  ],
  [
    'webhooks/a.ts',
    `export { x } from '../web/pages.ts';`,
    'webhooks/a.ts → web/pages.ts: from floor 5 (webhooks) to floor 5 (web)',
  ],
  ['cli/a.ts', `import '../cli.ts';`, 'cli/a.ts → cli.ts: from floor 5 (cli) to floor 6 (cli.ts)'],
  [
    'engine/a.ts',
    `const x = await import('../app/compose.ts');`,
    'engine/a.ts → app/compose.ts: from floor 4 (engine) to floor 6 (app)',
  ],
  [
    'messages/a.ts',
    `import x from "../config/env.ts";`,
    'messages/a.ts → config/env.ts: from floor 1 (messages) to floor 1 (config)',
  ],
  [
    'engine/a.ts',
    `import { world } from '../../test/support/world.ts';`,
    'engine/a.ts → ../../test/support/world.ts: leaves src/',
  ],
  ['helpers/a.ts', '', 'helpers/a.ts: helpers is on no floor; add it to the table'],
  ['utils.ts', '', 'utils.ts: utils.ts is on no floor; add it to the table'],
  [
    'engine/a.ts',
    `import { x } from '../utils.ts';`,
    'engine/a.ts → utils.ts: utils.ts is on no floor; add it to the table',
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
  expect(findBreaches(path, text)).toContain(breach);
});

test.each([
  ['domain/rules/a.ts', `import { x } from '../rule.ts';\nimport { z } from 'zod';`],
  [
    'engine/effects/a.ts',
    `import { x } from '../commit.ts';\nimport { y } from '../../store/jobs.ts';\nimport 'node:fs';`,
  ],
  ['main.ts', `import { wire } from './app/compose.ts';\nimport { run } from './cli/status.ts';`],
  [
    'domain/a.ts',
    '// Date.now is read elsewhere, in an async place of this process.\n/* Math.random */\nconst at = new Date(now);',
  ],
  ['cli.ts', 'const now = Date.now();'],
])('%s with %j is none', (path, text) => {
  expect(findBreaches(path, text)).toEqual([]);
});
