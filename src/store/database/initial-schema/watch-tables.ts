// The tables of what Imprimatur follows outside: comments in threads, staging commits, and drifts of environments.

export const WATCH_TABLES: readonly string[] = [
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
  `CREATE INDEX staging_checks_age ON staging_checks (since)`,
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
];
