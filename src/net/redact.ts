// Takes credentials out of a text before people see it: those that are known, and what looks like one of GitHub's.
import { SECRET_MARK, withoutTokens } from '../domain/outside-text.ts';

/**
 * Each secret becomes `[secret]`, even if it was cut off: text that begins as it does is redacted too. So is any text in
 * the form of GitHub's tokens and keys.
 */
export function redact(text: string, secrets: readonly string[] = []): string {
  const known = secrets.filter((secret) => secret !== '').toSorted((left, right) => right.length - left.length);
  const redacted = known.reduce((rest, secret) => {
    const whole = rest.replaceAll(secret, SECRET_MARK);
    return secret.length <= TELLING ? whole : redactPrefixes(whole, secret.slice(0, TELLING));
  }, text);
  return withoutTokens(redacted);
}

/** So many characters of a secret are no accident. */
const TELLING = 12;

function redactPrefixes(text: string, beginning: string): string {
  const [first = '', ...parts] = text.split(beginning);
  return [first, ...parts.map((part) => part.replace(/^[\w.~+/=%-]*/, SECRET_MARK))].join('');
}
