// Whether findings keep an image out, where GitHub may not have been there to be asked.
import { isBlocking, type Finding } from '../domain/rule.ts';

/** `incomplete`: nothing speaks against it but what only GitHub could have told. */
export type Verdict = 'pass' | 'fail' | 'incomplete';

/** `unasked`: what facts say that GitHub would have told; null where it was asked. */
export function verdictOf(findings: readonly Finding[], unasked: string | null): Verdict {
  const blocking = findings.filter(isBlocking);
  if (blocking.some(({ outcome, seen }) => outcome === 'fail' || seen !== unasked)) return 'fail';
  return blocking.length > 0 ? 'incomplete' : 'pass';
}
