// The tables of repositories: their names and numbers, and the audit trail of each.

export const REPO_TABLES: readonly string[] = [
  `CREATE TABLE heartbeat (id BIGINT PRIMARY KEY, at BIGINT NOT NULL)`,

  // The head of the audit chain is stored apart from its rows, so that missing newest rows are detected.
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

  `CREATE TABLE audit (
    repo_id BIGINT NOT NULL REFERENCES repos (id),
    seq BIGINT NOT NULL,
    previous_hash TEXT NOT NULL,
    entry TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (repo_id, seq)
  )`,
];
