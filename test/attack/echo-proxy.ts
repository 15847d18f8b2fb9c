// Stands in front of a server, remembers every credential that it is shown, and repeats them all in errors when it is told to.
import { createServer, request as send, type IncomingMessage, type ServerResponse } from 'node:http';

export type Echo = {
  /** Tested against `METHOD /path?query`. */
  readonly on: RegExp;
  readonly times: number;
  readonly answer: (shown: Shown) => Said;
};

/** What a request carried, and all that can be made of it. */
export type Shown = { readonly header: string; readonly token: string; readonly all: string };

export type Said = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
};

export type EchoProxy = {
  readonly host: string;
  readonly url: string;
  readonly echo: (echo: Echo) => void;
  /** No more echoes. */
  readonly hush: () => void;
  /** The credentials of all requests so far, each once, without their scheme. */
  readonly credentials: () => readonly string[];
  readonly close: () => Promise<void>;
};

export async function startEchoProxy(targetUrl: string): Promise<EchoProxy> {
  const target = new URL(targetUrl);
  const echoes: { readonly echo: Echo; left: number }[] = [];
  const credentials = new Set<string>();
  const server = createServer((request, response) => {
    const shown = shownBy(request.headers.authorization ?? '');
    if (shown.token !== '') credentials.add(shown.token);
    const line = `${request.method} ${request.url}`;
    const struck = echoes.find(({ echo, left }) => left > 0 && echo.on.test(line));
    if (struck === undefined) {
      forward({ request, response, target });
      return;
    }
    struck.left -= 1;
    request.resume();
    const { status, headers = {}, body = '' } = struck.echo.answer(shown);
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it does not listen');
  const host = `127.0.0.1:${address.port}`;
  return {
    host,
    url: `http://${host}`,
    echo: (echo) => void echoes.push({ echo, left: echo.times }),
    hush: () => void echoes.splice(0),
    credentials: () => [...credentials],
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function shownBy(header: string): Shown {
  const token = header.replace(/^(?:basic|bearer|token) +/i, '');
  const decoded = header.startsWith('Basic ') ? Buffer.from(token, 'base64').toString() : token;
  const [, password = decoded] = decoded.split(':');
  const all = [
    header,
    decoded,
    Buffer.from(password).toString('base64'),
    encodeURIComponent(password),
    `${password.slice(0, 20)}...`,
    header.slice(0, 40),
  ];
  return { header, token, all: all.join(' | ') };
}

function forward(args: {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly target: URL;
}): void {
  const { request, response, target } = args;
  const { method, url: path, headers } = request;
  const onward = send({ host: target.hostname, port: target.port, method, path, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  onward.on('error', () => response.destroy());
  request.pipe(onward);
}
