// Decides whether an image passes its checks, even if GitHub or the database could not be read.
import { isBlocking, type Finding } from '../domain/finding.ts';

/** `incomplete`: no check failed but those that need GitHub or the database. */
export type Verdict = 'pass' | 'fail' | 'incomplete';

export function verdictOf(findings: readonly Finding[]): Verdict {
  const blocking = findings.filter(isBlocking);
  if (blocking.some((finding) => !isUnasked(finding))) return 'fail';
  return blocking.length > 0 ? 'incomplete' : 'pass';
}

function isUnasked({ seen }: Finding): boolean {
  return seen.code === 'unknown' && seen.reason.code === 'no-access';
}
