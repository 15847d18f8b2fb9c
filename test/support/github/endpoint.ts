// The HTTP front: every request is logged, checked against GitHub's contract, authorized, answered, or failed on order.
//
// Served by `emulate` behind it (core.ts): is this JWT the App's, which token is granted for which repositories,
// numeric ids of repositories. Served here, on one clock and one state: everything else. emulate lacks reactions,
// deployments, actions and deliveries; its comments, commits and roles differ from GitHub's or follow the wall clock.
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import {
  authorizeApp,
  authorizeInstallation,
  authorizeOrganization,
  authorizeRepository,
  kindOf,
  type TokenKind,
  type Tokens,
} from './access.ts';
import { checkSchema, matchOperation, OPERATIONS, type Matched } from './contract.ts';
import type { Core } from './core.ts';
import { answerOf, type Fault, type Faults } from './faults.ts';
import { checkLimits } from './limits.ts';
import { NOT_FOUND, refuse, type Answer, type Call, type Routes } from './route.ts';
import { fullNameOf, type State } from './state.ts';

export type LoggedRequest = {
  readonly method: string;
  /** Decoded path without query; a renamed repository appears under its present name. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** GitHub's name of the operation, null when it has none. */
  readonly operation: string | null;
  readonly body: unknown;
  readonly token: TokenKind;
  readonly at: number;
  /** Null while it is being answered. */
  status: number | 'hang-up' | null;
};

export type EndpointParts = {
  readonly state: State;
  readonly core: Core;
  readonly tokens: Tokens;
  readonly faults: Faults;
  readonly routes: Routes;
  readonly requests: LoggedRequest[];
  readonly violations: string[];
  readonly echo: Call['echo'];
  /** Called after every answer. */
  readonly answered: () => void;
};

const PRIMARY_LIMIT = 5000;

export async function openEndpoint(
  parts: EndpointParts,
  port: number,
): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
  const missing = OPERATIONS.filter((operation) => parts.routes[operation] === undefined);
  if (missing.length > 0) throw new Error(`in the contract but without a route: ${missing.join(', ')}`);
  const used = new Map<string, number>();
  const server = createServer((request, response) => {
    void serve({ parts, request, response, used });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${portOf(server)}`, close: () => closeServer(server) };
}

async function serve(served: {
  readonly parts: EndpointParts;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly used: Map<string, number>;
}): Promise<void> {
  const { parts, request, response } = served;
  try {
    const { answer, logged } = await handle(parts, request);
    if (answer === 'hang-up') request.socket.destroy();
    else logged.status = send({ request, response, answer, headers: rateHeaders(parts.state, served.used, request) });
    parts.answered();
  } catch (error) {
    // A bug of this world must not look like GitHub's 5xx, which the App would retry: the test's end sees it.
    parts.violations.push(`the world itself failed on ${request.method} ${request.url}: ${String(error)}`);
    send({ request, response, answer: refuse(500, String(error)), headers: {} });
  }
}

async function handle(
  parts: EndpointParts,
  request: IncomingMessage,
): Promise<{ readonly answer: Answer | 'hang-up'; readonly logged: LoggedRequest }> {
  const url = new URL(request.url ?? '/', `http://${request.headers.host ?? '127.0.0.1'}`);
  const method = request.method ?? 'GET';
  const path = byName(parts.state, url.pathname);
  const text = await readAll(request);
  const query = Object.fromEntries(url.searchParams);
  const token = (request.headers.authorization ?? '').replace(/^(bearer|token) +/i, '');
  const matched = matchOperation({ method, path });
  const body = parseBody(text);
  const logged: LoggedRequest = {
    method,
    path: decodeURIComponent(path),
    query,
    operation: matched?.operation ?? null,
    body: body.value,
    token: kindOf(token),
    at: parts.state.now(),
    status: null,
  };
  parts.requests.push(logged);
  const call: Omit<Call, 'params'> = {
    state: parts.state,
    method,
    query,
    body: body.value,
    accept: request.headers.accept ?? '',
    url,
    token,
    echo: parts.echo,
  };
  const problems = [
    ...(body.broken ? ['the body is not JSON'] : []),
    ...(request.headers['user-agent'] === undefined ? ['there is no User-Agent'] : []),
    ...(matched === undefined
      ? []
      : [...checkSchema(matched, { query, body: body.value }), ...checkLimits(matched.operation, body.value)]),
  ];
  const answer = await decide(parts, { logged, matched, problems, call });
  logged.status = answer === 'hang-up' ? answer : answer.status;
  return { answer, logged };
}

async function decide(
  parts: EndpointParts,
  asked: {
    readonly logged: LoggedRequest;
    readonly matched: Matched | undefined;
    readonly problems: readonly string[];
    readonly call: Omit<Call, 'params'>;
  },
): Promise<Answer | 'hang-up'> {
  const { logged, matched, problems, call } = asked;
  const name = `${logged.method} ${logged.path}`;
  if (matched === undefined) {
    parts.violations.push(
      `${name}: no operation that we use; add it to scripts/trim-github-openapi.ts if GitHub has it`,
    );
    return NOT_FOUND;
  }
  parts.violations.push(...problems.map((problem) => `${name} (${matched.operation}): ${problem}`));
  await parts.faults.passTime(logged);
  const before = parts.faults.take('before', logged);
  if (before !== null) return failWith(before);
  const answer = problems.length > 0 ? refuse(422, 'Validation Failed', problems) : await route(parts, matched, call);
  const after = parts.faults.take('after', logged);
  return after === null ? answer : failWith(after);
}

async function route(parts: EndpointParts, matched: Matched, asked: Omit<Call, 'params'>): Promise<Answer> {
  const found = parts.routes[matched.operation];
  if (found === undefined) throw new Error(`${matched.operation} is in the contract but has no route`);
  const call: Call = { ...asked, params: matched.params };
  if (found.auth === 'none') return found.answer(call);
  if (found.auth === 'app') return (await authorizeApp(parts.core, call.token)) ?? found.answer(call);
  const known = authorizeInstallation(call, parts.tokens);
  if ('refusal' in known) return known.refusal;
  if (found.auth === 'installation') return found.answer(known.call);
  if (found.auth === 'organization')
    return authorizeOrganization(known.call, known.grant, found) ?? found.answer(known.call);
  const allowed = authorizeRepository(known.call, known.grant, found);
  return 'refusal' in allowed ? allowed.refusal : found.answer(allowed.call);
}

function failWith(fault: Fault): Answer | 'hang-up' {
  return fault.status === 'hang-up' ? 'hang-up' : answerOf(fault, fault.status);
}

/** `/repositories/{id}/…`, where GitHub redirects renamed repositories to, is the same as the present name. */
function byName(state: State, path: string): string {
  const found = /^\/repositories\/(\d+)(\/.*)?$/.exec(path);
  if (found === null) return path;
  const repo = state.repos.get(Number(found[1]));
  // A repository that was deleted is not found under any name.
  return `/repos/${repo === undefined ? 'deleted/deleted' : fullNameOf(repo)}${found[2] ?? ''}`;
}

function parseBody(text: string): { readonly value: unknown; readonly broken: boolean } {
  if (text === '') return { value: undefined, broken: false };
  try {
    const value: unknown = JSON.parse(text);
    return { value, broken: false };
  } catch (error) {
    if (error instanceof SyntaxError) return { value: undefined, broken: true };
    throw error;
  }
}

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

/** Answers the status that was sent: 304 where the asker has the answer already. */
function send(out: {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly answer: Answer;
  readonly headers: Readonly<Record<string, string>>;
}): number {
  const { answer, response } = out;
  const bytes = answer.raw ?? (answer.body === undefined ? '' : JSON.stringify(answer.body));
  const etag = `W/"${createHash('sha256').update(bytes).digest('hex')}"`;
  const headers = {
    'content-type':
      answer.raw === undefined ? 'application/json; charset=utf-8' : 'application/vnd.github.raw; charset=utf-8',
    ...out.headers,
    ...(out.request.method === 'GET' && answer.status === 200 ? { etag } : {}),
    ...answer.headers,
  };
  if (answer.status === 200 && out.request.headers['if-none-match'] === etag) {
    response.writeHead(304, headers).end();
    return 304;
  }
  response.writeHead(answer.status, headers).end(answer.status === 204 ? undefined : bytes);
  return answer.status;
}

function rateHeaders(
  state: State,
  used: Map<string, number>,
  request: IncomingMessage,
): Readonly<Record<string, string>> {
  const hour = Math.floor(state.now() / 3_600_000);
  const key = `${hour} ${request.headers.authorization ?? ''}`;
  const count = (used.get(key) ?? 0) + 1;
  used.set(key, count);
  return {
    date: new Date(state.now()).toUTCString(),
    'x-github-request-id': createHash('sha256').update(`${key}${count}`).digest('hex').slice(0, 24),
    'x-ratelimit-limit': String(PRIMARY_LIMIT),
    'x-ratelimit-remaining': String(Math.max(0, PRIMARY_LIMIT - count)),
    'x-ratelimit-used': String(count),
    'x-ratelimit-reset': String((hour + 1) * 3600),
    'x-ratelimit-resource': 'core',
  };
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server does not listen on a port');
  return address.port;
}

function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)));
  });
  server.closeAllConnections();
  return closed;
}
