// The tables of people: whose rights GitHub confirmed lately, and the commands of people with unknown rights.

export const PEOPLE_TABLES: readonly string[] = [
  `CREATE TABLE known_rights (
    repo_id BIGINT NOT NULL REFERENCES repos (id),
    person_id BIGINT NOT NULL,
    confirmed_at BIGINT NOT NULL,
    PRIMARY KEY (repo_id, person_id)
  )`,
  `CREATE INDEX known_rights_age ON known_rights (confirmed_at)`,

  `CREATE TABLE stranger_commands (
    repo_id BIGINT NOT NULL REFERENCES repos (id),
    comment_id BIGINT NOT NULL,
    person_id BIGINT NOT NULL,
    commands BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (repo_id, comment_id)
  )`,
  `CREATE INDEX stranger_commands_person ON stranger_commands (person_id, at)`,
  `CREATE INDEX stranger_commands_age ON stranger_commands (at)`,
];
