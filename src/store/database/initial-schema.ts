// Migration 1: every table of the first version.
import type { ColumnTypes } from './driver.ts';
import { PROMOTION_TABLES } from './initial-schema/promotion-tables.ts';
import { queueTables } from './initial-schema/queue-tables.ts';
import { REPO_TABLES } from './initial-schema/repo-tables.ts';
import { WATCH_TABLES } from './initial-schema/watch-tables.ts';

/** The statements, in SQL that both engines read; only two column types differ. A table comes after those it refers to. */
export function initialSchema(columnTypes: ColumnTypes): readonly string[] {
  return [...REPO_TABLES, ...queueTables(columnTypes), ...PROMOTION_TABLES, ...WATCH_TABLES];
}
