// `doctor` against a GitHub, a registry and a database that are well, and with one thing wrong at a time.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { begin, type Conversation } from '../../scenarios/conversation.ts';
import { START } from '../../scenarios/world.ts';
import type { GitHubWorld } from '../../support/github/world.ts';
import type { RegistryDouble } from '../../support/registry/double.ts';
import { ADA } from '../../support/registry/token-service.ts';
import { say, widthOf, type Around, type Ended } from '../harness.ts';

const TOKEN = 'ghp_0123456789abcdefghij';
const DAY_MS = 86_400_000;
const OUTCOMES = ['ok', 'warn', 'fail', 'unknown'] as const;
const Answer = z.object({
  healthy: z.boolean(),
  checks: z.array(
    z.object({
      about: z.string(),
      name: z.string(),
      outcome: z.enum(OUTCOMES),
      code: z.string(),
      message: z.string(),
      hint: z.string().nullable(),
    }),
  ),
});

let folder: string;
let talk: Conversation;
let github: GitHubWorld;
let registry: RegistryDouble;
let env: Record<string, string>;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imprimatur-doctor-'));
  const databaseUrl = `sqlite:${join(folder, 'imprimatur.db')}`;
  talk = await begin({ databaseUrl, credentials: ADA });
  ({ github, registry } = talk.world);
  registry.quirks.auth = 'token';
  await talk.request();
  const auth = Buffer.from(`${ADA.username}:${ADA.password}`).toString('base64');
  await writeFile(join(folder, 'config.json'), JSON.stringify({ auths: { [registry.host]: { auth } } }));
  github.personalToken(TOKEN, { login: 'acme-bot', scopes: ['write:packages'], expiresAt: START + 90 * DAY_MS });
  env = {
    ...github.env,
    DATABASE_URL: databaseUrl,
    DOCKER_CONFIG: folder,
    REGISTRY_HOST: registry.host,
    GHCR_USERNAME: 'acme-bot',
    GHCR_TOKEN: TOKEN,
  };
});
afterEach(async () => {
  expect(github.violations).toEqual([]);
  await talk.world.close();
  await rm(folder, { recursive: true, force: true });
});

type Said = Ended & z.infer<typeof Answer>;

async function doctor(changes: Around['env'] = {}, line = 'doctor'): Promise<Said> {
  const ended = await say(`${line} --json`, { env: { ...env, ...changes }, now: () => START });
  return { ...ended, ...Answer.parse(JSON.parse(ended.out)) };
}

/** What is not ok, `outcome name`. */
function complaints({ checks }: Said): readonly string[] {
  return checks.filter(({ outcome }) => outcome !== 'ok').map(({ outcome, name }) => `${outcome} ${name}`);
}

/** The sentences of a check that is there once. */
function check(said: Said, name: string): { readonly message: string; readonly hint: string | null } {
  const found = said.checks.filter((one) => one.name === name);
  if (found.length !== 1) throw new Error(`${found.length} checks are called ${name}`);
  const [{ message, hint } = { message: '', hint: null }] = found;
  return { message, hint };
}

test('where all is well it says so, of each thing, and ends with 0', async () => {
  const said = await doctor();
  expect(complaints(said)).toEqual([]);
  expect({ code: said.code, healthy: said.healthy, err: said.err }).toEqual({ code: 0, healthy: true, err: '' });
  const image = `${registry.host}/acme/dotca`;
  expect(said.checks.map(({ about, name, message }) => `${about} | ${name} | ${message}`)).toEqual([
    'This server | variables | Every variable can be read.',
    'This server | database | The database can be read; it knows promotions in acme/dotca.',
    'The GitHub App | app-key | GitHub accepts the key of Imprimatur (770001), the App of acme.',
    'The GitHub App | clock | The clock agrees with GitHub’s.',
    'The GitHub App | app-permissions | The App asks for the permissions of app.yml.',
    'The GitHub App | app-events | The App hears of the events of app.yml.',
    'The GitHub App | installation | The App is installed on acme with all it asks for.',
    'The GitHub App | webhook-secret | WEBHOOK_SECRET has 33 characters. GitHub does not show its own, so that both are the same is seen by the deliveries only.',
    'The GitHub App | webhook-address | GitHub delivers to https://imprimatur.example.com/api/github/webhooks.',
    expect.stringMatching(
      /^The GitHub App \| deliveries \| Of the newest \d+ webhooks, \d+ were accepted, among them the last one, \w+ at 2026-11-24 09:00 UTC\.$/,
    ),
    'The machine user | token | GitHub accepts GHCR_TOKEN; it is acme-bot’s.',
    'The machine user | token-scopes | GHCR_TOKEN has write:packages, and nothing beyond.',
    'The machine user | token-expiry | GHCR_TOKEN expires at 2027-02-22 09:00 UTC; that is in 90 days.',
    'acme/dotca | repository | The App is installed on acme/dotca.',
    'acme/dotca | policy | There is no .github/promotion.yml, so the built-in policy holds.',
    'acme/dotca | environment | Environments: production (branch main, main and latest).',
    `acme/dotca | registry-credential | ${registry.host} is shown ada, from docker’s config.json (DOCKER_CONFIG).`,
    `acme/dotca | registry-read | ${image} can be read: 5 tags, 2 of them staging-….`,
    `acme/dotca | public | ${image} is private: it can’t be pulled without a login.`,
    `acme/dotca | registry-push | ${image} can be written: an upload was begun, and given up.`,
  ]);
});

test('on a terminal it has a heading per thing, fits 80 columns, and shows no secret', async () => {
  github.personalToken(TOKEN, { login: 'acme-bot', scopes: ['repo', 'write:packages'], expiresAt: START + 7 * DAY_MS });
  const { code, out } = await say('doctor', { env, now: () => START, width: 80 });
  expect(code).toBe(0);
  expect(widthOf(out)).toBeLessThanOrEqual(80);
  expect(out).toContain('\n\nThe machine user\n✓  token                GitHub accepts GHCR_TOKEN; it is acme-bot’s.\n');
  expect(out).toMatch(
    /^! {2}token-expiry {9}GHCR_TOKEN expires at 2026-12-01 09:00 UTC; that is in 7\n {24}days\.\n {24}→ Make/m,
  );
  expect(out).toMatch(/\n\nOf 20 checks: 2 warn, 18 are ok\.\n$/);
  for (const secret of [TOKEN, ADA.password, github.env.WEBHOOK_SECRET, 'BEGIN']) expect(out).not.toContain(secret);
});

test('without a database it asks for a repository, and examines the one that is named', async () => {
  const nowhere = { DATABASE_URL: `sqlite:${join(folder, 'absent.db')}` };
  const all = await doctor(nowhere);
  expect(complaints(all)).toEqual(['warn database']);
  expect(check(all, 'database').hint).toBe('Start the server once, or name a repository with --repo.');
  expect(all.checks.some(({ name }) => name === 'repository')).toBe(false);
  expect(all.code).toBe(0);
  const one = await doctor(nowhere, 'doctor --repo acme/dotca');
  expect(check(one, 'repository').message).toBe('The App is installed on acme/dotca.');
});

describe('the environment', () => {
  test('what is wrong in it is told, and the rest is looked at all the same', async () => {
    const said = await doctor({ PORT: 'x', IMAGE_GRANTS: 'no pair', GHCR_USERNAME: '' });
    expect(said.checks.filter(({ name }) => name === 'variables').map(({ message }) => message)).toEqual([
      expect.stringMatching(/^PORT: /),
      expect.stringMatching(/^GHCR_USERNAME and GHCR_TOKEN: set both/),
      expect.stringMatching(/^IMAGE_GRANTS: /),
    ]);
    expect(complaints(said)).toEqual(['fail variables', 'fail variables', 'fail variables']);
    expect(check(said, 'webhook-secret').message).toMatch(/^WEBHOOK_SECRET has 33 characters/);
    expect(said.code).toBe(1);
  });

  test('without an App there is nothing to ask GitHub', async () => {
    const said = await doctor({ APP_ID: '' });
    expect(complaints(said)).toEqual(['fail app-key', 'unknown repository']);
    expect(check(said, 'app-key').message).toBe('There is no App: APP_ID is not set.');
  });

  test('a key that can’t be read is named', async () => {
    const said = await doctor({ PRIVATE_KEY: 'no key' });
    expect(complaints(said)).toEqual(['fail variables', 'fail app-key', 'unknown repository']);
    expect(check(said, 'app-key').message).toMatch(/^There is no App: PRIVATE_KEY: not a PEM private key that works/);
  });

  test('a secret that is too short does not keep the App from being looked at', async () => {
    const said = await doctor({ WEBHOOK_SECRET: 'short' });
    expect(complaints(said)).toEqual(['fail variables', 'unknown webhook-secret']);
  });

  test('a docker config that is none is told', async () => {
    await writeFile(join(folder, 'config.json'), '{"auths": 3}');
    const said = await doctor();
    expect(complaints(said)).toEqual(
      expect.arrayContaining([
        'fail variables',
        'warn registry-credential',
        'fail registry-read',
        'fail registry-push',
      ]),
    );
    expect(check(said, 'variables').message).toMatch(/^DOCKER_CONFIG: .*is not a docker config\.json/);
  });
});

describe('the App', () => {
  test('a key of another App is refused, and the clock is compared all the same', async () => {
    const said = await doctor({ APP_ID: '770099' });
    expect(complaints(said)).toEqual(['fail app-key', 'fail repository']);
    expect(said.checks.find(({ name }) => name === 'app-key')?.code).toBe('key-refused');
    expect(check(said, 'app-key').hint).toMatch(/^Compare APP_ID with the number on the App’s settings page/);
    expect(check(said, 'clock').message).toBe('The clock agrees with GitHub’s.');
  });

  test('a GitHub that does not answer fails', async () => {
    const said = await doctor({ GITHUB_API_URL: 'http://127.0.0.1:9' });
    expect(complaints(said)).toEqual(['fail app-key', 'unknown token', 'fail repository']);
    expect(check(said, 'app-key').hint).toBe('Is GITHUB_API_URL right, and may this machine reach it?');
  });

  test.each([
    [5, null, ''],
    [6, 'warn clock', 'The clock is 6 seconds behind GitHub’s.'],
    [-30, 'warn clock', 'The clock is 30 seconds ahead of GitHub’s.'],
    [31, 'fail clock', 'The clock is 31 seconds behind GitHub’s.'],
    [-3600, 'fail clock', 'The clock is 3600 seconds ahead of GitHub’s.'],
  ])('GitHub’s clock %i seconds ahead of ours: %s', async (seconds, complaint, message) => {
    const ended = await say('doctor --json', { env, now: () => START - seconds * 1000 });
    const said = { ...ended, ...Answer.parse(JSON.parse(ended.out)) };
    expect(complaints(said)).toEqual(complaint === null ? [] : [complaint]);
    expect(check(said, 'clock').message).toBe(complaint === null ? 'The clock agrees with GitHub’s.' : message);
  });

  test('what an installation has not accepted yet is named', async () => {
    await github.installation('acme').setPermissions({ metadata: 'read', contents: 'read', checks: 'read' });
    const said = await doctor();
    expect(complaints(said)).toContain('fail installation');
    expect(check(said, 'installation').message).toBe(
      'The installation on acme lacks checks: write, deployments: write, issues: write, packages: read, pull_requests: write, actions: read, attestations: read and members: read.',
    );
  });

  test('a suspended installation fails, and one that is not served is told', async () => {
    expect(complaints(await doctor({ ALLOWED_OWNERS: 'umbrella' }))).toEqual(['warn installation']);
    await github.installation('acme').suspend();
    const said = await doctor();
    expect(complaints(said)).toContain('fail installation');
    expect(check(said, 'installation').message).toMatch(/is suspended/);
  });

  test('an App that is installed nowhere fails', async () => {
    await github.installation('acme').uninstall();
    const said = await doctor({}, 'doctor --repo acme/dotca');
    expect(complaints(said)).toEqual(['fail installation', 'fail repository']);
    expect(check(said, 'repository').message).toBe(
      'The App is not installed on acme/dotca, or there is no such repository.',
    );
  });
});

describe('the webhook', () => {
  test.each([
    ['no secret', { hasSecret: false }, 'fail webhook-secret', /not signed/],
    ['no address', { url: '' }, 'fail webhook-address', /GitHub sends nothing/],
    [
      'another path',
      { url: 'https://imprimatur.example.com/' },
      'fail webhook-address',
      /listens at \/api\/github\/webhooks/,
    ],
    ['a form', { contentType: 'form' }, 'fail webhook-address', /answered with 415/],
    ['no check of the certificate', { insecureSsl: '1' }, 'warn webhook-address', /without checking/],
  ] as const)('with %s is told', async (_, hook, complaint, message) => {
    github.setHook(hook);
    const said = await doctor();
    expect(complaints(said)).toEqual([complaint]);
    expect(check(said, complaint.split(' ')[1] ?? '').message).toMatch(message);
  });

  test('at another address than PUBLIC_URL is told', async () => {
    expect(complaints(await doctor({ PUBLIC_URL: 'https://other.example.com' }))).toEqual(['warn webhook-address']);
    expect(complaints(await doctor({ PUBLIC_URL: 'https://imprimatur.example.com/' }))).toEqual([]);
  });

  test('with a second secret reminds of the rotation', async () => {
    expect(complaints(await doctor({ WEBHOOK_SECRET_PREVIOUS: 'the-secret-before-this-one' }))).toEqual([
      'warn webhook-secret',
    ]);
  });

  test('with another secret on GitHub is seen by its deliveries', async () => {
    github.setWebhookSecret('a-secret-that-nobody-here-knows');
    await github.deliver({ event: 'push', payload: {} });
    const said = await doctor();
    expect(complaints(said)).toEqual(['fail deliveries']);
    expect(check(said, 'deliveries')).toEqual({
      message: expect.stringMatching(
        /the last one, push at 2026-11-24 09:00 UTC, was not: Invalid HTTP Response: 401\.$/,
      ),
      hint: expect.stringMatching(/^The secrets differ: /),
    });
  });

  test('that GitHub can’t reach is seen by its deliveries', async () => {
    github.setAppUrl(null);
    await github.deliver({ event: 'push', payload: {} });
    const said = await doctor();
    expect(check(said, 'deliveries')).toEqual({
      message: expect.stringMatching(/was not: failed to connect to host\.$/),
      hint: expect.stringMatching(/^Can GitHub reach the server\?/),
    });
  });

  test('of which GitHub keeps no delivery leaves it open', async () => {
    talk.world.clock.turn(4 * DAY_MS);
    const ended = await say('doctor --json', { env, now: talk.world.clock.now });
    expect(complaints({ ...ended, ...Answer.parse(JSON.parse(ended.out)) })).toEqual(['unknown deliveries']);
    expect(ended.code).toBe(0);
  });
});

describe('the machine user', () => {
  test.each([
    ['expires in 14 days', { scopes: ['write:packages'], expiresAt: START + 14 * DAY_MS }, ['warn token-expiry']],
    ['expires in 15 days', { scopes: ['write:packages'], expiresAt: START + 15 * DAY_MS }, []],
    ['never expires', { scopes: ['write:packages', 'read:packages'], expiresAt: null }, []],
    ['has expired', { scopes: ['write:packages'], expiresAt: START }, ['fail token']],
    ['can do more', { scopes: ['repo', 'write:packages', 'delete:packages'], expiresAt: null }, ['warn token-scopes']],
    ['can only read', { scopes: ['read:packages'], expiresAt: null }, ['fail token-scopes']],
    ['can do nothing', { scopes: [], expiresAt: null }, ['fail token-scopes']],
    ['has no scopes', { scopes: null, expiresAt: null }, ['unknown token-scopes']],
  ])('a token that %s', async (_, token, wanted) => {
    github.personalToken(TOKEN, { login: 'acme-bot', ...token });
    const said = await doctor();
    expect(complaints(said)).toEqual(wanted);
    expect(said.out).not.toContain(TOKEN);
  });

  test('what is beyond write:packages is named', async () => {
    github.personalToken(TOKEN, { login: 'acme-bot', scopes: ['repo', 'write:packages', 'gist'], expiresAt: null });
    expect(check(await doctor(), 'token-scopes').message).toBe(
      'GHCR_TOKEN has more than write:packages: repo and gist. Whoever steals it can do that too.',
    );
  });

  test('a token of somebody else', async () => {
    expect(complaints(await doctor({ GHCR_USERNAME: 'other-bot' }))).toEqual(['warn token']);
  });

  test('a token of another kind, which ghcr.io does not take', async () => {
    expect(complaints(await doctor({ GHCR_TOKEN: 'github_pat_0123' }))).toEqual(['fail token']);
  });

  test('a registry that is not ghcr.io needs none', async () => {
    expect(complaints(await doctor({ GHCR_USERNAME: '', GHCR_TOKEN: '' }))).toEqual([]);
  });
});

describe('a repository', () => {
  test('a policy file with mistakes fails, with their places', async () => {
    talk.repo.commitOn('main', { files: { '.github/promotion.yml': 'environmets: {}\n' }, message: 'Typo' });
    const said = await doctor();
    expect(complaints(said)).toEqual(['fail policy']);
    expect(check(said, 'policy').message).toMatch(/^\.github\/promotion\.yml .*\b1\D+1\b.*environmets/);
  });

  test('branches that are not there are named, and images that it may not promote', async () => {
    const file = `images: ['${registry.host}/acme/other']\nstaging: { branch: next }\nenvironments: { canary: {}, beta: {} }\n`;
    talk.repo.commitOn('main', { files: { '.github/promotion.yml': file }, message: 'Policy' });
    const said = await doctor();
    expect(complaints(said)).toEqual(['warn environment', 'warn branch', 'fail image']);
    expect(check(said, 'branch').message).toBe(
      'There is no branch next with a commit in acme/dotca, and the policy names it.',
    );
    expect(check(said, 'image').hint).toBe(
      `If it should, add IMAGE_GRANTS=${registry.host}/acme/other=acme/dotca (a list with commas).`,
    );
  });

  test('no right to push is told apart from the right to read', async () => {
    registry.quirks.deny403 = [{ times: Infinity, on: /^POST .*\/blobs\/uploads\/$/ }];
    const said = await doctor();
    expect(complaints(said)).toEqual(['fail registry-push']);
    expect(check(said, 'registry-push').message).toContain(
      `HTTP 403 DENIED (permission_denied: write_package). The account configured for ${registry.host} lacks the right to push here.`,
    );
    expect(check(said, 'registry-read').message).toContain('can be read');
  });

  test('a public image is told', async () => {
    registry.quirks.tokenRules.anonymous = { 'acme/dotca': 'pull' };
    expect(check(await doctor(), 'public').message).toBe(
      `${registry.host}/acme/dotca is public: anybody can pull it without a login.`,
    );
  });

  test('an image that nobody pushed yet is no denial', async () => {
    const repo = await github.repo({ owner: 'acme', name: 'young' });
    repo.commitOn('staging', { message: 'First' });
    const said = await doctor({}, 'doctor --repo acme/young');
    expect(complaints(said)).toContain('fail registry-read');
    expect(check(said, 'registry-read').hint).toBe(
      `Has the build pushed ${registry.host}/acme/young yet, and is its name right?`,
    );
  });
});

test('nothing is written, on GitHub or in the registry', async () => {
  const tags = registry.tags('acme/dotca');
  const from = github.requests.length;
  await doctor();
  const asked = github.requests
    .slice(from)
    .filter(({ method, path }) => method !== 'GET' && !path.endsWith('/access_tokens'));
  expect(asked).toEqual([]);
  expect(registry.tags('acme/dotca')).toEqual(tags);
});
