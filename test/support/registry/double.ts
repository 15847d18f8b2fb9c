// A small honest registry in memory with a token service, quirk switches and hooks: what tests use where no real one can misbehave.
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from 'node:http';
import { matchPath, serve, type Call } from './double-routes.ts';
import { createStore, writeTag } from './double-store.ts';
import type { TestImage } from './images.ts';
import { defaultQuirks, errorReply, faultReply, lateFaultReply, type Quirks, type Reply } from './quirks.ts';
import { answerTokenRequest, type Access } from './token-service.ts';

export type LoggedRequest = {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  /** The header as it came. */
  readonly authorization: string | null;
  /** 0 until it is answered, or when the connection was broken on purpose. */
  status: number;
};

export type Hook = (call: {
  readonly method: string;
  readonly path: string;
  readonly repository: string | null;
  readonly reference: string | null;
}) => void | Promise<void>;

export type RegistryDouble = {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  readonly url: string;
  readonly quirks: Quirks;
  readonly requests: readonly LoggedRequest[];
  /** TCP connections accepted so far. */
  readonly connections: () => number;
  /** Runs before each request is served; may change the world. Returns how to take it off again. */
  readonly onRequest: (hook: Hook) => () => void;
  /** The digest a tag holds, whatever lagging readers see. */
  readonly tag: (repository: string, tag: string) => string | null;
  readonly tags: (repository: string) => Readonly<Record<string, string>>;
  readonly setTag: (repository: string, tag: string, digest: string) => void;
  /** Puts an image there without HTTP; layers of declared size become sparse blobs. */
  readonly addImage: (args: { repository: string; tag?: string; image: TestImage }) => void;
  /** A blob that is there, of this size, without bytes. */
  readonly addSparseBlob: (repository: string, digest: string, sizeBytes: number) => void;
  readonly deleteManifest: (repository: string, digest: string) => void;
  readonly deleteBlob: (repository: string, digest: string) => void;
  readonly close: () => Promise<void>;
};

export async function startRegistryDouble(
  options: { readonly clock?: () => number; readonly quirks?: Partial<Quirks> } = {},
): Promise<RegistryDouble> {
  const now = options.clock ?? Date.now;
  const quirks: Quirks = { ...defaultQuirks(), ...options.quirks };
  const store = createStore();
  const tokens = new Map<string, { readonly access: readonly Access[]; readonly expiresAt: number }>();
  const requests: LoggedRequest[] = [];
  const hooks = new Set<Hook>();
  let connections = 0;

  async function answer(request: IncomingMessage, host: string): Promise<Reply> {
    const url = new URL(request.url ?? '/', `http://${host}`);
    const method = request.method ?? 'GET';
    const matched = matchPath(url.pathname);
    const seen = { method, path: url.pathname };
    for (const hook of hooks) {
      await hook({ ...seen, repository: matched?.repository ?? null, reference: matched?.reference ?? null });
    }
    if (url.pathname === '/token') return serveToken(url, request);
    const faulty = faultReply(quirks, seen);
    if (faulty !== null) return faulty;
    const refused = authorize({ method, host, authorization: request.headers.authorization ?? null, matched });
    if (refused !== null) return refused;
    if (url.pathname === '/v2/') return { status: 200, body: '{}' };
    if (matched === null) return { status: 404, headers: { 'content-type': 'text/plain' }, body: '404 page not found' };
    const reply = await serve({ ...matched, method, url, request }, store, quirks);
    return lateFaultReply(quirks, seen) ?? reply;
  }

  function mint(access: readonly Access[], seconds: number): string {
    const token = randomBytes(16).toString('hex');
    tokens.set(token, { access, expiresAt: now() + seconds * 1000 });
    return token;
  }

  function serveToken(url: URL, request: IncomingMessage): Reply {
    const authorization = request.headers.authorization ?? null;
    const { status, body } = answerTokenRequest({ url, authorization, rules: quirks.tokenRules, mint });
    return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  }

  function authorize(args: {
    readonly method: string;
    readonly host: string;
    readonly authorization: string | null;
    readonly matched: Pick<Call, 'repository'> | null;
  }): Reply | null {
    const { authorization } = args;
    if (quirks.auth === 'none') return null;
    if (quirks.auth === 'basic') {
      const [name = '', password] = decodeBasic(authorization);
      const user = quirks.tokenRules.users[name];
      return user !== undefined && user.password === password ? null : challenge('Basic realm="double"');
    }
    if (quirks.refuseBasicWithoutChallenge && authorization?.startsWith('Basic ') === true) {
      return errorReply(403, 'DENIED', 'invalid token');
    }
    const actions = args.method === 'GET' || args.method === 'HEAD' ? ['pull'] : ['pull', 'push'];
    const name = args.matched?.repository ?? null;
    const scope = name === null ? '' : `,scope="repository:${name}:${actions.join(',')}"`;
    const realm = quirks.realm ?? `http://${args.host}/token`;
    const base = `Bearer realm="${realm}",service="double"${scope}`;
    if (authorization === null) return challenge(base);
    const token = tokens.get(authorization.replace(/^Bearer /, ''));
    if (token === undefined || token.expiresAt <= now()) return challenge(`${base},error="invalid_token"`);
    const granted = token.access.find((access) => access.name === name)?.actions ?? [];
    if (name === null || actions.every((action) => granted.includes(action))) return null;
    return challenge(`${base},error="insufficient_scope"`);
  }

  async function respond(args: {
    readonly request: IncomingMessage;
    readonly response: ServerResponse;
    readonly entry: LoggedRequest;
    readonly host: string;
  }): Promise<void> {
    const { request, response, entry, host } = args;
    try {
      const reply = await answer(request, host);
      entry.status = reply.status;
      send({ request, response, reply });
    } catch (error) {
      response.writeHead(500, { 'content-type': 'text/plain' }).end(String(error));
    }
  }

  const server = createServer((request, response) => {
    const { port } = listening();
    const url = new URL(request.url ?? '/', 'http://double');
    const entry: LoggedRequest = {
      method: request.method ?? '',
      path: url.pathname,
      query: url.search,
      authorization: request.headers.authorization ?? null,
      status: 0,
    };
    requests.push(entry);
    void respond({ request, response, entry, host: `127.0.0.1:${port}` });
  });
  const listening = (): { readonly port: number } => {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('The double is not listening');
    return address;
  };
  server.on('connection', () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${listening().port}`;

  return {
    host,
    url: `http://${host}`,
    quirks,
    requests,
    connections: () => connections,
    onRequest: (hook) => {
      hooks.add(hook);
      return () => void hooks.delete(hook);
    },
    tag: (repository, tag) => store.find(repository)?.tags.get(tag) ?? null,
    tags: (repository) => Object.fromEntries(store.find(repository)?.tags ?? []),
    setTag: (repository, tag, digest) => writeTag(store.open(repository), tag, digest, 0),
    addImage: ({ repository, tag, image }) => {
      const target = store.open(repository);
      for (const { digest, sizeBytes, content } of image.blobs) {
        target.blobs.set(digest, { sizeBytes, bytes: content.kind === 'bytes' ? content.bytes : null });
      }
      for (const { digest, mediaType, raw } of [...image.children, image])
        target.manifests.set(digest, { mediaType, raw });
      if (tag !== undefined) writeTag(target, tag, image.digest, 0);
    },
    addSparseBlob: (repository, digest, sizeBytes) =>
      void store.open(repository).blobs.set(digest, { sizeBytes, bytes: null }),
    deleteManifest: (repository, digest) => {
      const target = store.open(repository);
      target.manifests.delete(digest);
      for (const [tag, held] of target.tags) if (held === digest) target.tags.delete(tag);
    },
    deleteBlob: (repository, digest) => void store.open(repository).blobs.delete(digest),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function send(args: {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly reply: Reply;
}): void {
  const { request, response, reply } = args;
  if (reply.cut === 'before') return void request.socket.destroy();
  const body = Buffer.from(reply.body ?? '');
  const headers: OutgoingHttpHeaders = { 'content-length': String(body.length), ...reply.headers };
  // A body that nobody read would leave the connection in the middle of a request.
  request.resume();
  response.writeHead(reply.status, headers);
  if (request.method === 'HEAD') return void response.end();
  if (reply.cut === 'middle') {
    response.write(body.subarray(0, Math.floor(body.length / 2)), () => request.socket.destroy());
    return;
  }
  response.end(body);
}

function challenge(header: string): Reply {
  const reply = errorReply(401, 'UNAUTHORIZED', 'authentication required');
  return { ...reply, headers: { ...reply.headers, 'www-authenticate': header } };
}

function decodeBasic(authorization: string | null): readonly string[] {
  return Buffer.from((authorization ?? '').replace(/^Basic /, ''), 'base64')
    .toString('utf8')
    .split(':');
}
