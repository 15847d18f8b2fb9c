// Reads stored values back with the domain parser that accepted them.

/** A newer version wrote it, so only processes of that version can read it. A job that meets it waits for them. */
export class NewerFormat extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NewerFormat';
  }
}

/** Parses the text. A text that is refused means that something else wrote to the database. */
export function readStored<T>(parse: (text: string) => T | null, text: string): T {
  const value = parse(text);
  if (value === null) throw new Error(`the database holds ${JSON.stringify(text)} where that is not valid`);
  return value;
}

/** The same for a column that may be empty. */
export function readStoredOrNull<T>(parse: (text: string) => T | null, text: string | null): T | null {
  return text === null ? null : readStored(parse, text);
}

/** Outside text that any database accepts: PostgreSQL refuses NUL, and long errors are cut. */
export function storableText(text: string, maxLength: number): string {
  return text.replaceAll('\u0000', '\uFFFD').slice(0, maxLength).toWellFormed();
}
