// The real application on a database of its own, listening, without work being taken up: the endpoints alone.
import { createHmac, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { readConfig, type Environment } from '../../src/config/env.ts';
import { createApplication, type Application } from '../../src/app/compose.ts';
import { REAL_WORLD } from '../../src/app/world.ts';
import { startGitHub } from '../support/github/world.ts';

export const SECRET = 'a-webhook-secret-of-32-characters';
export const PREVIOUS = 'the-secret-that-is-rotated-out-now';
export const WEBHOOKS = '/api/github/webhooks';

export type Endpoints = {
  readonly app: Application;
  readonly port: number;
  readonly url: string;
  readonly database: string;
  readonly log: readonly string[];
  /** Resolves when such a line is, or was, logged. */
  readonly logged: (text: string) => Promise<void>;
  readonly close: () => Promise<void>;
};

/** With `APP_ID` unless it is taken away. `GITHUB_API_URL` is a port where nobody listens unless it is named. */
export async function openEndpoints(env: Environment = {}): Promise<Endpoints> {
  const folder = await mkdtemp(join(tmpdir(), 'imprimatur-endpoints-'));
  const database = join(folder, 'imprimatur.db');
  const log: string[] = [];
  const listeners = new Set<() => void>();
  const write = (line: string): void => {
    log.push(line);
    for (const notify of listeners) notify();
  };
  const config = readConfig(
    {
      APP_ID: '770001',
      PRIVATE_KEY: await privateKey(),
      WEBHOOK_SECRET: SECRET,
      WEBHOOK_SECRET_PREVIOUS: PREVIOUS,
      GITHUB_API_URL: 'http://127.0.0.1:9',
      DATABASE_URL: `sqlite:${database}`,
      DOCKER_CONFIG: folder,
      ...env,
    },
    { isTty: false },
  );
  const logger = pino({ level: 'debug' }, { write });
  // Waits for its own sake would outlive the test.
  const app = await createApplication(config, logger, { ...REAL_WORLD, wait: () => new Promise(() => undefined) });
  const { promise: listening, resolve } = Promise.withResolvers<void>();
  app.server.listen(0, '127.0.0.1', resolve);
  await listening;
  const address = app.server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the app does not listen');
  return {
    app,
    port: address.port,
    url: `http://127.0.0.1:${address.port}`,
    database,
    log,
    logged: (text) =>
      new Promise((found) => {
        const notify = (): void => {
          if (log.some((line) => line.includes(text))) found();
        };
        listeners.add(notify);
        notify();
      }),
    close: async () => {
      await app.stop(0);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

let key: string | null = null;

async function privateKey(): Promise<string> {
  if (key === null) {
    const github = await startGitHub();
    key = github.env.PRIVATE_KEY;
    await github.close();
  }
  return key;
}

export function sign(body: string | Uint8Array, secret: string = SECRET): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

/** The headers of a delivery of `issue_comment` with this body, correctly signed; `null` takes one away. */
export function headersOf(
  body: string | Uint8Array,
  changes: Readonly<Record<string, string | null>> = {},
): Record<string, string> {
  const headers = {
    'content-type': 'application/json',
    'x-github-event': 'issue_comment',
    'x-github-delivery': randomUUID(),
    'x-github-hook-installation-target-type': 'integration',
    'x-github-hook-installation-target-id': '770001',
    'x-hub-signature-256': sign(body),
    ...changes,
  };
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === null ? [] : [[name, value]])),
  );
}

export type Answered = { readonly status: number; readonly text: string; readonly headers: Headers };

export async function post(
  endpoints: Endpoints,
  body: string | Uint8Array,
  changes: Readonly<Record<string, string | null>> = {},
): Promise<Answered> {
  const response = await fetch(`${endpoints.url}${WEBHOOKS}`, {
    method: 'POST',
    headers: headersOf(body, changes),
    body: typeof body === 'string' ? body : Buffer.from(body),
  });
  return { status: response.status, text: (await response.text()).trim(), headers: response.headers };
}
