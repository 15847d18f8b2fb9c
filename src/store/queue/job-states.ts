// Conditions on the state of a job that the partial indexes serve.
import { sql } from 'kysely';

// Literals, not parameters: SQLite uses a partial index only for a condition that it can read. Nor does it conclude that
// a dead job is one of those that are done or dead, which is what the index of ended jobs holds.
export const QUEUED = sql<boolean>`state = 'queued'`;
export const RUNNING = sql<boolean>`state = 'running'`;
export const OPEN = sql<boolean>`state IN ('queued', 'running')`;
export const DONE = sql<boolean>`(state IN ('done', 'dead') AND state = 'done')`;
export const DEAD = sql<boolean>`(state IN ('done', 'dead') AND state = 'dead')`;
