// What a planner's answer says of tables that grow: whether it reads them from one end to the other, or sorts what it finds.
import { CompiledQuery } from 'kysely';
import { z } from 'zod';
import type { Db } from '../../../src/store/database/database.ts';

/** `scan of <table>`, `repeated scan of <table>` or `sort`. */
export type PlanProblem = string;

/** Hold a few rows for each process: they may be read again for every row of something else. */
const INDEXES_OF_RUNNING: readonly string[] = ['jobs_running_key', 'jobs_running_queue_key'];
/** Hold only what waits, runs or is open: read from one end to the other, once, they take as long as there is work. */
const INDEXES_OF_OPEN_WORK: readonly string[] = [
  ...INDEXES_OF_RUNNING,
  'jobs_open',
  'jobs_queued_key',
  'jobs_queued_queue_key',
  'promotions_applying',
  'promotions_open',
  'comments_waiting',
  'staging_checks_unsettled',
  'drifts_open',
];
/** A sort of fewer rows than this costs nothing. */
const FEW_ROWS = 1000;

type Question = { readonly db: Db; readonly query: CompiledQuery; readonly growing: ReadonlySet<string> };

/** Null for what is no query, such as a savepoint. */
export async function findPlanProblems(
  engine: 'sqlite' | 'postgres',
  question: Question,
): Promise<readonly PlanProblem[]> {
  if (!/^\s*(select|insert|update|delete|with)\b/i.test(question.query.sql)) return [];
  const problems = engine === 'sqlite' ? await readSqlitePlan(question) : await readPostgresPlan(question);
  return [...new Set(problems)].toSorted();
}

const sqliteStep = z.object({ id: z.number(), parent: z.number(), detail: z.string() });
type SqliteStep = z.output<typeof sqliteStep>;

/** https://sqlite.org/eqp.html */
async function readSqlitePlan({ db, query, growing }: Question): Promise<readonly PlanProblem[]> {
  const steps = z.array(sqliteStep).parse(await explain(db, 'EXPLAIN QUERY PLAN', query));
  const tables = tablesByAlias(query.sql);
  return steps.flatMap((step) => {
    const { detail } = step;
    // Where only the last terms are sorted, the rows come in order but for those that are equal.
    if (detail.startsWith('USE TEMP B-TREE')) return /FOR LAST/.test(detail) ? [] : ['sort'];
    const [, how, alias = '', index = ''] =
      /^(SCAN|SEARCH) (\S+)(?: USING (?:COVERING )?INDEX (\S+))?/.exec(detail) ?? [];
    const table = tables.get(alias) ?? alias;
    // A search without an index goes from one end until it meets what it wants, which may be at the other end.
    const isWhole = how === 'SCAN' || (how === 'SEARCH' && !detail.includes(' USING '));
    if (!isWhole || !growing.has(table)) return [];
    if (!INDEXES_OF_OPEN_WORK.includes(index)) return [`scan of ${table}`];
    return isRepeated(step, steps) && !INDEXES_OF_RUNNING.includes(index) ? [`repeated scan of ${table}`] : [];
  });
}

/** Carried out for each row of a query around it. */
function isRepeated({ parent }: SqliteStep, steps: readonly SqliteStep[]): boolean {
  const around = steps.find(({ id }) => id === parent);
  return around !== undefined && (around.detail.startsWith('CORRELATED') || isRepeated(around, steps));
}

function tablesByAlias(text: string): ReadonlyMap<string, string> {
  const uses = text.matchAll(/\b(?:from|join)\s+"?(\w+)"?\s+as\s+"?(\w+)"?/gi);
  return new Map([...uses].map(([, table = '', alias = '']) => [alias, table]));
}

type PostgresNode = z.output<typeof postgresNode>;
const postgresNode = z.object({
  'Node Type': z.string(),
  'Relation Name': z.string().optional(),
  'Index Name': z.string().optional(),
  'Index Cond': z.string().optional(),
  Filter: z.string().optional(),
  'Plan Rows': z.number(),
  get Plans() {
    return z.array(postgresNode).optional();
  },
});
const postgresAnswer = z.tuple([z.object({ 'QUERY PLAN': z.tuple([z.object({ Plan: postgresNode })]) })]);

/** https://www.postgresql.org/docs/current/using-explain.html */
async function readPostgresPlan({ db, query, growing }: Question): Promise<readonly PlanProblem[]> {
  const [{ 'QUERY PLAN': plan }] = postgresAnswer.parse(await explain(db, 'EXPLAIN (FORMAT JSON)', query));
  return problemsBelow(plan[0].Plan, { growing, isLimited: false });
}

function problemsBelow(
  node: PostgresNode,
  { growing, isLimited }: { readonly growing: ReadonlySet<string>; readonly isLimited: boolean },
): readonly PlanProblem[] {
  const { 'Node Type': type, Plans: below = [] } = node;
  const isSort = type === 'Sort' && below.some((input) => input['Plan Rows'] > FEW_ROWS);
  const limited = type === 'Limit' || (isLimited && type !== 'Sort' && type !== 'Aggregate');
  return [
    ...(isSort ? ['sort'] : []),
    ...(isWholeRead(node, isLimited) && growing.has(node['Relation Name'] ?? '')
      ? [`scan of ${node['Relation Name'] ?? ''}`]
      : []),
    ...below.flatMap((input) => problemsBelow(input, { growing, isLimited: limited })),
  ];
}

/** An index that is read in its order until a limit is reached is no whole read, unless most rows are left out on the way. */
function isWholeRead(node: PostgresNode, isLimited: boolean): boolean {
  if (node['Node Type'] === 'Seq Scan') return true;
  if (!/^(Index|Index Only|Bitmap Index) Scan$/.test(node['Node Type'])) return false;
  const index = node['Index Name'] ?? '';
  if (node['Index Cond'] !== undefined || INDEXES_OF_OPEN_WORK.includes(index)) return false;
  return !isLimited || node.Filter !== undefined;
}

async function explain(db: Db, how: string, { sql, parameters }: CompiledQuery): Promise<readonly unknown[]> {
  const { rows } = await db.executeQuery(CompiledQuery.raw(`${how} ${sql}`, [...parameters]));
  return rows;
}
