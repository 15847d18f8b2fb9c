// Migration: which tags an environment ever moved, the ids behind the names of policies, and who changed a policy file.

export const AUTHORITY_TABLES: readonly string[] = [
  `CREATE TABLE environment_tags (
      repo_id BIGINT NOT NULL REFERENCES repos (id),
      environment TEXT NOT NULL,
      tag TEXT NOT NULL,
      PRIMARY KEY (repo_id, environment, tag)
    )`,
  `INSERT INTO environment_tags (repo_id, environment, tag)
      SELECT DISTINCT promotions.repo_id, promotions.environment, tag_moves.tag
      FROM tag_moves JOIN promotions ON promotions.id = tag_moves.promotion_id
      WHERE tag_moves.kind = 'floating'`,

  // The account or App that a name in a policy file stood for when it was first used, by lower-case name.
  `CREATE TABLE pins (
      owner TEXT NOT NULL,
      kind TEXT NOT NULL CHECK (kind IN ('user', 'app')),
      name TEXT NOT NULL,
      id BIGINT NOT NULL,
      first_used BIGINT NOT NULL,
      PRIMARY KEY (owner, kind, name)
    )`,

  // Who brought a policy file to the default branch last, by its blob id.
  `CREATE TABLE policy_changes (
      repo_id BIGINT NOT NULL REFERENCES repos (id),
      blob TEXT NOT NULL,
      actor_id BIGINT,
      actor_login TEXT NOT NULL,
      source TEXT NOT NULL CHECK (source IN ('push', 'git-author')),
      at BIGINT NOT NULL,
      PRIMARY KEY (repo_id, blob)
    )`,
];
