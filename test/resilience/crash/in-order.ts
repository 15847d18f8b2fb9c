// Hands deliveries to the server one after the other: those that come together would share a commit, now these and now others.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

export type InOrder = {
  readonly url: string;
  /** Where the server listens by now; null: nowhere. */
  readonly setTarget: (url: string | null) => void;
  readonly close: () => Promise<void>;
};

export async function openInOrder(): Promise<InOrder> {
  let target: string | null = null;
  let last: Promise<void> = Promise.resolve();

  async function pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    try {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
      const { method = 'POST', url = '/' } = incoming;
      const answer = await fetch(new URL(url, target ?? 'nowhere:'), {
        method,
        headers: headersOf(incoming),
        body: Buffer.concat(chunks),
      });
      outgoing.writeHead(answer.status).end(await answer.text());
    } catch {
      // The server is dead or dies: GitHub sees a broken connection, as it would without us.
      outgoing.destroy();
    }
  }

  const server = createServer((incoming, outgoing) => {
    last = last.then(() => pass(incoming, outgoing));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it does not listen');
  return {
    url: `http://127.0.0.1:${address.port}`,
    setTarget: (url) => {
      target = url;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) => name.startsWith('x-') || name === 'content-type');
  return Object.fromEntries(kept.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])));
}
