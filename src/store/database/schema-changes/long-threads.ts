// Migration: the threads that are near GitHub's limit of comments or at it, and the issues in which full ones continue.

export const LONG_THREADS: readonly string[] = [
  `CREATE TABLE long_threads (
    repo_id BIGINT NOT NULL REFERENCES repos (id),
    issue BIGINT NOT NULL,
    comments BIGINT NOT NULL,
    continued_in BIGINT,
    PRIMARY KEY (repo_id, issue)
  )`,
  `CREATE INDEX long_threads_continued ON long_threads (repo_id, continued_in) WHERE continued_in IS NOT NULL`,
];
