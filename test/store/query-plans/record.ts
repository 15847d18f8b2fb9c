// Records the statements that go through a connection of the store, each with the place in src/store that sends it.
import type { CompiledQuery, KyselyPlugin, QueryId, RootOperationNode } from 'kysely';
import type { Db } from '../../../src/store/database/database.ts';

export type Recorder = {
  readonly plugin: KyselyPlugin;
  /** What was answered since the last call, compiled for the engine. */
  readonly take: (db: Db) => readonly CompiledQuery[];
  /** `<file>:<line>` of all that was answered, with the path below src/store. */
  readonly places: ReadonlySet<string>;
};

type Sent = { readonly node: RootOperationNode; readonly id: QueryId; readonly place: string | null };

const FRAMES = 60;

export function createRecorder(): Recorder {
  // A query inside of another one is transformed as well, but has no answer of its own.
  const sent = new WeakMap<QueryId, Sent>();
  const answered: Sent[] = [];
  const places = new Set<string>();
  return {
    places,
    plugin: {
      transformQuery: ({ node, queryId: id }) => {
        sent.set(id, { node, id, place: findPlace() });
        return node;
      },
      transformResult: async ({ result, queryId }) => {
        const query = sent.get(queryId);
        if (query !== undefined) answered.push(query);
        if (typeof query?.place === 'string') places.add(query.place);
        return result;
      },
    },
    take: (db) => answered.splice(0).map(({ node, id }) => db.getExecutor().compileQuery(node, id)),
  };
}

/** Kysely compiles a statement where `execute` is called, so that call is on the stack. */
function findPlace(): string | null {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = FRAMES;
  const { stack = '' } = new Error('for its stack');
  Error.stackTraceLimit = limit;
  return /\/src\/store\/([\w./-]+:\d+):\d+/.exec(stack)?.[1] ?? null;
}
