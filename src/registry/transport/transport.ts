// Sends one HTTP request over a pooled connection and reads a bounded answer: no retry, no redirect, no check of the status.
import { Readable } from 'node:stream';
import { Agent, type Dispatcher } from 'undici';
import { publicOnlyLookup } from '../../net/addresses.ts';
import type { HostGuard, RequestResult } from '../../net/breaker.ts';
import { OutsideError } from '../../net/outside-error.ts';
import type { Route } from '../auth/realm.ts';

export type Answer = {
  readonly status: number;
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: Uint8Array;
  /** True if a redirect led away from the registry: our credentials never answer a challenge from there. */
  readonly foreign: boolean;
};

export type WireRequest = {
  readonly route: Route;
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | null;
  /** A deadline for writes that must not be late: after it, nothing is sent. */
  readonly fence?: Fence;
  /** How much of the body is read: all of it up to a limit (more is an error), or none. */
  readonly read: { readonly maxBytes: number; readonly tooLargeCode: string } | 'nothing';
};

export type Fence = {
  /** Asked over a connection that stands, right before the first byte goes out; where it throws, none does. */
  readonly permit: () => Promise<void>;
  /** From the wait for a connection to the last byte of the answer; then it is aborted. */
  readonly withinMs: number;
};

/** What was sent and what came back, for metrics and logs. `path` has no query. */
export type RequestReport = {
  readonly host: string;
  readonly method: string;
  readonly path: string;
  readonly status: number | null;
  readonly durationMs: number;
};

export type Transport = {
  readonly exchange: (request: WireRequest) => Promise<Answer>;
  readonly close: () => Promise<void>;
};

/**
 * At most `maxConcurrentPerHost` requests are under way per host; the rest queue for a connection. What the guard holds back
 * throws its `HeldBack`.
 */
export function createTransport(options: {
  readonly guard: HostGuard;
  readonly maxConcurrentPerHost: number;
  readonly headersTimeoutMs: number;
  /** Between two pieces of a body. */
  readonly bodyTimeoutMs: number;
  /** For a whole body: a slow one would hold its job for hours. */
  readonly wholeBodyTimeoutMs: number;
  readonly now: () => number;
  readonly onRequest: (report: RequestReport) => void;
}): Transport {
  const pool: Agent.Options = {
    connections: options.maxConcurrentPerHost,
    pipelining: 1,
    // HTTP/2 would multiplex more than `connections` requests.
    allowH2: false,
    headersTimeout: options.headersTimeoutMs,
    bodyTimeout: options.bodyTimeoutMs,
  };
  const timeout = CONNECT_TIMEOUT_MS;
  const open = new Agent({ ...pool, connect: { timeout } });
  const guarded = new Agent({ ...pool, connect: { timeout, lookup: publicOnlyLookup } });

  async function exchange(request: WireRequest): Promise<Answer> {
    const agent = request.route.kind === 'open' ? open : guarded;
    const { url } = request.route;
    const tell = options.guard.enter(url.host);
    const { fence } = request;
    const deadline = fence === undefined ? null : AbortSignal.timeout(fence.withinMs);
    const startedAt = options.now();
    let status: number | null = null;
    let outcome: RequestResult = { kind: 'up' };
    try {
      const response = await agent.request({
        origin: url.origin,
        path: `${url.pathname}${url.search}`,
        method: request.method,
        headers: { 'user-agent': 'imprimatur', ...lengthOf(request), ...request.headers },
        body: fence === undefined ? request.body : Readable.from(withWritePermit(request.body, fence)),
        signal: deadline,
        // undici closes a connection after each HEAD by default; registries keep to the rules.
        reset: false,
      });
      status = response.statusCode;
      if (status >= 500) outcome = { kind: 'down', problem: `HTTP ${status}` };
      const read = status < 400 ? readBody(response.body, request) : readErrorBody(response.body);
      const body = await within(options.wholeBodyTimeoutMs, { read, body: response.body });
      return { status, headers: normalise(response.headers), body, foreign: false };
    } catch (thrown) {
      const error =
        deadline?.aborted === true ? new WriteTimeout('the write took too long', { cause: thrown }) : thrown;
      if (isNetworkError(error)) outcome = { kind: 'down', problem: `no answer (${error.code})` };
      throw error;
    } finally {
      tell(outcome);
      const durationMs = options.now() - startedAt;
      options.onRequest({ host: url.host, method: request.method, path: url.pathname, status, durationMs });
    }
  }

  return {
    exchange,
    close: async () => {
      // Not `close`, which waits for answers: the caller has waited for those that matter.
      await Promise.all([open.destroy(), guarded.destroy()]);
    },
  };
}

/** The first value of a header, or null. */
export function headerOf(answer: Answer, name: string): string | null {
  return answer.headers.get(name)?.[0] ?? null;
}

/** Errors of sockets, TLS, DNS, timeouts and HTTP framing carry a code; ours and bugs don't. */
export function isNetworkError(error: unknown): error is Error & { readonly code: string } {
  return (
    error instanceof Error &&
    !(error instanceof OutsideError) &&
    'code' in error &&
    typeof error.code === 'string' &&
    error.code !== 'UND_ERR_INVALID_ARG' &&
    !error.code.startsWith('ERR_INVALID')
  );
}

class WriteTimeout extends Error {
  readonly code = 'WRITE_TIMEOUT';
}

class WholeBodyTimeout extends Error {
  readonly code = 'WHOLE_BODY_TIMEOUT';
}

const CONNECT_TIMEOUT_MS = 10_000;
const MAX_ERROR_BYTES = 64 * 1024;

/** undici sends nothing, not even the request head, before it has the first bytes of such a body. */
async function* withWritePermit(body: Uint8Array | null, { permit }: Fence): AsyncGenerator<Uint8Array> {
  await permit();
  if (body !== null) yield body;
}

/** Set by us: undici can't know the length of a streamed body. */
function lengthOf({ fence, body }: WireRequest): Readonly<Record<string, string>> {
  return fence === undefined ? {} : { 'content-length': String(body?.length ?? 0) };
}

async function within(
  timeoutMs: number,
  { read, body }: { readonly read: Promise<Uint8Array>; readonly body: Dispatcher.ResponseData['body'] },
): Promise<Uint8Array> {
  const timer = setTimeout(() => body.destroy(new WholeBodyTimeout(`the body took over ${timeoutMs} ms`)), timeoutMs);
  try {
    return await read;
  } finally {
    clearTimeout(timer);
  }
}

async function readBody(body: Dispatcher.ResponseData['body'], request: WireRequest): Promise<Uint8Array> {
  if (request.read === 'nothing') {
    // Destroying an unread body emits its own abort, which is intended and no error.
    body.on('error', () => {}).destroy();
    return new Uint8Array();
  }
  const { maxBytes, tooLargeCode } = request.read;
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of body) {
    if (!(chunk instanceof Uint8Array)) continue;
    total += chunk.length;
    if (total > maxBytes) {
      const { host, pathname } = request.route.url;
      throw new OutsideError(`${request.method} ${host}${pathname}: the answer is longer than ${maxBytes} bytes`, {
        code: tooLargeCode,
        retryable: false,
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The beginning of an error's body is enough to say what it is, whatever limit the wanted body has. */
async function readErrorBody(body: Dispatcher.ResponseData['body']): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of body) {
    if (!(chunk instanceof Uint8Array)) continue;
    chunks.push(chunk);
    total += chunk.length;
    if (total >= MAX_ERROR_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, MAX_ERROR_BYTES);
}

function normalise(headers: Dispatcher.ResponseData['headers']): ReadonlyMap<string, readonly string[]> {
  const entries = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? value : [value]] as const],
  );
  return new Map(entries);
}
