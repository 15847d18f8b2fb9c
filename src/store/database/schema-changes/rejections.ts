// Migration: the index that finds rejected promotions.

export const REJECTIONS: readonly string[] = [
  `CREATE INDEX promotions_rejected ON promotions (repo_id, number) WHERE state = 'rejected'`,
];
