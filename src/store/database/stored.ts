// Reads values back that a domain parser let in when they were stored.

/** A newer version wrote it: what it says is for processes of that version to read. Whoever meets it waits for them. */
export class NewerFormat extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NewerFormat';
  }
}

/** What `parse` makes of the text; text that it refuses means that something else wrote to the database. */
export function readStored<T>(parse: (text: string) => T | null, text: string): T {
  const value = parse(text);
  if (value === null) throw new Error(`the database holds ${JSON.stringify(text)} where that is not valid`);
  return value;
}

/** The same for a column that may be empty. */
export function readStoredOrNull<T>(parse: (text: string) => T | null, text: string | null): T | null {
  return text === null ? null : readStored(parse, text);
}

/** Text from outside that any database takes: PostgreSQL refuses NUL, and nobody reads a longer error. */
export function storableText(text: string, maxLength: number): string {
  return text.replaceAll('\u0000', '\uFFFD').slice(0, maxLength).toWellFormed();
}
