// Whether findings keep an image out, where not everybody may have been there to be asked.
import { isBlocking, type Finding } from '../domain/finding.ts';

/** `incomplete`: nothing speaks against it but what GitHub or the database could have told. */
export type Verdict = 'pass' | 'fail' | 'incomplete';

export function verdictOf(findings: readonly Finding[]): Verdict {
  const blocking = findings.filter(isBlocking);
  if (blocking.some((finding) => !isUnasked(finding))) return 'fail';
  return blocking.length > 0 ? 'incomplete' : 'pass';
}

function isUnasked({ seen }: Finding): boolean {
  return seen.code === 'unknown' && seen.reason.code === 'no-access';
}
