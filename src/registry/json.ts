// Parses JSON from a registry's bytes, without a parser's error that would carry those bytes into a message.

/** The value, or undefined for anything that is not UTF-8 JSON: the schema that follows says what is missing. */
export function parseJsonBytes(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
