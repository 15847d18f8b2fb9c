// What docs/design.md says of the code: layers, the order of engine/, files, tables and migrations.
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { MIGRATIONS } from '../../src/store/database/migrations.ts';
import { ENGINE_ORDER, LAYERS } from './architecture/imports.ts';

const PAGE = readText('docs/design.md');

function readText(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
}

/** The code of each row of the table that begins with this heading, by column. */
function columnsOf(heading: string): readonly (readonly (readonly string[])[])[] {
  const [, after = ''] = PAGE.split(new RegExp(`\\n\\| ${heading} +\\|`));
  const [body = ''] = after.split('\n\n');
  return body
    .split('\n')
    .slice(2)
    .map((row) => row.split('|').map((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)));
}

function firstColumnOf(heading: string): readonly string[] {
  return columnsOf(heading).flatMap(([, first = []]) => first);
}

test('the table of layers is that of the architecture test, from the top', () => {
  const rows = columnsOf('Layer').map(([, , modules = []]) => modules.map(withoutSlash).toSorted());
  expect(rows).toEqual(LAYERS.toReversed().map((modules) => modules.toSorted()));
});

test('the folders of engine/ are those of the architecture test, in its order', () => {
  expect(firstColumnOf('Folder').map(withoutSlash)).toEqual(ENGINE_ORDER);
});

function withoutSlash(name: string): string {
  return name.replace(/\/$/, '');
}

test('every file and folder that is named exists', () => {
  const named = [...PAGE.matchAll(/`((?:src|test)\/[^`*]+)`/g)].map(([, path = '']) => path);
  expect(named.length).toBeGreaterThan(40);
  expect(named.filter((path) => !existsSync(new URL(`../../${path}`, import.meta.url)))).toEqual([]);
});

test('the reading order has ten files', () => {
  const section = /\n## Reading order\n([\s\S]*?)\n## /.exec(PAGE)?.[1] ?? '';
  const files = [...section.matchAll(/^\d+\. `([^`]+)`/gm)].map(([, path = '']) => path);
  expect(new Set(files).size).toBe(10);
});

test('the table of stored data has every table of the database', () => {
  const columnTypes = { bytes: '', autoId: '', insertedAt: '' };
  const statements = MIGRATIONS.flatMap((migration) => migration.statements(columnTypes));
  const created = statements.flatMap((statement) => /^\s*CREATE TABLE (\w+)/.exec(statement)?.[1] ?? []);
  expect(firstColumnOf('Tables').toSorted()).toEqual([...created, 'migrations'].toSorted());
});

test('the table of migrations has every migration', () => {
  const [, after = ''] = PAGE.split('\n| Migration ');
  const rows = [...(after.split('\n\n')[0] ?? '').matchAll(/^\| (\d+) +\| `([^`]+)`/gm)];
  expect(rows.map(([, id, name]) => ({ id: Number(id), name }))).toEqual(
    MIGRATIONS.map(({ id, name }) => ({ id, name })),
  );
});
