// Migration 1: every table of the first version.

/** The statements, in SQL that both engines read; only two column types differ. */
export function initialSchema({
  bytes,
  autoId,
}: {
  readonly bytes: string;
  readonly autoId: string;
}): readonly string[] {
  return [
    `CREATE TABLE heartbeat (id BIGINT PRIMARY KEY, at BIGINT NOT NULL)`,

    // The head of the audit chain stands apart from its rows, so that cut-off newest rows are seen.
    `CREATE TABLE repos (
      id BIGINT PRIMARY KEY,
      name TEXT NOT NULL,
      installation_id BIGINT NOT NULL,
      next_promotion BIGINT NOT NULL,
      audit_seq BIGINT NOT NULL,
      audit_hash TEXT NOT NULL,
      here_since BIGINT NOT NULL,
      left_at BIGINT,
      updated_at BIGINT NOT NULL
    )`,
    `CREATE INDEX repos_installation ON repos (installation_id)`,

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

    `CREATE TABLE promotions (
      id TEXT PRIMARY KEY,
      repo_id BIGINT NOT NULL REFERENCES repos (id),
      number BIGINT NOT NULL,
      environment TEXT NOT NULL,
      issue BIGINT,
      state TEXT NOT NULL,
      is_open BIGINT NOT NULL CHECK (is_open IN (0, 1)),
      promoted_at BIGINT,
      held_since BIGINT,
      version BIGINT NOT NULL,
      document TEXT NOT NULL,
      created_at BIGINT NOT NULL,
      updated_at BIGINT NOT NULL,
      UNIQUE (repo_id, number)
    )`,
    `CREATE UNIQUE INDEX promotions_applying ON promotions (repo_id, environment) WHERE state = 'applying'`,
    `CREATE INDEX promotions_open ON promotions (repo_id, number) WHERE is_open = 1`,
    `CREATE INDEX promotions_thread ON promotions (repo_id, issue, number) WHERE issue IS NOT NULL`,
    `CREATE INDEX promotions_held ON promotions (repo_id, environment, held_since) WHERE held_since IS NOT NULL`,

    `CREATE TABLE tag_moves (
      promotion_id TEXT NOT NULL REFERENCES promotions (id),
      position BIGINT NOT NULL,
      repository TEXT NOT NULL,
      tag TEXT NOT NULL,
      kind TEXT NOT NULL CHECK (kind IN ('rollback', 'permanent', 'floating')),
      baseline TEXT,
      target TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('planned', 'written', 'confirmed', 'undone', 'stuck')),
      updated_at BIGINT NOT NULL,
      PRIMARY KEY (promotion_id, position)
    )`,
    `CREATE INDEX tag_moves_tag ON tag_moves (repository, tag)`,
    `CREATE INDEX tag_moves_target ON tag_moves (repository, target)`,

    `CREATE TABLE audit (
      repo_id BIGINT NOT NULL REFERENCES repos (id),
      seq BIGINT NOT NULL,
      previous_hash TEXT NOT NULL,
      entry TEXT NOT NULL,
      hash TEXT NOT NULL,
      PRIMARY KEY (repo_id, seq)
    )`,

    `CREATE TABLE github_marks (
      promotion_id TEXT NOT NULL REFERENCES promotions (id),
      kind TEXT NOT NULL CHECK (kind IN ('card', 'check-run', 'notice', 'deployment')),
      github_id BIGINT NOT NULL,
      target TEXT NOT NULL,
      updated_at BIGINT NOT NULL,
      PRIMARY KEY (promotion_id, kind)
    )`,
    `CREATE INDEX github_marks_id ON github_marks (kind, github_id)`,

    `CREATE TABLE threads (
      repo_id BIGINT NOT NULL REFERENCES repos (id),
      issue BIGINT NOT NULL,
      read_up_to BIGINT NOT NULL,
      read_since BIGINT NOT NULL,
      taking BIGINT,
      PRIMARY KEY (repo_id, issue)
    )`,
    `CREATE TABLE comments (
      repo_id BIGINT NOT NULL REFERENCES repos (id),
      comment_id BIGINT NOT NULL,
      issue BIGINT NOT NULL,
      document TEXT NOT NULL,
      received_at BIGINT NOT NULL,
      origin TEXT,
      handled_at BIGINT,
      PRIMARY KEY (repo_id, comment_id)
    )`,
    `CREATE INDEX comments_waiting ON comments (repo_id, issue, comment_id) WHERE handled_at IS NULL`,
    `CREATE INDEX comments_handled ON comments (handled_at) WHERE handled_at IS NOT NULL`,

    `CREATE TABLE staging_checks (
      repo_id BIGINT NOT NULL REFERENCES repos (id),
      commit_sha TEXT NOT NULL,
      check_run_id BIGINT,
      state TEXT NOT NULL CHECK (state IN ('unseen', 'waiting', 'examined', 'ended')),
      document TEXT NOT NULL,
      since BIGINT NOT NULL,
      note TEXT,
      PRIMARY KEY (repo_id, commit_sha)
    )`,
    `CREATE INDEX staging_checks_unsettled ON staging_checks (since) WHERE state IN ('unseen', 'waiting')`,

    `CREATE TABLE drifts (
      id TEXT PRIMARY KEY,
      repo_id BIGINT NOT NULL REFERENCES repos (id),
      environment TEXT NOT NULL,
      promotion_id TEXT NOT NULL REFERENCES promotions (id),
      noticed_at BIGINT NOT NULL,
      over_at BIGINT,
      document TEXT NOT NULL,
      issue BIGINT,
      comment_id BIGINT,
      CHECK ((issue IS NULL) = (comment_id IS NULL))
    )`,
    `CREATE INDEX drifts_repo ON drifts (repo_id, over_at)`,
    `CREATE INDEX drifts_open ON drifts (repo_id, environment) WHERE over_at IS NULL`,

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
