// Every statement of the store, as both engines would carry it out on a database that has grown for years.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql, type CompiledQuery } from 'kysely';
import { expect, test } from 'vitest';
import type { Store } from '../../src/store/database/database.ts';
import { onBothEngines } from './engines.ts';
import { CALLS } from './query-plans/calls.ts';
import { EXCEPTIONS, FIXED_TABLES } from './query-plans/exceptions.ts';
import { fill } from './query-plans/fill.ts';
import { findPlanProblems } from './query-plans/plan.ts';
import { createRecorder, type Recorder } from './query-plans/record.ts';

const FOLDER = 'src/store';
/** Opens the database, brings its schema up to date and copies it: nothing there asks what is in a table that grows. */
const OF_THE_DATABASE_ITSELF = /^database\//;
const FILLED_WITH_AT_LEAST = 1000;
const SHOWN_LENGTH = 160;
/** What an autovacuum of PostgreSQL does. */
const COUNT = { sqlite: 'ANALYZE', postgres: 'VACUUM (ANALYZE)' } as const;

/** On both engines together, for the tests below. */
const places = new Set<string>();
const excused = new Set<string>();

onBothEngines(({ fresh }) => {
  test('no statement reads a table that grows from end to end, or sorts it', { timeout: 60_000 }, async () => {
    const store = await fresh();
    await fill(store);
    const growing = await listGrowingTables(store);
    const sent = await callAll(store);
    const problems = [...(await listUnfilled(store, growing))];
    // SQLite plans without counts, as nobody has it count in production; they must not lead it astray either.
    for (const isCounted of store.engine === 'sqlite' ? [false, true] : [true]) {
      if (isCounted) await sql.raw(COUNT[store.engine]).execute(store.db);
      for (const { name, query } of sent) {
        for (const problem of await findPlanProblems(store.engine, { db: store.db, query, growing })) {
          if (EXCEPTIONS[name]?.problems.includes(problem) === true) excused.add(`${name}: ${problem}`);
          else problems.push(`${name}: ${problem} in ${query.sql.replaceAll(/\s+/g, ' ').slice(0, SHOWN_LENGTH)}`);
        }
      }
    }
    expect(problems).toEqual([]);
  });
});

test('each function of the store that sends statements is called above', () => {
  const names = listSources().flatMap(({ text }) => {
    const functions = text.matchAll(/^export (?:async )?function (\w+)(?:<[^(]*>)?\(([\s\S]*?)\): /gm);
    return [...functions].flatMap(([, name = '', parameters = '']) =>
      /\b(Db|Tx|Store)\b/.test(parameters) ? [name] : [],
    );
  });
  expect(Object.keys(CALLS).toSorted()).toEqual(names.toSorted());
});

test('each statement was sent by these calls, on one engine at least', () => {
  const all = listSources().flatMap(({ file, text }) =>
    text
      .split('\n')
      .flatMap((line, at) => (/\.execute(TakeFirst(OrThrow)?)?\(/.test(line) ? [`${file}:${at + 1}`] : [])),
  );
  expect(all.filter((place) => !places.has(place))).toEqual([]);
});

test('each exception is needed on one engine at least', () => {
  const all = Object.entries(EXCEPTIONS).flatMap(([name, { problems }]) => problems.map((one) => `${name}: ${one}`));
  expect(all.filter((one) => !excused.has(one))).toEqual([]);
});

/** All but those that are named. */
async function listGrowingTables({ db }: Store): Promise<ReadonlySet<string>> {
  const tables = await db.introspection.getTables();
  return new Set(tables.map(({ name }) => name).filter((name) => FIXED_TABLES[name] === undefined));
}

/** Of a table that is nearly empty no plan says anything. */
async function listUnfilled({ db }: Store, tables: ReadonlySet<string>): Promise<readonly string[]> {
  const counts = [...tables].map(async (name) => {
    const { rows } = await sql<{ n: number }>`SELECT count(*) AS n FROM ${sql.table(name)}`.execute(db);
    return (rows[0]?.n ?? 0) < FILLED_WITH_AT_LEAST ? [`${name}: not filled by query-plans/fill.ts`] : [];
  });
  return (await Promise.all(counts)).flat();
}

async function callAll(store: Store): Promise<readonly { readonly name: string; readonly query: CompiledQuery }[]> {
  const recorder = createRecorder();
  const sent: { readonly name: string; readonly query: CompiledQuery }[] = [];
  for (const [name, call] of Object.entries(CALLS)) {
    await callAndUndo(store, recorder, call);
    sent.push(...recorder.take(store.db).map((query) => ({ name, query })));
  }
  for (const place of recorder.places) places.add(place);
  return sent;
}

async function callAndUndo(store: Store, { plugin }: Recorder, call: (typeof CALLS)[string]): Promise<void> {
  const undo = new Error('undone');
  const work = store.transaction(async (before) => {
    const tx = before.withPlugin(plugin);
    await call({ tx, before, store: { ...store, db: tx, transaction: (inner) => inner(tx) } });
    throw undo;
  });
  await expect(work).rejects.toBe(undo);
}

function listSources(): readonly { readonly file: string; readonly text: string }[] {
  return globSync('**/*.ts', { cwd: FOLDER })
    .filter((file) => !OF_THE_DATABASE_ITSELF.test(file))
    .map((file) => ({ file, text: readFileSync(join(FOLDER, file), 'utf8') }));
}
