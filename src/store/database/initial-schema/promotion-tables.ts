// The tables of promotions: their policies, their documents, the journal of tag moves, and where they show on GitHub.

export const PROMOTION_TABLES: readonly string[] = [
  // Policy files that promotions were planned under, by git's blob id.
  `CREATE TABLE policies (
    blob TEXT PRIMARY KEY,
    text TEXT NOT NULL,
    first_seen BIGINT NOT NULL
  )`,

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
  `CREATE INDEX promotions_state ON promotions (state)`,
  `CREATE INDEX promotions_held_since ON promotions (held_since) WHERE held_since IS NOT NULL`,
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

  `CREATE TABLE github_marks (
    promotion_id TEXT NOT NULL REFERENCES promotions (id),
    kind TEXT NOT NULL CHECK (kind IN ('card', 'check-run', 'notice', 'deployment')),
    github_id BIGINT NOT NULL,
    target TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (promotion_id, kind)
  )`,
  `CREATE INDEX github_marks_check_run ON github_marks (target) WHERE kind = 'check-run'`,
  `CREATE INDEX github_marks_id ON github_marks (kind, github_id)`,
];
