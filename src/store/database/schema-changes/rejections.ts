// The index by which rejected promotions are found.

export const REJECTIONS: readonly string[] = [
  `CREATE INDEX promotions_rejected ON promotions (repo_id, number) WHERE state = 'rejected'`,
];
