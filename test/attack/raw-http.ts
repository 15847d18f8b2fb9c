// Speaks HTTP by hand over a socket, for requests that no client would make.
import { connect, type Socket } from 'node:net';
import { WEBHOOKS } from '../web/harness.ts';

export type Connection = {
  readonly socket: Socket;
  readonly send: (bytes: string | Uint8Array) => void;
  /** All that came back, once the other side has closed. */
  readonly closed: Promise<string>;
};

/** A connection that is never closed from here before the other side does. */
export function dial(port: number): Connection {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const { promise: closed, resolve } = Promise.withResolvers<string>();
  let received = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    received += text;
  });
  // Being reset is one way of being closed.
  socket.on('error', () => undefined);
  socket.on('end', () => socket.end());
  socket.on('close', () => resolve(received));
  return { socket, send: (bytes) => void socket.write(bytes), closed };
}

/** The head of a request; a name may come twice. */
export function head(headers: readonly (readonly [string, string])[], line = `POST ${WEBHOOKS} HTTP/1.1`): string {
  const lines = [['host', 'imprimatur.test'], ...headers].map(([name, value]) => `${name}: ${value}`);
  return `${[line, ...lines].join('\r\n')}\r\n\r\n`;
}

/** The status codes of all answers on one connection, in their order. */
export function statuses(received: string): readonly number[] {
  return [...received.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => Number(status));
}
