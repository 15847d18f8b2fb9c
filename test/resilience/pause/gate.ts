// Stands before a counterparty and lets a request wait: before it gets there, or before its answer gets back.
import { createServer, request as send, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';

/** `kept`: it never gets there. `late`: it gets there after the wait. `answered`: it got there at once, and its answer waits. */
export type How = 'kept' | 'late' | 'answered';

export type Gate = {
  readonly url: string;
  readonly host: string;
  /** `PUT /v2/acme/dotca/manifests/main` for each request that came, in order. */
  readonly seen: readonly string[];
  /** The n-th request from now on (1, 2, …) waits until it is let go; resolves when it does. */
  readonly hold: (n: number, how: How) => Promise<void>;
  readonly letGo: () => void;
  readonly close: () => Promise<void>;
};

type Hold = { left: number; readonly how: How; readonly came: () => void; readonly over: Promise<void> };

const NOTHING = (): void => {};

export async function openGate(upstream: string): Promise<Gate> {
  const seen: string[] = [];
  let hold: Hold | null = null;
  let letGo = NOTHING;

  function take(): Hold | null {
    if (hold === null) return null;
    hold.left -= 1;
    return hold.left === 0 ? hold : null;
  }

  async function pass(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const held = take();
    seen.push(`${incoming.method} ${(incoming.url ?? '').split('?')[0]}`);
    const body = await buffer(incoming);
    if (held !== null && held.how !== 'answered') {
      held.came();
      await held.over;
      if (held.how === 'kept') return void incoming.socket.destroy();
    }
    const answer = await forward(upstream, incoming, body);
    if (held?.how === 'answered') {
      held.came();
      await held.over;
    }
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  }

  const server = createServer((incoming, response) => {
    pass(incoming, response).catch(() => incoming.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the gate does not listen');
  const host = `127.0.0.1:${address.port}`;
  return {
    url: `http://${host}`,
    host,
    seen,
    hold: (n, how) => {
      const came = Promise.withResolvers<void>();
      const over = Promise.withResolvers<void>();
      hold = { left: n, how, came: came.resolve, over: over.promise };
      letGo = over.resolve;
      return came.promise;
    },
    letGo: () => letGo(),
    close: () =>
      new Promise((resolve) => {
        letGo();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** With its own address in Host and in what it answers: counterparties tell their clients where to go on. */
function forward(upstream: string, { method, url, headers }: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const options = { headers, ...(method === undefined ? {} : { method }), agent: false };
    send(new URL(url ?? '/', upstream), options, resolve)
      .once('error', reject)
      .end(body);
  });
}
