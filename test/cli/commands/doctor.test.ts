// `doctor` against a GitHub, a registry and a database that are well, and with one thing wrong at a time.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { HINT_EVENTS } from '../../../src/engine/doctor/app.ts';
import type { Check, CheckGroup } from '../../../src/domain/doctor/check.ts';
import {
  parseImageRepository,
  parseRepoName,
  parseTag,
  type ImageRepository,
  type RepoName,
} from '../../../src/domain/image/reference.ts';
import { checkWords, subjectTitle } from '../../../src/messages/doctor/words.ts';
import { must } from '../../domain/build.ts';
import { listPins } from '../../../src/store/pins.ts';
import { begin, type Conversation } from '../../scenarios/conversation.ts';
import { IMAGE, START } from '../../scenarios/world.ts';
import { DEFAULT_EVENTS, startGitHub, type GitHubWorld } from '../../support/github/world.ts';
import type { RegistryDouble } from '../../support/registry/double.ts';
import { ADA } from '../../support/registry/token-service.ts';
import { say, widthOf, type Around, type Ended } from '../harness.ts';

const TOKEN = 'ghp_0123456789abcdefghij';
const DAY_MS = 86_400_000;
const PATH = '/api/github/webhooks';
const HOOK_URL = `https://imprimatur.example.com${PATH}`;
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
  talk.repo.protect('main', 'rule');
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
    MIN_APPROVALS: 'production=1',
    FORBID_SELF_APPROVAL: 'production',
  };
});
afterEach(async () => {
  expect(github.violations).toEqual([]);
  await talk.world.close();
  await rm(folder, { recursive: true, force: true });
});

type Deliveries = Pick<Extract<Check, { readonly accepted: number }>, 'count' | 'accepted' | 'newest'>;
type Said = Ended & z.infer<typeof Answer>;

async function doctor(changes: Around['env'] = {}, line = 'doctor'): Promise<Said> {
  const ended = await say(`${line} --json`, { env: { ...env, ...changes }, now: () => START });
  return { ...ended, ...Answer.parse(JSON.parse(ended.out)) };
}

/** What is not ok, `outcome name`. */
function complaints({ checks }: Said): readonly string[] {
  return checks.filter(({ outcome }) => outcome !== 'ok').map(({ outcome, name }) => `${outcome} ${name}`);
}

/** A check as `--json` prints it: its code, and the sentence that its values make. */
function printed(check: Check): object {
  const { name, outcome, code } = check;
  return { name, outcome, code, ...checkWords(check) };
}

/** These are the only checks of their names. */
function expectChecks({ checks }: Said, ...expected: readonly Check[]): void {
  const names = new Set<string>(expected.map(({ name }) => name));
  const found = checks.filter(({ name }) => names.has(name));
  expect(found).toEqual(expected.map((check) => expect.objectContaining(printed(check))));
}

/** Of the only check of this name, where an operating system or a library words the rest. */
function onlyCheck({ checks }: Said, name: string): Said['checks'][number] {
  const [found, ...others] = checks.filter((one) => one.name === name);
  if (found === undefined || others.length > 0) throw new Error(`${name}: ${JSON.stringify([found, ...others])}`);
  return found;
}

/** What the check of the deliveries counts, and the newest of them. */
function deliveries(): Deliveries {
  const newest = must(github.deliveries.at(-1));
  const { event, deliveredAt: at, status, statusText: message } = newest;
  const accepted = github.deliveries.filter((one) => one.status < 300).length;
  return { count: github.deliveries.length, accepted, newest: { event, at, status, message } };
}

function image(name = IMAGE): ImageRepository {
  return must(parseImageRepository(`${registry.host}/${name}`));
}

function repoName(text = 'acme/dotca'): RepoName {
  return must(parseRepoName(text));
}

test('a healthy set-up passes every check, and exits with 0', async () => {
  const said = await doctor();
  expect(complaints(said)).toEqual([]);
  expect({ code: said.code, healthy: said.healthy, err: said.err }).toEqual({ code: 0, healthy: true, err: '' });
  const [ok, repo] = ['ok' as const, repoName()];
  const tags = ['main', 'latest'].map((tag) => must(parseTag(tag)));
  const groups: readonly CheckGroup[] = [
    {
      about: { kind: 'server' },
      checks: [
        { name: 'variables', outcome: ok, code: 'variables-readable' },
        { name: 'database', outcome: ok, code: 'database-readable', repos: [repo] },
      ],
    },
    {
      about: { kind: 'app' },
      checks: [
        { name: 'app-key', outcome: ok, code: 'key-accepted', app: 'Imprimatur', id: 770_001, owner: 'acme' },
        { name: 'clock', outcome: ok, code: 'clock-right' },
        { name: 'app-permissions', outcome: ok, code: 'permissions-right' },
        { name: 'app-events', outcome: ok, code: 'events-right' },
        { name: 'installation', outcome: ok, code: 'installation-right', account: 'acme' },
        { name: 'webhook-secret', outcome: ok, code: 'secret-set', length: 33 },
        { name: 'webhook-address', outcome: ok, code: 'webhook-address-right', url: HOOK_URL },
        { name: 'deliveries', outcome: ok, code: 'delivery-accepted', ...deliveries() },
      ],
    },
    {
      about: { kind: 'machine-user' },
      checks: [
        { name: 'token', outcome: ok, code: 'token-accepted', login: 'acme-bot' },
        { name: 'token-scopes', outcome: ok, code: 'scopes-right', scopes: ['write:packages'] },
        { name: 'token-expiry', outcome: ok, code: 'token-expires', at: START + 90 * DAY_MS, daysLeft: 90 },
      ],
    },
    {
      about: { kind: 'repository', name: repo },
      checks: [
        { name: 'repository', outcome: ok, code: 'app-installed', repo },
        { name: 'policy', outcome: ok, code: 'policy-built-in' },
        {
          name: 'environment',
          outcome: ok,
          code: 'default-environment',
          environments: [{ name: 'production', branch: 'main', tags }],
        },
        { name: 'registry-credential', outcome: ok, code: 'credential-set', host: registry.host, username: 'ada' },
        {
          name: 'registry-read',
          outcome: ok,
          code: 'tags-readable',
          image: image(),
          tags: 5,
          stagingTags: 2,
          tagPrefix: 'staging',
          branch: 'staging',
        },
        { name: 'labels', outcome: ok, code: 'labels-set', image: image(), tag: must(parseTag('staging')) },
        { name: 'public', outcome: ok, code: 'image-private', image: image() },
        { name: 'registry-push', outcome: ok, code: 'image-writable', image: image() },
      ],
    },
  ];
  expect(said.checks).toEqual(
    groups.flatMap(({ about, checks }) => checks.map((check) => ({ about: subjectTitle(about), ...printed(check) }))),
  );
});

test('on a terminal it has a heading per thing, fits 80 columns, and shows no secret', async () => {
  github.personalToken(TOKEN, { login: 'acme-bot', scopes: ['repo', 'write:packages'], expiresAt: START + 7 * DAY_MS });
  const { code, out } = await say('doctor', { env, now: () => START, width: 80 });
  expect(code).toBe(0);
  expect(widthOf(out)).toBeLessThanOrEqual(80);
  const title = subjectTitle({ kind: 'machine-user' });
  expect(out).toMatch(new RegExp(String.raw`\n\n${title}\n✓ {2}token {16}\S.*acme-bot`));
  // The sentence, and what to do, stand under each other in their column.
  expect(out).toMatch(/^! {2}token-expiry {9}.*2026-12-01 09:00 UTC.*\n {24}→ \S(.*\n {24}\S)+/m);
  expect(out).toMatch(/\n\n.*\b19\b.*\b21\b.*\b2\b.*\n$/);
  for (const secret of [TOKEN, ADA.password, github.env.WEBHOOK_SECRET, 'BEGIN']) expect(out).not.toContain(secret);
});

async function summaryOf(changes: Around['env']): Promise<string | undefined> {
  const { out } = await say('doctor', { env: { ...env, ...changes }, now: () => START });
  return out.trimEnd().split('\n').at(-1);
}

test('the words of the summary, by what was found', async () => {
  expect([
    await summaryOf({}),
    await summaryOf({ APP_ID: '' }),
    await summaryOf({ PORT: 'x', GHCR_USERNAME: '', PUBLIC_URL: 'https://other.example.com' }),
  ]).toMatchInlineSnapshot(`
    [
      "21 of 21 checks passed",
      "5 of 7 checks passed: 1 failed, 1 unknown",
      "16 of 19 checks passed: 2 failed, 1 warning",
    ]
  `);
});

test('without a database it asks for a repository, and examines the one that is named', async () => {
  const nowhere = { DATABASE_URL: `sqlite:${join(folder, 'absent.db')}` };
  const all = await doctor(nowhere);
  expect(complaints(all)).toEqual(['warn database']);
  expect(onlyCheck(all, 'database')).toMatchObject({
    code: 'database-unreadable',
    message: expect.stringContaining(join(folder, 'absent.db')),
    hint: expect.stringContaining('--repo'),
  });
  expect(all.checks.some(({ name }) => name === 'repository')).toBe(false);
  expect(all.code).toBe(0);
  const one = await doctor(nowhere, 'doctor --repo acme/dotca');
  expectChecks(one, { name: 'repository', outcome: 'ok', code: 'app-installed', repo: repoName() });
});

describe('the environment', () => {
  test('a problem in it is reported, and the rest is checked anyway', async () => {
    const said = await doctor({ PORT: 'x', IMAGE_GRANTS: 'no pair', GHCR_USERNAME: '' });
    const variables = said.checks.filter(({ name }) => name === 'variables');
    expect(variables).toEqual([
      expect.objectContaining({ code: 'variable-unreadable', message: expect.stringMatching(/^PORT: /) }),
      expect.objectContaining({
        code: 'variable-unreadable',
        message: expect.stringMatching(/^GHCR_USERNAME\b.*\bGHCR_TOKEN: /),
      }),
      expect.objectContaining({ code: 'variable-unreadable', message: expect.stringMatching(/^IMAGE_GRANTS: /) }),
    ]);
    expect(complaints(said)).toEqual(['fail variables', 'fail variables', 'fail variables']);
    expectChecks(said, { name: 'webhook-secret', outcome: 'ok', code: 'secret-set', length: 33 });
    expect(said.code).toBe(1);
  });

  test.each([
    [{ MIN_APPROVALS: '', FORBID_SELF_APPROVAL: '' }, ['MIN_APPROVALS', 'FORBID_SELF_APPROVAL']],
    [{ MIN_APPROVALS: 'production=0' }, ['MIN_APPROVALS']],
    [{ FORBID_SELF_APPROVAL: '' }, ['FORBID_SELF_APPROVAL']],
  ])(
    'it warns if the policy file alone decides whether one person can release alone: %j',
    async (changes, variables) => {
      const said = await doctor(changes);
      expect(complaints(said)).toEqual(['warn variables']);
      expectChecks(
        said,
        { name: 'variables', outcome: 'ok', code: 'variables-readable' },
        { name: 'variables', outcome: 'warn', code: 'floors-unset', variables },
      );
      expect(said.code).toBe(0);
    },
  );

  test('without an App there is nothing to ask GitHub', async () => {
    const said = await doctor({ APP_ID: '' });
    expect(complaints(said)).toEqual(['fail app-key', 'unknown repository']);
    expect(onlyCheck(said, 'app-key')).toMatchObject({ code: 'no-app', message: expect.stringContaining('APP_ID') });
    expect(onlyCheck(said, 'repository').code).toBe('github-not-asked');
  });

  test('a key that can’t be read is named', async () => {
    const said = await doctor({ PRIVATE_KEY: 'no key' });
    expect(complaints(said)).toEqual(['fail variables', 'fail app-key', 'unknown repository']);
    expect(onlyCheck(said, 'app-key')).toMatchObject({
      code: 'no-app',
      message: expect.stringContaining('PRIVATE_KEY: '),
    });
  });

  test('a secret that is too short does not keep the App from being looked at', async () => {
    const said = await doctor({ WEBHOOK_SECRET: 'short' });
    expect(complaints(said)).toEqual(['fail variables', 'unknown webhook-secret']);
    expect(onlyCheck(said, 'webhook-secret').code).toBe('secret-unreadable');
  });

  test('an invalid docker config is reported', async () => {
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
    expect(onlyCheck(said, 'variables')).toMatchObject({
      code: 'variable-unreadable',
      message: expect.stringMatching(/^DOCKER_CONFIG: .*config\.json/),
    });
  });
});

describe('the App', () => {
  test('a key of another App is refused, and the clock is compared anyway', async () => {
    const said = await doctor({ APP_ID: '770099' });
    expect(complaints(said)).toEqual(['fail app-key', 'fail repository']);
    expect(onlyCheck(said, 'app-key').code).toBe('key-refused');
    expectChecks(said, { name: 'clock', outcome: 'ok', code: 'clock-right' });
  });

  test('a GitHub that does not answer fails', async () => {
    const said = await doctor({ GITHUB_API_URL: 'http://127.0.0.1:9' });
    expect(complaints(said)).toEqual(['fail app-key', 'unknown token', 'fail repository']);
    expect(onlyCheck(said, 'app-key')).toMatchObject({
      code: 'app-unreadable',
      hint: expect.stringContaining('GITHUB_API_URL'),
    });
    expect(onlyCheck(said, 'token').code).toBe('token-not-read');
  });

  test.each([
    [5, 'ok'],
    [6, 'warn'],
    [-30, 'warn'],
    [31, 'fail'],
    [-3600, 'fail'],
  ] as const)('GitHub’s clock %i seconds ahead of ours: %s', async (seconds, outcome) => {
    const ended = await say('doctor --json', { env, now: () => START - seconds * 1000 });
    const said = { ...ended, ...Answer.parse(JSON.parse(ended.out)) };
    expect(complaints(said)).toEqual(outcome === 'ok' ? [] : [`${outcome} clock`]);
    expectChecks(
      said,
      outcome === 'ok'
        ? { name: 'clock', outcome, code: 'clock-right' }
        : { name: 'clock', outcome, code: 'clock-wrong', aheadMs: -seconds * 1000 },
    );
  });

  test('an App of an earlier version, without the events of hints, is warned of that alone', async () => {
    const events = DEFAULT_EVENTS.filter((event) => !HINT_EVENTS.includes(event));
    const earlier = await startGitHub({ now: () => START, events });
    const said = await doctor(earlier.env);
    expect(complaints(said)).toContain('warn app-events');
    expect(complaints(said)).not.toContain('fail installation');
    expectChecks(said, { name: 'app-events', outcome: 'warn', code: 'hint-events-missing', events: HINT_EVENTS });
    await earlier.close();
    const older = await startGitHub({ now: () => START, events: events.filter((event) => event !== 'push') });
    expect(complaints(await doctor(older.env))).toContain('fail app-events');
    await older.close();
  });

  test('what an installation has not accepted yet is named', async () => {
    await github.installation('acme').setPermissions({ metadata: 'read', contents: 'read', checks: 'read' });
    const said = await doctor();
    expect(complaints(said)).toContain('fail installation');
    expectChecks(said, {
      name: 'installation',
      outcome: 'fail',
      code: 'installation-lacks-grants',
      account: 'acme',
      permissions: ['checks: write', 'deployments: write', 'issues: write', 'packages: read', 'pull_requests: write'],
      events: [],
    });
  });

  test('a suspended installation fails, and one that is not served is reported', async () => {
    const unserved = await doctor({ ALLOWED_OWNERS: 'umbrella' });
    expect(complaints(unserved)).toEqual(['warn installation']);
    expectChecks(unserved, {
      name: 'installation',
      outcome: 'warn',
      code: 'installation-not-served',
      account: 'acme',
    });
    await github.installation('acme').suspend();
    const said = await doctor();
    expect(complaints(said)).toContain('fail installation');
    expectChecks(said, { name: 'installation', outcome: 'fail', code: 'installation-suspended', account: 'acme' });
  });

  test('many installations with the same result are one check; what fails is still named', async () => {
    const others = Array.from({ length: 120 }, (_, index) => `org-${index}`);
    const many = await startGitHub({ now: () => START, owners: ['acme', ...others, 'globex'] });
    await many.installation('globex').suspend();
    const first = ['acme', ...others].slice(0, 10);
    const [name, suspended] = ['installation' as const, { code: 'installation-suspended', account: 'globex' } as const];
    expectChecks(
      await doctor({ ...many.env, ALLOWED_OWNERS: ['acme', ...others].join(',') }),
      { name, outcome: 'fail', ...suspended },
      { name, outcome: 'ok', code: 'installations-right', count: 121, accounts: first },
    );
    expectChecks(
      await doctor({ ...many.env, ALLOWED_OWNERS: 'acme' }),
      { name, outcome: 'fail', ...suspended },
      { name, outcome: 'warn', code: 'installations-not-served', count: 120, accounts: others.slice(0, 10) },
      { name, outcome: 'ok', code: 'installation-right', account: 'acme' },
    );
    expect(many.violations).toEqual([]);
    await many.close();
  });

  test('an App that is installed nowhere fails', async () => {
    await github.installation('acme').uninstall();
    const said = await doctor({}, 'doctor --repo acme/dotca');
    expect(complaints(said)).toEqual(['fail installation', 'fail repository']);
    expectChecks(
      said,
      { name: 'installation', outcome: 'fail', code: 'installed-nowhere' },
      { name: 'repository', outcome: 'fail', code: 'app-not-installed', repo: repoName() },
    );
  });
});

describe('the webhook', () => {
  const [secret, address] = ['webhook-secret' as const, 'webhook-address' as const];
  test.each<readonly [string, Parameters<GitHubWorld['setHook']>[0], Check]>([
    ['no secret', { hasSecret: false }, { name: secret, outcome: 'fail', code: 'no-secret-on-github' }],
    ['no address', { url: '' }, { name: address, outcome: 'fail', code: 'no-webhook-address', path: PATH }],
    [
      'another path',
      { url: 'https://imprimatur.example.com/' },
      {
        name: address,
        outcome: 'fail',
        code: 'other-webhook-path',
        url: 'https://imprimatur.example.com/',
        path: PATH,
      },
    ],
    [
      'a form',
      { contentType: 'form' },
      { name: address, outcome: 'fail', code: 'other-content-type', contentType: 'form' },
    ],
    [
      'no check of the certificate',
      { insecureSsl: '1' },
      { name: address, outcome: 'warn', code: 'certificate-unchecked', url: HOOK_URL },
    ],
  ])('with %s is told', async (_, hook, check) => {
    github.setHook(hook);
    const said = await doctor();
    expect(complaints(said)).toEqual([`${check.outcome} ${check.name}`]);
    expectChecks(said, check);
  });

  test('at another address than PUBLIC_URL is reported', async () => {
    const publicUrl = 'https://other.example.com';
    const said = await doctor({ PUBLIC_URL: publicUrl });
    expect(complaints(said)).toEqual(['warn webhook-address']);
    expectChecks(said, { name: address, outcome: 'warn', code: 'other-webhook-address', url: HOOK_URL, publicUrl });
    expect(complaints(await doctor({ PUBLIC_URL: 'https://imprimatur.example.com/' }))).toEqual([]);
  });

  test('with a second secret reminds of the rotation', async () => {
    const said = await doctor({ WEBHOOK_SECRET_PREVIOUS: 'the-secret-before-this-one' });
    expect(complaints(said)).toEqual(['warn webhook-secret']);
    expectChecks(said, { name: secret, outcome: 'warn', code: 'two-secrets-set', length: 33 });
  });

  test('with another secret on GitHub is detected by its deliveries', async () => {
    github.setWebhookSecret('a-secret-that-nobody-here-knows');
    await github.deliver({ event: 'push', payload: {} });
    const said = await doctor();
    expect(complaints(said)).toEqual(['fail deliveries']);
    const found = deliveries();
    expect(found.newest).toMatchObject({ event: 'push', at: START, status: 401 });
    expectChecks(said, { name: 'deliveries', outcome: 'fail', code: 'signature-refused', ...found });
  });

  test('that GitHub can’t reach is detected by its deliveries', async () => {
    github.setAppUrl(null);
    await github.deliver({ event: 'push', payload: {} });
    const said = await doctor();
    const found = deliveries();
    expect(found.newest).toMatchObject({ event: 'push', status: 502, message: 'failed to connect to host' });
    expectChecks(said, { name: 'deliveries', outcome: 'fail', code: 'delivery-refused', ...found });
  });

  test('without any delivery on GitHub stays unknown', async () => {
    talk.world.clock.turn(4 * DAY_MS);
    const ended = await say('doctor --json', { env, now: talk.world.clock.now });
    const said = { ...ended, ...Answer.parse(JSON.parse(ended.out)) };
    expect(complaints(said)).toEqual(['unknown deliveries']);
    expectChecks(said, { name: 'deliveries', outcome: 'unknown', code: 'no-delivery' });
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

  test('scopes beyond write:packages are named', async () => {
    github.personalToken(TOKEN, { login: 'acme-bot', scopes: ['repo', 'write:packages', 'gist'], expiresAt: null });
    const said = await doctor();
    expect(said.code).toBe(0);
    expectChecks(said, {
      name: 'token-scopes',
      outcome: 'warn',
      code: 'scopes-surplus',
      scopes: ['repo', 'gist'],
    });
  });

  test('a token of somebody else', async () => {
    const said = await doctor({ GHCR_USERNAME: 'other-bot' });
    expect(complaints(said)).toEqual(['warn token']);
    const [login, username] = ['acme-bot', 'other-bot'];
    expectChecks(said, { name: 'token', outcome: 'warn', code: 'token-of-other-account', login, username });
  });

  test('a token of another kind, which ghcr.io does not take', async () => {
    const said = await doctor({ GHCR_TOKEN: 'github_pat_0123' });
    expect(complaints(said)).toEqual(['fail token']);
    expectChecks(said, { name: 'token', outcome: 'fail', code: 'token-of-other-kind' });
  });

  test('a registry that is not ghcr.io needs none', async () => {
    expect(complaints(await doctor({ GHCR_USERNAME: '', GHCR_TOKEN: '' }))).toEqual([]);
  });
});

function listing(login: string): Readonly<Record<string, string>> {
  return { '.github/promotion.yml': `environments: { production: { approvals: { users: ["${login}"] } } }\n` };
}

describe('a repository', () => {
  test('a policy file with mistakes fails, with their places', async () => {
    talk.repo.commitOn('main', { files: { '.github/promotion.yml': 'environmets: {}\n' }, message: 'Typo' });
    const said = await doctor();
    expect(complaints(said)).toEqual(['fail policy']);
    expect(onlyCheck(said, 'policy')).toMatchObject({
      code: 'policy-unreadable',
      message: expect.stringMatching(/\.github\/promotion\.yml .*\b1\D+1\b.*environmets/),
    });
  });

  test('a policy file with a wrong name fails, with both names', async () => {
    talk.repo.commitOn('main', { files: { '.github/promotion.yaml': 'preset: strict\n' }, message: 'Policy' });
    const said = await doctor();
    expect(complaints(said)).toEqual(['fail policy']);
    expect(onlyCheck(said, 'policy')).toMatchObject({
      code: 'policy-unreadable',
      message: expect.stringMatching(/\.github\/promotion\.yaml .*\.github\/promotion\.yml/),
    });
  });

  test.each(['rule', 'classic'] as const)('a default branch that is protected by a %s is no warning', async (by) => {
    talk.repo.protect('main', by);
    expect(complaints(await doctor())).toEqual([]);
  });

  test('a default branch that takes pushes without a pull request is a warning', async () => {
    talk.repo.protect('main', 'none');
    const said = await doctor();
    expect(complaints(said)).toEqual(['warn branch']);
    expectChecks(said, {
      name: 'branch',
      outcome: 'warn',
      code: 'default-branch-open',
      branch: 'main',
      repo: repoName(),
    });
  });

  test('a login of the policy that belongs to another account is a warning, until the file has an id', async () => {
    talk.repo.user('maria', 'write');
    talk.repo.writeFiles('main', listing('maria'));
    await talk.say('bob', '/cancel');
    await talk.request();
    expect(complaints(await doctor())).toEqual([]);
    const holder = github.passOnLogin('maria', 'maria-lopez');
    const said = await doctor();
    expect(said.code).toBe(0);
    expect(complaints(said)).toEqual(['warn policy']);
    const [pin] = await listPins(talk.world.app.store.db, { owner: 'acme', kind: 'user', names: ['maria'] });
    const { id = 0, firstUsed = 0 } = pin ?? {};
    const taken = { kind: 'user', name: 'maria', id, firstUsed, holder } as const;
    const told: Check = { name: 'policy', outcome: 'warn', code: 'name-taken', taken };
    expect(said.checks).toContainEqual(expect.objectContaining({ code: told.code, ...checkWords(told) }));
    // It only looks: what cards say is for the server.
    expect(pin?.holder).toBeNull();
    talk.repo.writeFiles('main', listing(`maria#${holder}`));
    expect(complaints(await doctor())).toEqual([]);
  });

  test('missing branches are named, and images that it may not promote', async () => {
    const file = `images: ['${registry.host}/acme/other']\nstaging: { branch: next }\nenvironments: { canary: {}, beta: {} }\n`;
    talk.repo.commitOn('main', { files: { '.github/promotion.yml': file }, message: 'Policy' });
    const said = await doctor();
    expect(complaints(said)).toEqual(['warn environment', 'warn branch', 'fail image']);
    const repo = repoName();
    expectChecks(
      said,
      { name: 'branch', outcome: 'warn', code: 'branch-missing', branch: 'next', repo },
      {
        name: 'image',
        outcome: 'fail',
        code: 'image-not-granted',
        image: image('acme/other'),
        repo,
        repoId: talk.repo.id,
      },
    );
    expect(onlyCheck(said, 'image').hint).toContain(`IMAGE_GRANTS=${registry.host}/acme/other=acme/dotca`);
  });

  test('the right to push is checked apart from the right to read', async () => {
    registry.quirks.deny403 = [{ times: Infinity, on: /^POST .*\/blobs\/uploads\/$/ }];
    const said = await doctor();
    expect(complaints(said)).toEqual(['fail registry-push']);
    const push = onlyCheck(said, 'registry-push');
    expect(push.code).toBe('outside-error');
    for (const value of ['HTTP 403 DENIED', 'permission_denied: write_package', registry.host]) {
      expect(push.message).toContain(value);
    }
    expect(onlyCheck(said, 'registry-read').code).toBe('tags-readable');
  });

  test('a public image is reported', async () => {
    registry.quirks.tokenRules.anonymous = { 'acme/dotca': 'pull' };
    const said = await doctor();
    expect(complaints(said)).toEqual([]);
    expectChecks(said, { name: 'public', outcome: 'ok', code: 'image-public', image: image() });
  });

  test('an image that nobody pushed yet is not a denial', async () => {
    const repo = await github.repo({ owner: 'acme', name: 'young' });
    repo.commitOn('staging', { message: 'First' });
    const said = await doctor({}, 'doctor --repo acme/young');
    expect(complaints(said)).toContain('fail registry-read');
    expect(onlyCheck(said, 'registry-read')).toMatchObject({
      code: 'outside-error',
      hint: expect.stringContaining(`${registry.host}/acme/young`),
    });
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
