// Logs an error: its message once, its stack frames, and those causes that the message does not contain.
import { errorText } from '../net/error-text.ts';
import { OutsideError } from '../net/outside-error.ts';

const MAX_CAUSES = 5;

/** The serializer of `err`. The log library's own repeats the messages of all causes, and prints a schema's whole issue list. */
export function logError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const causes = causesOf(error);
  return {
    type: error.name,
    message: errorText(error),
    ...detailsOf(error),
    ...(causes.length === 0 ? {} : { causes }),
    stack: framesOf(error),
  };
}

function detailsOf(error: Error): object {
  if (error instanceof OutsideError) {
    const { code, status, retryable } = error;
    return { code, ...(status === null ? {} : { status }), retryable };
  }
  return 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
}

function causesOf(error: Error): readonly string[] {
  const texts: string[] = [];
  let said = errorText(error);
  for (let { cause } = error; cause instanceof Error && texts.length < MAX_CAUSES; { cause } = cause) {
    const text = errorText(cause);
    if (text === '' || said.includes(text)) continue;
    texts.push(text);
    said += `\n${text}`;
  }
  return texts;
}

/** Without its first lines, which repeat the message. */
function framesOf({ stack = '' }: Error): string {
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line));
  return frames.join('\n');
}
