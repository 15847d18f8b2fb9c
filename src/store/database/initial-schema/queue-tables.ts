// The tables of the queue: deliveries, jobs, and what limits how often something is done.
import type { ColumnTypes } from '../driver.ts';

export function queueTables({ bytes, autoId, insertedAt }: ColumnTypes): readonly string[] {
  return [
    `CREATE TABLE deliveries (
      hook_target TEXT NOT NULL,
      delivery_id TEXT NOT NULL,
      received_at BIGINT NOT NULL,
      PRIMARY KEY (hook_target, delivery_id)
    )`,
    `CREATE INDEX deliveries_age ON deliveries (received_at)`,

    `CREATE TABLE delivery_recoveries (
      hook_target TEXT PRIMARY KEY,
      recovered_to BIGINT NOT NULL,
      complete_at BIGINT
    )`,

    `CREATE TABLE jobs (
      id ${autoId},
      kind TEXT NOT NULL,
      key TEXT,
      queue_key TEXT,
      payload ${bytes} NOT NULL,
      run_at BIGINT NOT NULL,
      attempts BIGINT NOT NULL,
      leased_until BIGINT,
      lease TEXT,
      last_error TEXT,
      origin TEXT,
      origin_at BIGINT,
      state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'dead')),
      created_at BIGINT NOT NULL,
      inserted_at ${insertedAt},
      finished_at BIGINT,
      CHECK ((state = 'running') = (lease IS NOT NULL)),
      CHECK ((state = 'running') = (leased_until IS NOT NULL)),
      CHECK ((state IN ('done', 'dead')) = (finished_at IS NOT NULL))
    )`,
    `CREATE INDEX jobs_open ON jobs (run_at, id) WHERE state IN ('queued', 'running')`,
    `CREATE UNIQUE INDEX jobs_queued_key ON jobs (kind, key) WHERE state = 'queued'`,
    `CREATE INDEX jobs_running_key ON jobs (kind, key) WHERE state = 'running'`,
    `CREATE UNIQUE INDEX jobs_running_queue_key ON jobs (queue_key) WHERE state = 'running'`,
    `CREATE INDEX jobs_queued_queue_key ON jobs (queue_key, run_at, id) WHERE state = 'queued'`,
    `CREATE INDEX jobs_ended ON jobs (state, finished_at) WHERE state IN ('done', 'dead')`,

    `CREATE TABLE idempotency_keys (key TEXT PRIMARY KEY, until BIGINT NOT NULL)`,
    `CREATE INDEX idempotency_keys_until ON idempotency_keys (until)`,

    `CREATE TABLE github_write_limits (
      installation_id BIGINT PRIMARY KEY,
      last_at BIGINT NOT NULL,
      hold_until BIGINT NOT NULL
    )`,
    `CREATE TABLE github_writes (
      id ${autoId},
      installation_id BIGINT NOT NULL,
      at BIGINT NOT NULL
    )`,
    `CREATE INDEX github_writes_age ON github_writes (installation_id, at)`,
  ];
}
