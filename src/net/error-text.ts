// The text of an error for people: one sentence, and never the issue list of a schema.
import { z } from 'zod';

const MAX_ISSUES = 5;

/** The message; of a schema, `user.login: expected string, received null`, at most five places. */
export function errorText(error: unknown): string {
  if (error instanceof z.ZodError) return issuesText(error);
  return error instanceof Error ? error.message : String(error);
}

function issuesText({ issues }: z.ZodError): string {
  const shown = issues.slice(0, MAX_ISSUES).map(({ path, message }) => {
    const place = path.map(String).join('.');
    return place === '' ? message : `${place}: ${message}`;
  });
  const rest = issues.length - shown.length;
  return `${shown.join('; ')}${rest > 0 ? `; and ${rest} more` : ''}`;
}
