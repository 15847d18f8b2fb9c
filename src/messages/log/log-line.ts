// Keeps a log line on one line: text from outside can't start another one or control the terminal.
import { escapeUnseen } from '../escape.ts';

/** A line of JSON with its line end, as it is written. */
export function jsonLogLine(line: string): string {
  return escapeUnseen(line);
}

/**
 * The same for a reader that prints texts as they are: escapes are shown as such. Line ends stay where they are indented,
 * in the stack of an error, so all but those of the message itself, which comes last.
 */
export function prettyLogLine(line: string): string {
  return escapeUnseen(line)
    .replaceAll(/\\(?:(u[0-9a-f]{4}|[bfrt])|.)/g, showEscape)
    .replace(/"msg":"(?:[^"\\]|\\.)*"\}\n$/, (message) => message.replaceAll(/\\(?:(n)|.)/g, showEscape));
}

function showEscape(pair: string, control: string | undefined): string {
  return control === undefined ? pair : `\\${pair}`;
}
