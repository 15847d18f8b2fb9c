// Preloaded into the server: counts what its SQLite database takes for good, and kills the process exactly before or after one of them.
import { DatabaseSync, StatementSync } from 'node:sqlite';
import { z } from 'zod';
import { BoundaryCount, isSame } from './kill.ts';
import { SqlAim, SqlOrder, type SqlAnswer } from './sql-talk.ts';

const WRITES = ['insert', 'update', 'delete', 'replace', 'create', 'alter', 'drop'];
const CHANGES_SCHEMA = ['create', 'alter', 'drop'];
/** A job that is due within this time is waited for: it is tried again after an error. */
const SOON_MS = 20_000;
const OPEN_JOBS = `SELECT count(*) AS open FROM jobs WHERE state = 'running' OR (state = 'queued' AND run_at <= ?)`;

const databases = new WeakMap<StatementSync, DatabaseSync>();
const count = new BoundaryCount();
let aim: SqlAim | null = readAim();
/** What the open transaction has changed. */
let changed: string[] = [];
let database: DatabaseSync | null = null;
/** Ids of the questions that are answered once no job is open. */
const waiting = new Set<number>();
let checkIsDue = false;
let isOwn = false;

around(DatabaseSync.prototype, 'prepare', (self, work) => {
  const statement = work();
  if (statement instanceof StatementSync) databases.set(statement, self);
  return statement;
});
around(DatabaseSync.prototype, 'exec', (self, work, [text]) => carryOut({ database: self, text: String(text), work }));
for (const name of ['run', 'all', 'get'] as const) {
  around(StatementSync.prototype, name, (self, work) => {
    const found = databases.get(self);
    if (found === undefined) throw new Error('a statement was prepared past the proxy');
    return carryOut({ database: found, text: self.sourceSQL, work });
  });
}

process.on('message', (message) => {
  const { id, ...order } = SqlOrder.parse(message);
  switch (order.ask) {
    case 'aim':
      count.clear();
      aim = order.aim;
      return answer({ id });
    case 'passed':
      return answer({ id, passed: [...count.passed] });
    case 'quiet':
      waiting.add(id);
      return checkSoon();
  }
});
process.channel?.unref();

function around<Target extends object>(
  prototype: Target,
  name: keyof Target & string,
  replacement: (self: Target, work: () => unknown, given: readonly unknown[]) => unknown,
): void {
  const native: unknown = Reflect.get(prototype, name);
  if (typeof native !== 'function') throw new Error(`node:sqlite has no ${name}`);
  Object.defineProperty(prototype, name, {
    value(this: Target, ...given: readonly unknown[]): unknown {
      const work = (): unknown => Reflect.apply(native, this, given);
      return isOwn ? work() : replacement(this, work, given);
    },
  });
}

/** What the proxy itself asks goes past it. */
function past<T>(work: () => T): T {
  isOwn = true;
  try {
    return work();
  } finally {
    isOwn = false;
  }
}

type Statement = { readonly database: DatabaseSync; readonly text: string; readonly work: () => unknown };

function carryOut(statement: Statement): unknown {
  const { text, work } = statement;
  database = statement.database;
  const [verb = ''] = text.trim().toLowerCase().split(/\s/, 1);
  if (verb === 'begin' || verb === 'rollback') changed = [];
  if (verb === 'commit') return changed.length === 0 ? work() : pass(changed.join(' + '), work);
  if (!WRITES.includes(verb)) return work();
  return statement.database.isTransaction ? noted(statement) : alone(statement);
}

/** A write within a transaction counts with its COMMIT. */
function noted({ database: db, text, work }: Statement): unknown {
  const before = changesOf(db);
  const result = work();
  const name = nameOf(text);
  if (changesOf(db) !== before || CHANGES_SCHEMA.includes(name.split(' ')[0] ?? '')) changed.push(name);
  return result;
}

/** A write without a transaction gets one, so that a claim which finds nothing is not counted, and no other is missed. */
function alone(statement: Statement): unknown {
  const { database: db } = statement;
  past(() => db.exec('BEGIN IMMEDIATE'));
  changed = [];
  let result: unknown;
  try {
    result = noted(statement);
  } catch (error) {
    if (db.isTransaction) past(() => db.exec('ROLLBACK'));
    throw error;
  }
  const commit = (): void => past(() => db.exec('COMMIT'));
  if (changed.length === 0) commit();
  else pass(`${changed.join(' + ')}${kindOf(result)}`, commit);
  return result;
}

function pass<T>(name: string, commit: () => T): T {
  const boundary = count.next(name);
  const victim = aim !== null && isSame(aim.boundary, boundary) ? aim.when : null;
  if (victim === 'before') die();
  const result = commit();
  if (victim === 'after') die();
  checkSoon();
  return result;
}

/** The signal is delivered before `kill` returns. */
function die(): never {
  process.kill(process.pid, 'SIGKILL');
  throw new Error('SIGKILL came back');
}

function checkSoon(): void {
  if (checkIsDue || waiting.size === 0) return;
  checkIsDue = true;
  setImmediate(() => {
    checkIsDue = false;
    if (database === null || database.isTransaction || isBusy(database)) {
      if (database?.isTransaction === true) checkSoon();
      return;
    }
    for (const id of waiting) answer({ id });
    waiting.clear();
  });
}

function isBusy(db: DatabaseSync): boolean {
  const row = past(() => db.prepare(OPEN_JOBS).get(Date.now() + SOON_MS));
  return Open.parse(row).open > 0;
}

function changesOf(db: DatabaseSync): number {
  return Changes.parse(past(() => db.prepare('SELECT total_changes() AS changes').get())).changes;
}

const Open = z.object({ open: z.number() });
const Changes = z.object({ changes: z.number() });
const Claimed = z.tuple([z.looseObject({ kind: z.string() })]);

/** `update "jobs"`: the verb and the table. */
function nameOf(text: string): string {
  const found =
    /^\s*(insert|update|delete|replace|create|alter|drop)\b(?:\s+(?:into|from|or|ignore|replace|table|unique|index|if|not|exists))*\s+"?(\w+)"?/i.exec(
      text,
    );
  return found === null ? text.trim().slice(0, 40) : `${found[1]?.toLowerCase()} ${found[2]}`;
}

/** Which job a claim took. */
function kindOf(result: unknown): string {
  const claimed = Claimed.safeParse(result);
  return claimed.success ? `: ${claimed.data[0].kind}` : '';
}

function answer(said: SqlAnswer): void {
  process.send?.(said);
}

function readAim(): SqlAim | null {
  const text = process.env['SQL_PROXY_AIM'];
  return text === undefined ? null : SqlAim.parse(JSON.parse(text));
}
