// Runs Debian's docker-registry, a real OCI registry, on a free port, with token auth by a Node token server if wanted.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomUUID, sign } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeSelfSigned, type SelfSigned } from './certificate.ts';
import { answerTokenRequest, defaultTokenRules, type Access, type TokenRules } from './token-service.ts';

export type DockerRegistry = {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  readonly url: string;
  /** Who may do what (token auth); with `htpasswd` only the user ada counts. */
  readonly tokenRules: TokenRules;
  readonly close: () => Promise<void>;
};

/** `s3cret`, as `htpasswd -B` writes it: the only hash that docker-registry reads is bcrypt, which Node lacks. */
const HTPASSWD = 'ada:$2y$05$abcdefghijklmnopqrstuuLK7U1u6pVRmL7L1BBM2aS35PSZnDXlK\n';
const SERVICE = 'docker-registry';
const ISSUER = 'imprimatur-tests';
const START_TRIES = 3;
const READY_TRIES = 200;

export function isDockerRegistryInstalled(): boolean {
  return spawnSync('docker-registry', ['--version']).error === undefined;
}

export async function startDockerRegistry(options: {
  readonly auth: 'token' | 'htpasswd' | 'none';
}): Promise<DockerRegistry> {
  const folder = await mkdtemp(join(tmpdir(), 'docker-registry-'));
  const tokenRules = defaultTokenRules();
  const tokens = options.auth === 'token' ? await startTokenServer(tokenRules) : null;
  try {
    const { child, host } = await startOnFreePort({
      folder,
      auth: await authConfig({ folder, auth: options.auth, tokens }),
    });
    return {
      host,
      url: `http://${host}`,
      tokenRules,
      close: async () => {
        await stop(child);
        await closeServer(tokens);
        await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await closeServer(tokens);
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

type TokenServer = { readonly server: Server; readonly realm: string; readonly signer: SelfSigned };

// Another process may take the free port before the registry does, so it is tried a few times.
async function startOnFreePort(args: {
  readonly folder: string;
  readonly auth: string;
}): Promise<{ readonly child: ChildProcess; readonly host: string }> {
  let said = '';
  for (let tries = 1; tries <= START_TRIES; tries += 1) {
    const host = `127.0.0.1:${await freePort()}`;
    const config = join(args.folder, 'config.yml');
    const lines = [
      'version: 0.1',
      'log: {level: error, accesslog: {disabled: true}}',
      `storage: {filesystem: {rootdirectory: ${JSON.stringify(join(args.folder, 'data'))}}, delete: {enabled: true}}`,
      `http: {addr: ${JSON.stringify(host)}, secret: tests}`,
      args.auth,
    ];
    await writeFile(config, lines.join('\n'));
    const child = spawn('docker-registry', ['serve', config], { stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr?.on('data', (chunk: Buffer) => (said = `${said}${chunk.toString()}`.slice(-2000)));
    child.on('error', (error) => (said = error.message));
    if (await isReady(child, host)) return { child, host };
    await stop(child);
  }
  throw new Error(`docker-registry did not start: ${said}`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

async function isReady(child: ChildProcess, host: string): Promise<boolean> {
  for (let tries = 0; tries < READY_TRIES && child.pid !== undefined && child.exitCode === null; tries += 1) {
    try {
      const answer = await fetch(`http://${host}/v2/`);
      await answer.arrayBuffer();
      return child.exitCode === null;
    } catch {
      // Nobody listens yet.
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
  return false;
}

async function authConfig(args: {
  readonly folder: string;
  readonly auth: 'token' | 'htpasswd' | 'none';
  readonly tokens: TokenServer | null;
}): Promise<string> {
  if (args.auth === 'htpasswd') {
    const path = join(args.folder, 'htpasswd');
    await writeFile(path, HTPASSWD);
    return `auth: {htpasswd: {realm: tests, path: ${JSON.stringify(path)}}}`;
  }
  if (args.tokens === null) return '';
  const bundle = join(args.folder, 'tokens.pem');
  await writeFile(bundle, args.tokens.signer.pem);
  const token = { realm: args.tokens.realm, service: SERVICE, issuer: ISSUER, rootcertbundle: bundle };
  return `auth: ${JSON.stringify({ token })}`;
}

async function startTokenServer(rules: TokenRules): Promise<TokenServer> {
  const signer = makeSelfSigned(ISSUER);
  const mint = (access: readonly Access[], seconds: number): string => mintJwt({ access, seconds, signer });
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://tokens');
    const authorization = request.headers.authorization ?? null;
    const { status, body } = answerTokenRequest({ url, authorization, rules, mint });
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  const port = await listen(server);
  return { server, realm: `http://127.0.0.1:${port}/token`, signer };
}

function mintJwt(args: {
  readonly access: readonly Access[];
  readonly seconds: number;
  readonly signer: SelfSigned;
}): string {
  const now = Math.floor(Date.now() / 1000);
  const header = { typ: 'JWT', alg: 'RS256', x5c: [Buffer.from(args.signer.certificate).toString('base64')] };
  const claims = {
    iss: ISSUER,
    sub: 'tests',
    aud: SERVICE,
    exp: now + args.seconds,
    nbf: now - 10,
    iat: now,
    jti: randomUUID(),
    access: args.access,
  };
  const payload = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${payload}.${sign('sha256', Buffer.from(payload), args.signer.privateKey).toString('base64url')}`;
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await closeServer({ server });
  return port;
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('Not listening on a port');
  return address.port;
}

async function closeServer(tokens: { readonly server: Server } | null): Promise<void> {
  if (tokens === null) return;
  tokens.server.closeAllConnections();
  await new Promise<void>((resolve) => tokens.server.close(() => resolve()));
}
