// A proxy before GitHub or the registry: passes every request on, counts what it writes, and has somebody killed before or after one.
import { once } from 'node:events';
import { Agent, createServer, request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { BoundaryCount, isSame, type Boundary, type HttpProxyName, type Kill, type When } from './kill.ts';

export type HttpProxy = {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  readonly url: string;
  /** The writes since `begin`. */
  readonly passed: () => readonly Boundary[];
  /** All requests since `begin`. */
  readonly requests: () => number;
  /** Counts from here. */
  readonly begin: () => void;
  /** At whom `strike` is called, once. */
  readonly aim: (kill: Kill | null, strike: () => Promise<void>) => void;
  /** Answers such requests with 403 by itself; null: none. */
  readonly refuse: (fits: ((name: string) => boolean) | null) => void;
  readonly close: () => Promise<void>;
};

export async function openHttpProxy(proxy: {
  readonly name: HttpProxyName;
  readonly upstream: string;
}): Promise<HttpProxy> {
  const upstream = new URL(proxy.upstream);
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const count = new BoundaryCount();
  let requests = 0;
  let aim: { readonly kill: Kill; readonly strike: () => Promise<void> } | null = null;
  let isRefused = NOTHING;

  /** Takes the aim where this request is the one. */
  function hit(name: string, isWrite: boolean): { readonly when: When; readonly strike: () => Promise<void> } | null {
    requests += 1;
    const boundary = isWrite ? count.next(name) : null;
    if (aim === null || !('proxy' in aim.kill) || aim.kill.proxy !== proxy.name) return null;
    const { kill, strike } = aim;
    const isIt = kill.kind === 'request' ? kill.nth === requests : boundary !== null && isSame(kill.boundary, boundary);
    if (!isIt) return null;
    aim = null;
    return { when: kill.when, strike };
  }

  async function pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/' } = incoming;
    const body = await readAll(incoming);
    const name = nameOf(method, url);
    const victim = hit(name, WRITES.includes(method));
    if (victim?.when === 'before') {
      await victim.strike();
      incoming.socket.destroy();
      return;
    }
    const { status, headers, text } = isRefused(name) ? DENIED : await ask(incoming, body);
    if (victim?.when === 'after') {
      await victim.strike();
      incoming.socket.destroy();
      return;
    }
    outgoing.writeHead(status, headers).end(text);
  }

  async function ask({ method = 'GET', url = '/', headers }: IncomingMessage, body: Buffer): Promise<Answer> {
    // The Host stays ours, so that upload locations and next pages lead back here.
    const asked = httpRequest(new URL(url, upstream), { agent, method, headers });
    asked.end(body);
    const answer = await responseOf(asked);
    return { status: answer.statusCode ?? 502, headers: answer.headers, text: await readAll(answer) };
  }

  const server = createServer((incoming, outgoing) => {
    // Whoever asked may be dead by now; who lives sees a broken connection.
    pass(incoming, outgoing).catch(() => outgoing.destroy());
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy does not listen');
  const host = `127.0.0.1:${address.port}`;
  return {
    host,
    url: `http://${host}`,
    passed: () => [...count.passed],
    requests: () => requests,
    begin: () => {
      count.clear();
      requests = 0;
    },
    aim: (kill, strike) => {
      aim = kill === null ? null : { kill, strike };
    },
    refuse: (fits) => {
      isRefused = fits ?? NOTHING;
    },
    close: async () => {
      agent.destroy();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

const NOTHING = (_name: string): boolean => false;
const WRITES = ['POST', 'PUT', 'PATCH', 'DELETE'];

type Answer = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly text: string | Buffer };

const DENIED: Answer = {
  status: 403,
  headers: { 'content-type': 'application/json' },
  text: JSON.stringify({ errors: [{ code: 'DENIED', message: 'requested access to the resource is denied' }] }),
};

/** Without what differs from run to run: times, ids and upload sessions. */
function nameOf(method: string, url: string): string {
  const [path = ''] = url.split('?');
  const plain = path
    .replace(/rollback-\d{8}-\d{6}/, 'rollback-TIME')
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, 'SESSION')
    .replaceAll(/\d{6,}/g, 'N');
  return `${method} ${plain}`;
}

async function responseOf(asked: ReturnType<typeof httpRequest>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    asked.once('response', resolve).once('error', reject);
  });
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
