// The table of registry quirks in docs/operations.md is the one that the client suite wrote, and its tests exist.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { MATRIX, tableOf } from '../registry/quirk-matrix.ts';

function readText(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
}

test('the table is fresh; else: node scripts/write-quirk-matrix.ts', () => {
  const written = /<!-- quirks -->\n([\s\S]*?)\n<!-- \/quirks -->/.exec(readText('docs/operations.md'))?.[1] ?? '';
  const rows = [...written.matchAll(/^\| (.*) \|$/gm)].map(([, cells = '']) =>
    cells.split(' | ').map((cell) => cell.trim()),
  );
  expect(rows.filter(([first = '']) => !/^-+$/.test(first))).toEqual(tableOf(MATRIX));
});

test('every test of a behavior exists, with that title', () => {
  const named = MATRIX.flatMap(({ tests }) => tests);
  expect(named.filter(({ file, title }) => !readText(file).includes(`'${title}'`))).toEqual([]);
});

test('every behavior is listed once, and has a test', () => {
  const behaviors = MATRIX.map(({ behavior }) => behavior);
  expect(new Set(behaviors).size).toBe(behaviors.length);
  expect(MATRIX.filter(({ on, tests }) => tests.length === 0 || !Object.values(on).includes(true))).toEqual([]);
});
