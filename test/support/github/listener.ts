// An HTTP server in the App's place that keeps what it is sent.
import { createServer, type IncomingHttpHeaders } from 'node:http';

export type Received = { readonly path: string; readonly headers: IncomingHttpHeaders; readonly body: string };

export type Listener = {
  readonly url: string;
  readonly received: readonly Received[];
  readonly answerWith: (status: number) => void;
  readonly close: () => Promise<void>;
};

export async function listen(): Promise<Listener> {
  const received: Received[] = [];
  let status = 202;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString('utf8'),
      });
      response.writeHead(status).end('stored');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the listener has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    received,
    answerWith: (next) => {
      status = next;
    },
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}
