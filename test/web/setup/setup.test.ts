// Set-up as its operator lives it: a server without an App, GitHub's page, keys in .env, a restart that works.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseEnv } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readAppManifest } from '../../../src/config/app-manifest.ts';
import { addToEnvFile, type EnvFileResult } from '../../../src/config/env-file.ts';
import { createAnonymousClient } from '../../../src/github/client/client.ts';
import { convertManifestCode } from '../../../src/github/app/manifest.ts';
import type { Page } from '../../../src/web/server.ts';
import { openStore, type Store } from '../../../src/store/database/database.ts';
import { migrate } from '../../../src/store/database/migrations.ts';
import { createSetup, type SetupOptions } from '../../../src/web/setup/setup.ts';
import { createSetupTokens, issueSetupToken } from '../../../src/engine/installations/setup-token.ts';
import { startGitHub, type GitHubWorld } from '../../support/github/world.ts';
import { headersOf, openEndpoints, WEBHOOKS } from '../harness.ts';

const MAIN = join(import.meta.dirname, '../../../src/main.ts');
const LOAD_ENV_FILE = join(import.meta.dirname, '../../../scripts/load-env-file.ts');
const PUBLIC_URL = 'https://imprimatur.acme.example';
const HOUR_MS = 60 * 60 * 1000;

let folder: string;
let github: GitHubWorld;
const running = new Set<ChildProcess>();
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imprimatur-setup-'));
  github = await startGitHub();
});
afterEach(async () => {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
  expect(github.violations).toEqual([]);
  await github.close();
  await rm(folder, { recursive: true });
});

/** What the form of a page would send, and where to. */
function formOf(html: string): { readonly action: URL; readonly manifest: string } {
  const action = /<form method="post" action="([^"]*)">/.exec(html)?.[1];
  const manifest = /<input type="hidden" name="manifest" value="([^"]*)">/.exec(html)?.[1];
  if (action === undefined || manifest === undefined) throw new Error(`no form in ${html}`);
  return { action: new URL(unescape(action)), manifest: unescape(manifest) };
}

function unescape(text: string): string {
  return text.replaceAll(/&#(\d+);/g, (_all, number) => String.fromCharCode(Number(number)));
}

/** Presses the form's button on GitHub's side; the path and query that the browser is sent back to. */
function pressCreate(html: string): URL {
  const { action, manifest } = formOf(html);
  return new URL(github.createApp({ manifest, state: action.searchParams.get('state') ?? '' }));
}

type Server = {
  readonly url: string;
  readonly line: Readonly<Record<string, unknown>>;
  readonly end: () => Promise<void>;
};

/** As `npm start` does, in the folder that may hold .env. */
async function start(): Promise<Server> {
  const child = spawn(process.execPath, [`--import=${LOAD_ENV_FILE}`, MAIN], {
    cwd: folder,
    env: { PORT: '0', PUBLIC_URL, GITHUB_API_URL: github.url, DATABASE_URL: 'sqlite:./x.db', LOG_FORMAT: 'json' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.add(child);
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  for await (const text of createInterface({ input: child.stdout })) {
    const line: { readonly msg: string; readonly port: number } = JSON.parse(text);
    if (!line.msg.startsWith('listening')) continue;
    child.stdout.resume();
    const end = async (): Promise<void> => {
      child.kill('SIGTERM');
      await ended;
    };
    return { url: `http://127.0.0.1:${line.port}`, line, end };
  }
  throw new Error('it ended without listening');
}

/** The form of the page, as a browser posts it. */
function postForm(server: Server, fields: Readonly<Record<string, string>>): Promise<Response> {
  const token = String(server.line['setupToken']);
  const body = new URLSearchParams({ token, kind: 'organization', account: 'acme', ...fields });
  return fetch(`${server.url}/setup`, { method: 'POST', body });
}

describe('the real server', () => {
  test('from the page to a configured server: GitHub creates the App, .env gets its keys, and after a restart they are accepted', async () => {
    const example = await readFile(join(import.meta.dirname, '../../../.env.example'), 'utf8');
    await writeFile(join(folder, '.env'), example, { mode: 0o644 });
    const first = await start();
    expect(first.line).toMatchObject({
      msg: 'listening, not configured: set APP_ID, or create an App at /setup',
      setup: `${PUBLIC_URL}/setup`,
      setupToken: expect.stringMatching(/^[\w-]{32}$/),
    });
    expect((await fetch(`${first.url}/setup`)).status).toBe(200);
    expect((await postForm(first, { token: 'guessed' })).status).toBe(403);
    const page = await postForm(first, { second_person_organization: 'on' });
    expect(page.status).toBe(200);
    const back = pressCreate(await page.text());
    const finished = await fetch(`${first.url}${back.pathname}${back.search}`);
    expect(finished.status).toBe(200);
    const html = await finished.text();
    expect(html).toContain('Imprimatur was created');
    expect(html).toContain('href="https://github.com/apps/imprimatur/installations/new"');
    expect(html).not.toContain(github.env.WEBHOOK_SECRET);
    const text = await readFile(join(folder, '.env'), 'utf8');
    const { APP_ID, PRIVATE_KEY, WEBHOOK_SECRET } = github.env;
    const filled = example
      .replace('\nAPP_ID=\n', `\nAPP_ID=${APP_ID}\n`)
      .replace('\nWEBHOOK_SECRET=\n', `\nWEBHOOK_SECRET=${WEBHOOK_SECRET}\n`);
    expect(text).toBe(
      `${filled}PRIVATE_KEY=${Buffer.from(PRIVATE_KEY).toString('base64')}\nMIN_APPROVALS=production=1\nFORBID_SELF_APPROVAL=production\n`,
    );
    expect((await stat(join(folder, '.env'))).mode & 0o777).toBe(0o600);
    const early = await fetch(`${first.url}${WEBHOOKS}`, { method: 'POST', headers: headersOf('{}'), body: '{}' });
    expect(early.status).toBe(503);
    await first.end();

    const second = await start();
    expect(second.line).toMatchObject({ msg: 'listening' });
    await github.until(() => github.requests.some(({ operation }) => operation === 'apps/get-authenticated'), {
      what: 'the server asks who it is',
    });
    const asked = github.requests.find(({ operation }) => operation === 'apps/get-authenticated');
    expect(asked?.status).toBe(200);
    const late = await fetch(`${second.url}${WEBHOOKS}`, { method: 'POST', headers: headersOf('{}'), body: '{}' });
    expect(late.status).toBe(202);
    expect((await fetch(`${second.url}/setup`)).status).toBe(404);
    expect((await fetch(`${second.url}/setup/callback?code=a&state=b`)).status).toBe(404);
    await second.end();
  });

  test('if .env can’t be written, the page shows the lines once', async () => {
    await writeFile(join(folder, '.env'), 'WEBHOOK_SECRET=one-that-is-mine-already\n');
    const server = await start();
    const back = pressCreate(await (await postForm(server, {})).text());
    const finished = await fetch(`${server.url}${back.pathname}${back.search}`);
    const html = await finished.text();
    expect(html).toContain('.env already sets WEBHOOK_SECRET');
    const shown = parseEnv(unescape(/<pre>([\s\S]*?)<\/pre>/.exec(html)?.[1] ?? ''));
    expect(shown).toEqual({
      APP_ID: github.env.APP_ID,
      PRIVATE_KEY: Buffer.from(github.env.PRIVATE_KEY).toString('base64'),
      WEBHOOK_SECRET: github.env.WEBHOOK_SECRET,
    });
    expect(await readFile(join(folder, '.env'), 'utf8')).toBe('WEBHOOK_SECRET=one-that-is-mine-already\n');
    const again = await fetch(`${server.url}/setup`);
    expect(await again.text()).not.toContain(shown['PRIVATE_KEY']);
    await server.end();
  });
});

describe('the entry points', () => {
  test.each([
    ['HEAD', '/setup', 405],
    ['POST', '/setup', 400],
    ['POST', '/setup/callback', 405],
    ['HEAD', '/setup/callback', 405],
    ['GET', '/setup/', 404],
    ['GET', '/setup/callback', 400],
  ])('%s %s is answered %i', async (method, path, status) => {
    const endpoints = await openEndpoints({ APP_ID: '', PUBLIC_URL });
    const response = await fetch(`${endpoints.url}${path}`, { method });
    expect(response.status).toBe(status);
    await endpoints.close();
  });

  test('the page runs no script, loads nothing, and can’t be framed, cached or posted elsewhere', async () => {
    const endpoints = await openEndpoints({ APP_ID: '', PUBLIC_URL });
    const response = await fetch(`${endpoints.url}/setup`);
    const html = await response.text();
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-store');
    const policy = response.headers.get('content-security-policy') ?? '';
    const style = /<style>([\s\S]*?)<\/style>/.exec(html)?.[1] ?? '';
    const digest = Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(style))).toString('base64');
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      'img-src data:',
      `style-src 'sha256-${digest}'`,
      "form-action 'self'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ]);
    expect(html).not.toMatch(/<script|\son\w+=|\sstyle=|src=|@import|url\(/i);
    await endpoints.close();
  });
});

describe('the pages', () => {
  let clock: number;
  let written: Readonly<Record<string, string>>[];
  let store: Store;
  let token: string;
  beforeEach(async () => {
    clock = Date.UTC(2026, 10, 24);
    written = [];
    store = await openStore({ url: `sqlite:${join(folder, 'setup.db')}` });
    await migrate(store, clock);
    token = await issueSetupToken(store, clock);
  });
  afterEach(async () => {
    await store.close();
  });

  type Get = ((address: string) => Promise<Page>) & {
    /** Posts the form of `/setup` with these fields besides the token. */
    readonly begin: (fields?: Readonly<Record<string, string>>) => Promise<Page>;
  };

  function setup(changes: Partial<SetupOptions> = {}): Get {
    const client = createAnonymousClient({
      apiUrl: github.url,
      userAgent: 'imprimatur',
      log: { debug: () => undefined, warn: () => undefined },
      now: () => clock,
    });
    const pages = createSetup({
      publicUrl: PUBLIC_URL,
      githubUrl: 'https://github.com',
      manifest: readAppManifest(),
      tokens: createSetupTokens(store, () => clock),
      hasRegistryUser: false,
      convert: (code) => convertManifestCode(client, code),
      keep: async (variables): Promise<EnvFileResult> => {
        written.push(variables);
        return addToEnvFile(join(folder, '.env'), variables);
      },
      now: () => clock,
      newId: () => crypto.randomUUID(),
      onMade: () => undefined,
      onError: () => undefined,
      onOtherOwner: () => undefined,
      ...changes,
    });
    const get = async (address: string): Promise<Page> => {
      const { pathname, searchParams } = new URL(address, PUBLIC_URL);
      const page = pages[pathname];
      if (page === undefined) throw new Error(`no page ${pathname}`);
      return page.get(searchParams);
    };
    const begin: Get['begin'] = async (fields = {}) => {
      const post = pages['/setup']?.post;
      if (post === undefined) throw new Error('the form can not be posted');
      return post(new URLSearchParams({ token, kind: 'organization', account: 'acme', ...fields }));
    };
    return Object.assign(get, { begin });
  }

  test('the manifest is app.yml with our own addresses', async () => {
    const get = setup();
    const { action, manifest } = formOf((await get.begin()).body);
    expect(`${action.origin}${action.pathname}`).toBe('https://github.com/organizations/acme/settings/apps/new');
    expect(JSON.parse(manifest)).toEqual({
      ...readAppManifest(),
      url: PUBLIC_URL,
      hook_attributes: { url: `${PUBLIC_URL}${WEBHOOKS}`, active: true },
      redirect_url: `${PUBLIC_URL}/setup/callback`,
    });
  });

  test.each<readonly [string, string, string, string]>([
    ['organization', 'acme', 'https://github.com', 'https://github.com/organizations/acme/settings/apps/new'],
    [
      'organization',
      ' @Acme-Corp ',
      'https://github.com',
      'https://github.com/organizations/Acme-Corp/settings/apps/new',
    ],
    [
      'organization',
      'acme_inc',
      'https://acme.ghe.com',
      'https://acme.ghe.com/organizations/acme_inc/settings/apps/new',
    ],
    ['own', 'ada', 'https://ghes.acme.example', 'https://ghes.acme.example/settings/apps/new'],
  ])('the form for the %s "%s" on %s goes to %s', async (kind, account, githubUrl, address) => {
    const page = await setup({ githubUrl }).begin({ kind, account });
    const { action } = formOf(page.body);
    expect(`${action.origin}${action.pathname}`).toBe(address);
    expect(page.headers?.['Content-Security-Policy']).toContain(`form-action 'self' ${githubUrl};`);
  });

  test.each(['', '../../evil', 'a/b', 'a?b', '-a', '"><script>alert(1)</script>'])(
    '%j is not an account, and the page does not contain it',
    async (account) => {
      const page = await setup().begin({ account });
      expect(page.status).toBe(400);
      expect(page.body).not.toContain('name="manifest"');
      expect(page.body).not.toContain('<script');
    },
  );

  test('there is one form on each page', async () => {
    const get = setup();
    for (const page of [await get('/setup'), await get.begin(), await get.begin({ token: 'wrong' })]) {
      expect(page.body.match(/<form/g)).toHaveLength(1);
    }
  });

  describe('the token', () => {
    test.each(['', 'guessed', ' '])('%j is refused: nothing leads to GitHub', async (wrong) => {
      const page = await setup().begin({ token: wrong });
      expect(page.status).toBe(403);
      expect(page.body).not.toContain('name="manifest"');
    });

    test('is valid for 30 minutes', async () => {
      const get = setup();
      clock += 30 * 60 * 1000 - 1;
      expect((await get.begin()).status).toBe(200);
      clock += 1;
      expect((await get.begin()).status).toBe(403);
    });

    test('is replaced by a new one, which ends a set-up that was started with it', async () => {
      const get = setup();
      const back = pressCreate((await get.begin()).body);
      const old = token;
      token = await issueSetupToken(store, clock);
      expect((await get.begin({ token: old })).status).toBe(403);
      expect((await get(back.href)).status).toBe(403);
      expect((await get(pressCreate((await get.begin()).body).href)).status).toBe(200);
    });

    test('is valid for one App, even after a restart', async () => {
      const get = setup();
      await get(pressCreate((await get.begin()).body).href);
      expect((await setup().begin()).status).toBe(403);
    });

    test('is stored as a hash', async () => {
      const rows = await store.db.selectFrom('setup_tokens').selectAll().execute();
      expect(rows).toHaveLength(1);
      expect(JSON.stringify(rows)).not.toContain(token);
    });
  });

  test('an App that GitHub created for another account is refused, and its keys are not kept', async () => {
    const others: string[] = [];
    const get = setup({ onOtherOwner: ({ owner }, typed) => others.push(`${owner} instead of ${typed}`) });
    const page = await get(pressCreate((await get.begin({ account: 'globex' })).body).href);
    expect(page.status).toBe(403);
    expect(written).toEqual([]);
    expect(others).toEqual(['acme instead of globex']);
    expect((await get(pressCreate((await get.begin({ account: 'ACME' })).body).href)).status).toBe(200);
  });

  test.each<readonly [string, Readonly<Record<string, string>>, boolean]>([
    ['ticked for an organization', { second_person_organization: 'on' }, true],
    ['not ticked', {}, false],
    ['ticked for an own account alone', { second_person_own: 'on' }, false],
  ])('the box %s: the floors are written, or not', async (_name, fields, isWritten) => {
    const get = setup();
    await get(pressCreate((await get.begin(fields)).body).href);
    const floors = written.map(({ MIN_APPROVALS, FORBID_SELF_APPROVAL }) => [MIN_APPROVALS, FORBID_SELF_APPROVAL]);
    expect(floors).toEqual([isWritten ? ['production=1', 'production'] : [undefined, undefined]]);
  });

  test('without PUBLIC_URL it shows that, and has no form', async () => {
    const page = await setup({ publicUrl: null })('/setup');
    expect(page.status).toBe(200);
    expect(page.body).toContain('<pre>PUBLIC_URL=https://imprimatur.example.com</pre>');
    expect(page.body).not.toContain('<form');
  });

  test('a server that has its machine user is not told to get one', async () => {
    const get = setup({ hasRegistryUser: true });
    const page = await get(pressCreate((await get.begin()).body).href);
    expect(page.body).not.toContain('GHCR_USERNAME');
    token = await issueSetupToken(store, clock);
    const other = setup();
    const asked = await other(pressCreate((await other.begin()).body).href);
    expect(asked.body).toContain('GHCR_USERNAME');
  });

  describe('the callback is refused, and nothing is written', () => {
    type Spoil = (back: URL, get: Get) => void | Promise<void>;
    test.each<readonly [string, Spoil, number]>([
      ['without a state', (back) => back.searchParams.delete('state'), 403],
      ['with a state that we did not give', (back) => back.searchParams.set('state', crypto.randomUUID()), 403],
      [
        'more than an hour later',
        () => {
          clock += HOUR_MS + 1;
        },
        403,
      ],
      ['without a code', (back) => back.searchParams.delete('code'), 400],
      ['with a code that is none', (back) => back.searchParams.set('code', '../../user'), 400],
      ['with a code that GitHub does not know', (back) => back.searchParams.set('code', 'f'.repeat(40)), 400],
    ])('%s', async (_why, spoil, status) => {
      const get = setup();
      const back = pressCreate((await get.begin()).body);
      await spoil(back, get);
      const page = await get(back.href);
      expect(page.status).toBe(status);
      expect(written).toEqual([]);
    });
  });

  test('a state works once, even for two concurrent requests', async () => {
    const get = setup();
    const back = pressCreate((await get.begin()).body);
    const pages = await Promise.all([get(back.href), get(back.href)]);
    expect(pages.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 403]);
    expect(written).toHaveLength(1);
  });

  test('after a short outage of GitHub, a reload continues', async () => {
    github.failNext({ path: /conversions/, status: 502 });
    const get = setup();
    const back = pressCreate((await get.begin()).body);
    const page = await get(back.href);
    expect(page.status).toBe(502);
    expect(page.body).toContain('Reload this page to try again.');
    expect((await get(back.href)).status).toBe(200);
  });

  test('once an App was created there is no second form, and no second App: a reload or another tab shows that', async () => {
    const get = setup();
    const other = pressCreate((await get.begin()).body);
    const back = pressCreate((await get.begin()).body);
    await get(back.href);
    for (const address of ['/setup', back.href, other.href]) {
      const page = await get(address);
      expect(page.status).toBe(200);
      expect(page.body).toContain('Imprimatur already exists');
      expect(page.body).not.toContain('<form');
    }
    expect(written).toHaveLength(1);
  });

  test('an App without a webhook secret does not count as finished', async () => {
    const get = setup({
      convert: async () => ({
        id: 1,
        name: '<b>Ours</b>',
        owner: 'acme',
        url: 'https://github.com/apps/ours',
        privateKey: github.env.PRIVATE_KEY,
        webhookSecret: null,
      }),
    });
    const page = await get(pressCreate((await get.begin()).body).href);
    expect(page.body).toContain('<strong>Set a webhook secret.</strong>');
    expect(page.body).not.toContain('<b>');
    expect(written.map((variables) => Object.keys(variables))).toEqual([['APP_ID', 'PRIVATE_KEY']]);
  });
});
