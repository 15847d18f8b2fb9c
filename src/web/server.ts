// The HTTP server: webhooks, health, readiness, metrics, set-up while there is no App; everything else is 404.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { readForm } from './read-form.ts';

export type Page = {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
};

/** What a page answers to a query, and to a form that was posted. */
export type PageMethods = {
  readonly get: (query: URLSearchParams) => Promise<Page>;
  readonly post?: (form: URLSearchParams) => Promise<Page>;
};

export type Pages = Readonly<Record<string, PageMethods | undefined>>;

/** Receives the header `Authorization`. */
export type MetricsEndpoint = (authorization: string | undefined) => Promise<Page>;

export type ServerOptions = {
  /** Answers what comes to WEBHOOK_PATH; it may answer before the request has ended. */
  readonly receiveWebhook: (request: IncomingMessage) => Promise<{ readonly status: number; readonly text: string }>;
  readonly ready: () => Promise<Page>;
  readonly metrics: MetricsEndpoint;
  /** Further pages by path: those of the set-up, while there is no App. */
  readonly pages: Pages;
  readonly onError: (error: unknown) => void;
};

export const WEBHOOK_PATH = '/api/github/webhooks';

const HEADERS_TIMEOUT_MS = 10_000;
/** GitHub gives up after 10 s; 25 MiB over a slow line may take a while longer. */
const REQUEST_TIMEOUT_MS = 30_000;
/** By default, Node checks every 30 s, so a slow sender would get up to 30 s more. */
const CHECK_EVERY_MS = 2000;
const MAX_CONNECTIONS = 1000;
const LINGER_MS = 1000;

export function createWebServer(options: ServerOptions): Server {
  const server = createServer({ connectionsCheckingInterval: CHECK_EVERY_MS }, (request, response) => {
    answer(request, response, options).catch((error: unknown) => {
      options.onError(error);
      send(response, { status: 500, type: 'text/plain', body: 'internal error; see the log\n' });
    });
  });
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.maxConnections = MAX_CONNECTIONS;
  return server;
}

async function answer(request: IncomingMessage, response: ServerResponse, options: ServerOptions): Promise<void> {
  const [path = '', query] = (request.url ?? '/').split('?');
  if (path === WEBHOOK_PATH) {
    const { status, text } = await options.receiveWebhook(request);
    if (status === 405) response.setHeader('Allow', 'POST');
    await sendFirst(request, response, { status, type: 'text/plain', body: `${text}\n` });
    return;
  }
  const fixed = PAGES[path];
  const page = options.pages[path];
  const methods = methodsOf({ fixed, page });
  if (methods.length === 0) {
    send(response, { status: 404, type: 'text/plain', body: 'not found\n' });
  } else if (!methods.includes(request.method ?? '')) {
    response.setHeader('Allow', methods.join(', '));
    send(response, { status: 405, type: 'text/plain', body: `${methods.join(' or ')} only\n` });
  } else if (request.method === 'POST') {
    await sendFirst(request, response, await answerForm(request, page));
  } else {
    send(response, (await (fixed?.(options, request) ?? page?.get(new URLSearchParams(query)))) ?? NOT_A_FORM);
  }
}

function methodsOf({
  fixed,
  page,
}: {
  readonly fixed: unknown;
  readonly page: PageMethods | undefined;
}): readonly string[] {
  if (fixed !== undefined) return ['GET', 'HEAD'];
  if (page === undefined) return [];
  return page.post === undefined ? ['GET'] : ['GET', 'POST'];
}

const NOT_A_FORM: Page = { status: 400, type: 'text/plain', body: 'not a valid form\n' };

async function answerForm(request: IncomingMessage, page: PageMethods | undefined): Promise<Page> {
  const form = await readForm(request);
  return form === null ? NOT_A_FORM : ((await page?.post?.(form)) ?? NOT_A_FORM);
}

type FixedPage = (options: ServerOptions, request: IncomingMessage) => Promise<Page>;

const PAGES: Readonly<Record<string, FixedPage | undefined>> = {
  '/healthz': async () => ({ status: 200, type: 'text/plain', body: 'ok\n' }),
  '/readyz': ({ ready }) => ready(),
  '/metrics': ({ metrics }, request) => metrics(request.headers.authorization),
};

/**
 * The answer does not wait for the rest of the request, which is read and discarded: closing a connection with unread
 * bytes resets it, and the answer is lost. A sender that has not stopped after a moment is cut off.
 */
async function sendFirst(request: IncomingMessage, response: ServerResponse, page: Page): Promise<void> {
  if (request.complete) {
    send(response, page);
    return;
  }
  response.setHeader('Connection', 'close');
  writeHead(response, page);
  response.write(page.body);
  const { promise: over, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, LINGER_MS);
  request.once('end', resolve).once('close', resolve).resume();
  await over;
  clearTimeout(timer);
  response.end();
}

function send(response: ServerResponse, page: Page): void {
  if (response.headersSent || response.destroyed) return;
  writeHead(response, page);
  response.end(page.body);
}

function writeHead(response: ServerResponse, { status, type, body, headers }: Page): void {
  const length = Buffer.byteLength(body);
  response.writeHead(status, { 'Content-Type': `${type}; charset=utf-8`, 'Content-Length': length, ...headers });
}
