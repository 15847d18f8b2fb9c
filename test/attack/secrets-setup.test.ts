// While an App is made, its keys and the code that they are given for pass through the server: its log has none of them.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startGitHub } from '../support/github/world.ts';

const PUBLIC_URL = 'https://imprimatur.acme.example';
const MAIN = join(import.meta.dirname, '../../src/main.ts');

test('neither when GitHub fails, nor when it returns them', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'imprimatur-setup-'));
  const github = await startGitHub();
  const child = spawn(process.execPath, [MAIN], {
    cwd: folder,
    env: {
      PORT: '0',
      PUBLIC_URL,
      GITHUB_API_URL: github.url,
      DATABASE_URL: 'sqlite:./x.db',
      LOG_LEVEL: 'trace',
      LOG_FORMAT: 'json',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
    await github.close();
    await rm(folder, { recursive: true });
  });
  let log = '';
  const { promise: port, resolve, reject } = Promise.withResolvers<string>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      log += text;
      const found = /"port":(\d+),.*"listening/.exec(log)?.[1];
      if (found !== undefined) resolve(found);
    });
  }
  void ended.then(() => reject(new Error(`it ended: ${log}`)));
  const url = `http://127.0.0.1:${await port}`;

  // The token of the set-up stands in the log: that is how its reader gets it.
  const token = /"setupToken":"([^"]+)"/.exec(log)?.[1] ?? '';
  const form = new URLSearchParams({ token, kind: 'organization', account: 'acme' });
  const html = await (await fetch(`${url}/setup`, { method: 'POST', body: form })).text();
  const valueOf = (pattern: RegExp): string => unescape(pattern.exec(html)?.[1] ?? '');
  const manifest = valueOf(/name="manifest" value="([^"]*)"/);
  const state = new URL(valueOf(/<form method="post" action="([^"]*)"/)).searchParams.get('state') ?? '';
  const back = new URL(github.createApp({ manifest, state }));
  const code = back.searchParams.get('code') ?? '';
  expect(code.length).toBeGreaterThan(10);
  github.failNext({ method: 'POST', path: /conversions$/, status: 500 });
  const callback = `${url}${back.pathname}${back.search}`;
  const failed = await fetch(callback);
  expect(failed.status).toBe(502);
  const made = await fetch(callback);
  expect(made.status).toBe(200);
  expect(await made.text()).not.toContain(github.env.WEBHOOK_SECRET);
  child.kill('SIGTERM');
  await ended;
  const keyLines = github.env.PRIVATE_KEY.split('\n').filter((line) => line.length > 60);
  const secrets = [
    code,
    state,
    github.env.WEBHOOK_SECRET,
    Buffer.from(github.env.PRIVATE_KEY).toString('base64'),
    ...keyLines,
  ];
  expect(log).toContain('/setup created a GitHub App');
  expect(secrets.filter((secret) => log.includes(secret))).toEqual([]);
});

function unescape(text: string): string {
  return text.replaceAll(/&#(\d+);/g, (_all, number) => String.fromCharCode(Number(number)));
}
