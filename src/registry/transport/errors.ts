// Makes the error sentence: what was tried, what the registry answered, and what a person can do about it.
import { z } from 'zod';
import { redact } from '../../net/redact.ts';
import { OutsideError } from '../../net/outside-error.ts';
import { parseJsonBytes } from '../json.ts';
import type { Answer } from './transport.ts';

/** The request to the registry, in the words of an error message. */
export type Attempt = {
  /** `GET manifest ghcr.io/acme/api:main` */
  readonly tried: string;
  readonly host: string;
  readonly access: 'pull' | 'push';
  /** The code of a 404. */
  readonly unknownCode: 'manifest-unknown' | 'blob-unknown' | 'repository-unknown';
};

/** The secrets to redact before a text goes into an error. */
export type Shown = {
  readonly answer: Answer;
  readonly secrets: readonly string[];
  readonly hasCredential: boolean;
};

/** The final error for an answer that no retry will change. */
export function answerError(attempt: Attempt, shown: Shown): OutsideError {
  const { answer } = shown;
  const { code, advice } = classify(attempt, shown);
  const message = [`${attempt.tried}: ${describeAnswer(shown)}.`, advice].filter((part) => part !== '').join(' ');
  return new OutsideError(message, { code, retryable: false, status: answer.status });
}

/** The registry's own error codes, such as `MANIFEST_UNKNOWN`; none when the body is something else. */
export function registryCodes(body: Uint8Array): readonly string[] {
  return readErrors(body).map(({ code }) => code);
}

/** True if the body is a web page: it comes from a proxy, not from the registry. */
export function isHtml(answer: Answer): boolean {
  const type = answer.headers.get('content-type')?.[0] ?? '';
  return (
    type.startsWith('text/html') || /^\s*<(?:!doctype|html)/i.test(Buffer.from(answer.body).toString('latin1', 0, 200))
  );
}

/** `HTTP 403 DENIED (permission_denied: write_package)`. */
export function describeAnswer({ answer, secrets }: Pick<Shown, 'answer' | 'secrets'>): string {
  const [first] = readErrors(answer.body);
  const said =
    first !== undefined
      ? `${first.code}${first.message === '' ? '' : ` (${first.message})`}`
      : isHtml(answer)
        ? 'with a web page instead of an answer'
        : '';
  return tidy(`HTTP ${answer.status} ${said}`, secrets);
}

const ErrorBody = z.object({
  errors: z.array(z.object({ code: z.string().nullish(), message: z.string().nullish() })),
});

function readErrors(body: Uint8Array): readonly { readonly code: string; readonly message: string }[] {
  const parsed = ErrorBody.safeParse(parseJsonBytes(body));
  if (!parsed.success) return [];
  return parsed.data.errors.map(({ code, message }) => ({ code: code ?? 'no code', message: message ?? '' }));
}

function classify(attempt: Attempt, shown: Shown): { readonly code: string; readonly advice: string } {
  switch (shown.answer.status) {
    case 401:
    case 403:
      return { code: 'registry-denied', advice: denialAdvice(attempt, shown.hasCredential) };
    case 404: {
      if (isHtml(shown.answer)) return { code: 'registry-protocol', advice: 'This is not the answer of a registry.' };
      const denied = registryCodes(shown.answer.body).some((said) => said === 'DENIED' || said === 'UNAUTHORIZED');
      if (denied) return { code: 'registry-denied', advice: denialAdvice(attempt, shown.hasCredential) };
      return { code: attempt.unknownCode, advice: 'It does not exist, or the configured account cannot read it.' };
    }
    case 400:
    case 405:
    case 413:
    case 415:
    case 422:
      return { code: 'registry-refused', advice: '' };
    default:
      return { code: 'registry-protocol', advice: 'A registry does not answer this request in this way.' };
  }
}

function denialAdvice({ host, access }: Attempt, hasCredential: boolean): string {
  if (host !== 'ghcr.io') {
    return hasCredential
      ? `The account configured for ${host} lacks the right to ${access} here.`
      : `No credential is configured for ${host}: add it to docker's config.json (DOCKER_CONFIG).`;
  }
  if (!hasCredential) return 'No credential is configured: set GHCR_USERNAME and GHCR_TOKEN.';
  const [scope, role] = access === 'push' ? ['write:packages', 'Write'] : ['read:packages', 'Read'];
  return (
    `Two causes are usual. The machine user's classic token lacks ${scope} or is not authorized for the organization's ` +
    `SSO: make a new one for GHCR_TOKEN. Or the package does not grant that user ${role}: package settings, Manage access.`
  );
}

function tidy(text: string, secrets: readonly string[]): string {
  return redact(text, secrets)
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, MAX_SHOWN);
}

const MAX_SHOWN = 300;
