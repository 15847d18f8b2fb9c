// Reads what Octokit threw: whether GitHub answered, with which status and message.
import { z } from 'zod';
import { redact } from '../../net/redact.ts';
import { HeldBack } from '../../net/breaker.ts';

// Octokit gives network failures status 500 and no response.
const Thrown = z.object({
  status: z.number(),
  message: z.string(),
  request: z.object({ url: z.string(), headers: z.object({ authorization: z.string().optional() }) }).optional(),
  response: z.object({ headers: z.record(z.string(), z.unknown()), data: z.unknown() }).optional(),
});
const Body = z.object({
  message: z.string().catch(''),
  errors: z
    .array(
      z.union([
        z.string(),
        z.object({
          message: z.string().nullish(),
          field: z.string().nullish(),
          code: z.string().nullish(),
        }),
      ]),
    )
    .catch([]),
});

/** A request that failed; without `response` no answer came. */
export type Failure = z.infer<typeof Thrown>;
export type FailedResponse = NonNullable<Failure['response']>;

/** Null if `error` is not from Octokit. */
export function readFailure(error: unknown): Failure | null {
  const parsed = Thrown.safeParse(error);
  return error instanceof Error && parsed.success ? parsed.data : null;
}

/** HTTP status of an answer that Octokit threw, or null when there was no answer. */
export function statusOf(error: unknown): number | null {
  const failure = readFailure(error);
  return failure?.response === undefined ? null : failure.status;
}

/** What held the request back, if it was not sent at all. */
export function heldBackOf(error: unknown): HeldBack | null {
  return error instanceof Error && error.cause instanceof HeldBack ? error.cause : null;
}

/** The headers of an answer that Octokit threw; empty without an answer. */
export function headersOf(error: unknown): Readonly<Record<string, unknown>> {
  return readFailure(error)?.response?.headers ?? {};
}

/** The `date` header of an answer that Octokit threw. */
export function dateOfFailure(error: unknown): string | null {
  const { date } = headersOf(error);
  return typeof date === 'string' ? date : null;
}

/** True when the failed request was the one for an installation token, so the real one was never sent. */
export function failedToMint(error: unknown): boolean {
  return readFailure(error)?.request?.url.endsWith('/access_tokens') ?? false;
}

/** True when the failed request carried an installation token, not a JWT. */
export function failedByToken(error: unknown): boolean {
  return readFailure(error)?.request?.headers.authorization?.startsWith('token ') ?? false;
}

/** `HTTP 422 Validation Failed (body is too long)`, or why there was no answer. */
export function describeFailure({ status, message, response }: Failure): string {
  if (response === undefined) return tidy(`no answer (${message})`);
  const body = readBody(response.data);
  const details = body.errors.map((error) =>
    typeof error === 'string' ? error : (error.message ?? `${error.field ?? 'a field'} ${error.code ?? 'invalid'}`),
  );
  const said = body.message.replace(/\.$/, '');
  return tidy(`HTTP ${status} ${said}${details.length === 0 ? '' : ` (${details.join('; ')})`}`);
}

/** GitHub's own message; null for a web page or plain text instead of JSON. */
export function readBody(data: unknown): z.infer<typeof Body> {
  const parsed = Body.safeParse(data);
  return parsed.success ? parsed.data : { message: '', errors: [] };
}

/** One line of bounded length without credentials: the text may be anybody's, or from a proxy that repeats our request. */
export function tidy(text: string): string {
  return redact(text)
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, MAX_SHOWN);
}

const MAX_SHOWN = 400;
