// Stands between the App and one counterparty: passes requests on, knows them again, and spoils those that it is told to.
import { once } from 'node:events';
import { Agent, createServer, request as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Fault, Reply, Side } from './faults.ts';

export type Seen = {
  readonly side: Side;
  readonly method: string;
  readonly path: string;
  /** The same request has the same one in every run: `PUT /v2/acme/dotca/manifests/main #1`. */
  readonly key: string;
  /** What came back in truth; null where it was not passed on. */
  readonly status: number | null;
  readonly hasBody: boolean;
};

export type FaultProxy = {
  readonly host: string;
  readonly url: string;
  readonly seen: readonly Seen[];
  readonly close: () => Promise<void>;
};

/** Asked of each request when it comes; null lets it pass. */
export type Choose = (request: Pick<Seen, 'side' | 'method' | 'path' | 'key'>) => Fault | null;

const HOP_BY_HOP: readonly string[] = ['connection', 'keep-alive', 'transfer-encoding'];
const DRIP_EVERY_MS = 10;
/** How long nobody listens after a refused connection, by the clock of the run. */
const REFUSED_FOR_MS = 500;

export async function startFaultProxy(options: {
  readonly side: Side;
  /** `http://127.0.0.1:PORT` */
  readonly upstream: string;
  readonly choose: Choose;
  readonly now: () => number;
}): Promise<FaultProxy> {
  const { side, upstream, choose, now } = options;
  const agent = new Agent({ keepAlive: true });
  const counts = new Map<string, number>();
  const seen: Seen[] = [];
  let refusedUntil = 0;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method ?? 'GET';
    const path = request.url ?? '/';
    const name = `${method} ${plain(path)}`;
    const nth = (counts.get(name) ?? 0) + 1;
    counts.set(name, nth);
    const about = { side, method, path, key: `${name} #${nth}` };
    // What a refused connection is to the asker: gone before anything was read.
    const refused = now() < refusedUntil;
    const fault = refused ? null : choose(about);
    const body = await readAll(request);
    const isPassedOn = !refused && (fault === null || fault.passesOn);
    const reply = isPassedOn ? await passOn({ request, body, method, path }) : null;
    seen.push({ ...about, status: reply?.status ?? null, hasBody: (reply?.body.length ?? 0) > 0 });
    if (refused) return void request.socket.destroy();
    if (fault === null) return send(response, reply, method);
    const done = fault.strike({ ...about, host: hostOf(), now: now(), truth: reply });
    switch (done.kind) {
      case 'answer':
        return send(response, done.reply, method);
      case 'break':
        return void request.socket.destroy();
      case 'refuse':
        refusedUntil = now() + REFUSED_FOR_MS;
        return void request.socket.destroy();
      case 'break-in-body':
        return sendHalf(request, response, done.reply);
      case 'silence':
        return;
      case 'drip':
        return drip(response, done.reply);
    }
  }

  async function passOn(asked: {
    readonly request: IncomingMessage;
    readonly body: Buffer;
    readonly method: string;
    readonly path: string;
  }): Promise<Reply> {
    const { request, body, method, path } = asked;
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const sent = ask(new URL(path, upstream), { method, headers: request.headers, agent }, resolve);
      sent.on('error', reject).end(body);
    });
    const headers = Object.entries(answer.headers).filter(([header]) => !HOP_BY_HOP.includes(header));
    return { status: answer.statusCode ?? 0, headers: Object.fromEntries(headers), body: await readAll(answer) };
  }

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      // The counterparty itself broke off: so does the way to it.
      request.socket.destroy(error instanceof Error ? error : undefined);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const hostOf = (): string => `127.0.0.1:${portOf(server.address())}`;
  return {
    host: hostOf(),
    url: `http://${hostOf()}`,
    seen,
    close: async () => {
      agent.destroy();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('the proxy does not listen');
  return address.port;
}

/** Without what differs between two runs that do the same. */
function plain(path: string): string {
  return path.replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '…');
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

function send(response: ServerResponse, reply: Reply | null, method: string): void {
  if (reply === null) throw new Error('nothing to answer with');
  const { status, headers, body } = reply;
  const length = method === 'HEAD' || status === 204 || status === 304 ? {} : { 'content-length': body.length };
  response.writeHead(status, { ...headers, ...length }).end(body);
}

function sendHalf(request: IncomingMessage, response: ServerResponse, { status, headers, body }: Reply): void {
  response.writeHead(status, { ...headers, 'content-length': body.length });
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => request.socket.destroy());
}

/** One byte now and then, and never the last one. */
function drip(response: ServerResponse, { status, headers, body }: Reply): void {
  response.writeHead(status, { ...headers, 'content-length': body.length });
  let at = 0;
  const timer = setInterval(() => {
    response.write(body.subarray(at, at + 1));
    at = Math.min(at + 1, body.length - 2);
  }, DRIP_EVERY_MS);
  response.on('close', () => clearInterval(timer));
}
