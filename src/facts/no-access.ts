// The error for a command line without access to GitHub or the database: their facts stay unknown.

export class NoAccess extends Error {
  readonly source: 'github' | 'database';
  /** The reason, as a clause. */
  readonly detail: string;

  constructor(source: NoAccess['source'], detail: string) {
    super(`${source}: ${detail}`);
    this.name = 'NoAccess';
    this.source = source;
    this.detail = detail;
  }
}
