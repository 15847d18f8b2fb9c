// The words for why a fact is unknown.
import type { UnknownReason } from '../domain/image/unknown-reason.ts';

/** A clause; may contain text from outside, which is not escaped. */
export function unknownText(reason: UnknownReason): string {
  const { platform } = reason;
  return `${platform === undefined ? '' : `${platform}: `}${textOf(reason)}`;
}

function textOf(reason: UnknownReason): string {
  switch (reason.code) {
    case 'not-collected':
      return 'it was not read';
    case 'part-missing':
      return `its ${reason.part} is missing`;
    case 'configs-too-large':
      return `the configs of all platforms are larger than ${reason.maxBytes} bytes`;
    case 'outside-error':
      return reason.error.detail;
    case 'no-access':
      return noAccessText(reason);
  }
}

/** A clause that says which source was not read, and why. */
export function noAccessText({ source, detail }: Pick<NoAccess, 'source' | 'detail'>): string {
  return { github: `GitHub was not asked: ${detail}`, database: `the database was not read: ${detail}` }[source];
}

type NoAccess = Extract<UnknownReason, { code: 'no-access' }>;
