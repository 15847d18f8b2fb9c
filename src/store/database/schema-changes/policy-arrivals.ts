// Migration: the order in which the policy files of a repository reached its default branch. A file may come back.

export const POLICY_ARRIVALS: readonly string[] = [
  `ALTER TABLE policy_changes ADD COLUMN arrival BIGINT NOT NULL DEFAULT 0`,
  // The time is the best known order.
  `UPDATE policy_changes SET arrival = at`,
  `CREATE INDEX policy_changes_arrival ON policy_changes (repo_id, arrival)`,
];
