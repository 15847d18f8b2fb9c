// Migration: the table of the token that `/setup` requires. It has at most one row.

export const SETUP_TABLES: readonly string[] = [
  `CREATE TABLE setup_tokens (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    hash TEXT NOT NULL,
    expires_at BIGINT NOT NULL
  )`,
];
