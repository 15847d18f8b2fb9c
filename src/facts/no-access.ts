// Thrown where the command line has no way to ask GitHub or the database: what they would tell stays unknown.

export class NoAccess extends Error {
  readonly source: 'github' | 'database';
  /** Why, as half a sentence. */
  readonly detail: string;

  constructor(source: NoAccess['source'], detail: string) {
    super(`${source}: ${detail}`);
    this.name = 'NoAccess';
    this.source = source;
    this.detail = detail;
  }
}
