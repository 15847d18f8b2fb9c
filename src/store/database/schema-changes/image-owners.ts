// The tables of names: which repository promoted an image first, and what each repository has been called.

export const IMAGE_OWNERS: readonly string[] = [
  `CREATE TABLE image_owners (
    image TEXT PRIMARY KEY,
    repo_id BIGINT NOT NULL REFERENCES repos (id),
    since BIGINT NOT NULL
  )`,
  // Promotions from before this table count too: the first one of each image.
  `INSERT INTO image_owners (image, repo_id, since)
    SELECT repository, repo_id, held_since FROM (
      SELECT move.repository, promotion.repo_id, promotion.held_since,
        ROW_NUMBER() OVER (PARTITION BY move.repository ORDER BY promotion.held_since, promotion.id) AS place
      FROM tag_moves AS move JOIN promotions AS promotion ON promotion.id = move.promotion_id
      WHERE promotion.held_since IS NOT NULL AND move.kind = 'floating'
    ) AS reached WHERE place = 1`,

  // Lower case: GitHub compares names without it.
  `CREATE TABLE repo_names (
    repo_id BIGINT NOT NULL REFERENCES repos (id),
    name TEXT NOT NULL,
    since BIGINT NOT NULL,
    PRIMARY KEY (repo_id, name)
  )`,
  `CREATE INDEX repo_names_name ON repo_names (name)`,
  `INSERT INTO repo_names (repo_id, name, since) SELECT id, LOWER(name), here_since FROM repos`,
];
