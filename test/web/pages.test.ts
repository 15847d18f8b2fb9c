// /healthz, /readyz and /metrics, and what is answered elsewhere.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { startGitHub, type GitHubWorld } from '../support/github/world.ts';
import { openEndpoints, post, type Endpoints } from './harness.ts';

let endpoints: Endpoints;
let github: GitHubWorld | null = null;
afterEach(async () => {
  await endpoints.close();
  await github?.close();
  github = null;
});

test('/readyz is 503 until GitHub accepted the credentials, and 200 from then on, even in an outage of GitHub', async () => {
  github = await startGitHub();
  endpoints = await openEndpoints(github.env);
  const before = await fetch(`${endpoints.url}/readyz`);
  expect(before.status).toBe(503);
  expect(await before.json()).toEqual({
    ready: false,
    database: 'writable',
    github: 'GitHub has not accepted the credentials of the App yet',
  });
  endpoints.app.start();
  await endpoints.logged('GitHub accepted the credentials of the App');
  const after = await fetch(`${endpoints.url}/readyz`);
  expect(after.status).toBe(200);
  expect(await after.json()).toEqual({ ready: true, database: 'writable', github: 'credentials accepted' });
  github.failNext({ path: /./, status: 503, times: Infinity });
  expect((await fetch(`${endpoints.url}/readyz`)).status).toBe(200);
});

test('/readyz stays 503 while GitHub refuses the key; the process keeps running and logs the reason', async () => {
  github = await startGitHub();
  endpoints = await openEndpoints({ ...github.env, APP_ID: '770099' });
  endpoints.app.start();
  await endpoints.logged('GitHub has not accepted the credentials of the App; retrying');
  expect((await fetch(`${endpoints.url}/readyz`)).status).toBe(503);
  expect((await fetch(`${endpoints.url}/healthz`)).status).toBe(200);
});

test('stopped while GitHub refuses the key, the application leaves nothing behind that keeps a process alive', async () => {
  github = await startGitHub();
  endpoints = await openEndpoints();
  const script = `
    import { pino } from 'pino';
    import { readConfig } from '${new URL('../../src/config/env.ts', import.meta.url).href}';
    import { createApplication } from '${new URL('../../src/app/compose.ts', import.meta.url).href}';
    let app;
    const write = (line) => { if (line.includes('GitHub has not accepted')) app.stop(0); };
    app = await createApplication(readConfig(process.env, { isTty: false }), pino({}, { write }));
    app.start();`;
  const env = { ...github.env, APP_ID: '770099', DATABASE_URL: `sqlite:${endpoints.database}.other` };
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { env, stdio: 'inherit' });
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test('/metrics counts webhooks by status, jobs by state, and how long the oldest has waited', async () => {
  endpoints = await openEndpoints();
  await post(endpoints, JSON.stringify({ repository: { id: 1 } }));
  await post(endpoints, '{}', { 'x-hub-signature-256': 'sha256=0' });
  const response = await fetch(`${endpoints.url}/metrics`);
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  const text = await response.text();
  expect(text).toContain('imprimatur_webhooks_total{status="202"} 1');
  expect(text).toContain('imprimatur_webhooks_total{status="401"} 1');
  expect(text).toContain('imprimatur_jobs{state="queued"} 1');
  expect(text).toContain('imprimatur_jobs{state="dead"} 0');
  expect(text).toMatch(/^imprimatur_oldest_due_job_seconds \d/m);
  expect(text).toMatch(/^process_cpu_seconds_total \d/m);
});

test.each([
  ['GET', '/', 404],
  ['GET', '/nothing', 404],
  ['GET', '/healthz/', 404],
  ['GET', '/__proto__', 404],
  ['GET', '/constructor', 404],
  ['POST', '/healthz', 405],
  ['DELETE', '/metrics', 405],
  ['HEAD', '/healthz', 200],
  ['GET', '/healthz?verbose', 200],
])('%s %s is answered %i', async (method, path, status) => {
  endpoints = await openEndpoints({ APP_ID: '' });
  const response = await fetch(`${endpoints.url}${path}`, { method });
  expect(response.status).toBe(status);
  const allowed = status === 405 ? 'GET, HEAD' : null;
  expect(response.headers.get('allow')).toBe(allowed);
});

test('/metrics requires the token, if there is one', async () => {
  endpoints = await openEndpoints({ METRICS_TOKEN: 'a-token-for-prometheus' });
  const read = async (authorization?: string): Promise<number> =>
    (await fetch(`${endpoints.url}/metrics`, { headers: authorization === undefined ? {} : { authorization } })).status;
  expect(await read()).toBe(401);
  expect(await read('Bearer')).toBe(401);
  expect(await read('Bearer a-token-for-prometheu')).toBe(401);
  expect(await read('Basic a-token-for-prometheus')).toBe(401);
  expect(await read('Bearer a-token-for-prometheus')).toBe(200);
  expect((await fetch(`${endpoints.url}/metrics`)).headers.get('www-authenticate')).toBe('Bearer realm="metrics"');
});
