// A registry that is far away: passes every request on after a delay, token requests as well, and writes down what it saw.
import { once } from 'node:events';
import { Agent, createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';

/** One exchange as somebody between client and registry sees it; times are `performance.now()`. */
export type Passed = {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly status: number;
  readonly startedAt: number;
  readonly endedAt: number;
};

export type DelayProxy = {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  readonly url: string;
  readonly passed: readonly Passed[];
  /** From now on. */
  readonly setDelay: (ms: number) => void;
  readonly close: () => Promise<void>;
};

/** Challenges are rewritten so that tokens come through here as well, as GHCR's do. */
export async function startDelayProxy(options: {
  readonly upstream: string;
  readonly delayMs: number;
}): Promise<DelayProxy> {
  const upstream = new URL(options.upstream);
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const passed: Passed[] = [];
  let { delayMs } = options;
  let realm: URL | null = null;

  function targetOf(path: string): URL {
    const isToken = path === TOKEN_PATH || path.startsWith(`${TOKEN_PATH}?`);
    if (isToken && realm === null) throw new Error('a token is asked for before any challenge was seen');
    return isToken && realm !== null ? new URL(path.slice(TOKEN_PATH.length), realm) : new URL(path, upstream);
  }

  async function pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const startedAt = performance.now();
    const body = await readAll(incoming);
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    const path = incoming.url ?? '/';
    const { method = 'GET' } = incoming;
    // The Host stays ours, so that upload locations lead back here.
    const asked = httpRequest(targetOf(path), { agent, method, headers: incoming.headers });
    asked.end(body);
    const answer = await response(asked);
    const text = await readAll(answer);
    const challenge = answer.headers['www-authenticate'];
    const found = /realm="([^"]+)"/.exec(challenge ?? '')?.[1];
    if (found !== undefined) realm = new URL(found);
    const rewritten = challenge?.replace(/realm="[^"]+"/, `realm="http://${incoming.headers.host}${TOKEN_PATH}"`);
    const status = answer.statusCode ?? 502;
    outgoing.writeHead(status, {
      ...answer.headers,
      ...(rewritten === undefined ? {} : { 'www-authenticate': rewritten }),
    });
    const ended = once(outgoing, 'finish');
    outgoing.end(text);
    const endedAt = performance.now();
    passed.push({ method, path, headers: plain(incoming), body, status, startedAt, endedAt });
    await ended;
  }

  const server = createServer((incoming, outgoing) => {
    pass(incoming, outgoing).catch((error: unknown) => {
      outgoing.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  });
  // Nobody should measure the opening of connections.
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy does not listen');
  const host = `127.0.0.1:${address.port}`;
  return {
    host,
    url: `http://${host}`,
    passed,
    setDelay: (ms) => {
      delayMs = ms;
    },
    close: async () => {
      agent.destroy();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

const TOKEN_PATH = '/token';

async function response(asked: ReturnType<typeof httpRequest>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    asked.once('response', resolve).once('error', reject);
  });
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

function plain({ headers }: IncomingMessage): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );
}
