// What goes wrong on order: answers instead of the work, or after it.
import type { Answer } from './route.ts';

export type Fault = {
  readonly method?: string;
  readonly path: RegExp;
  /** A status, or the connection that breaks without an answer. */
  readonly status: number | 'hang-up';
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** How often; once by default. */
  readonly times?: number;
};

export type RateLimit = {
  readonly kind: 'primary' | 'secondary';
  readonly path?: RegExp;
  readonly method?: string;
  /** GitHub uses both for both kinds. */
  readonly status?: 403 | 429;
  readonly seconds: number;
  readonly times?: number;
};

/** What happens while that request is under way: the answer comes when it is done. */
export type Meanwhile = Pick<Fault, 'method' | 'path'> & { readonly work: () => Promise<void> };

export type Faults = {
  readonly onNext: (meanwhile: Meanwhile) => void;
  readonly passTime: (request: { readonly method: string; readonly path: string }) => Promise<void>;
  readonly failNext: (fault: Fault) => void;
  readonly applyThenFail: (fault: Fault) => void;
  readonly limitNext: (limit: RateLimit) => void;
  readonly clear: () => void;
  readonly take: (
    when: 'before' | 'after',
    request: { readonly method: string; readonly path: string },
  ) => Fault | null;
};

export function createFaults(now: () => number): Faults {
  const queue: { readonly when: 'before' | 'after'; readonly fault: Fault; left: number }[] = [];
  const add = (when: 'before' | 'after', fault: Fault): void => {
    queue.push({ when, fault, left: fault.times ?? 1 });
  };
  const works: Meanwhile[] = [];
  return {
    onNext: (meanwhile) => works.push(meanwhile),
    passTime: async (request) => {
      const at = works.findIndex((one) => fits(one, request));
      const [found] = at === -1 ? [] : works.splice(at, 1);
      await found?.work();
    },
    failNext: (fault) => add('before', fault),
    applyThenFail: (fault) => add('after', fault),
    limitNext: (limit) => add('before', limitFault(limit, now())),
    clear: () => queue.splice(0),
    take: (when, request) => {
      const found = queue.find((one) => one.when === when && one.left > 0 && fits(one.fault, request));
      if (found === undefined) return null;
      found.left -= 1;
      return found.fault;
    },
  };
}

function fits(
  { method, path }: Pick<Fault, 'method' | 'path'>,
  request: { readonly method: string; readonly path: string },
): boolean {
  return (method ?? request.method) === request.method && path.test(request.path);
}

export function answerOf(fault: Fault, status: number): Answer {
  const body = fault.body ?? { message: 'Server Error', status: String(status) };
  const headers = fault.headers === undefined ? {} : { headers: fault.headers };
  return typeof body === 'string' ? { status, raw: body, ...headers } : { status, body, ...headers };
}

function limitFault(limit: RateLimit, now: number): Fault {
  const reset = String(Math.ceil(now / 1000) + limit.seconds);
  const primary = limit.kind === 'primary';
  const message = primary
    ? 'API rate limit exceeded for installation.'
    : 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.';
  return {
    path: limit.path ?? /./,
    ...(limit.method === undefined ? {} : { method: limit.method }),
    ...(limit.times === undefined ? {} : { times: limit.times }),
    status: limit.status ?? (primary ? 403 : 429),
    body: { message, documentation_url: 'https://docs.github.com/rest/overview/rate-limits-for-the-rest-api' },
    headers: primary
      ? { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset }
      : { 'retry-after': String(limit.seconds) },
  };
}
