// Each variable's good and bad values, and what follows from the API's address.
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { SECRETS } from '../../src/config/secret-files.ts';
import { ConfigError, readConfig, type Config, type Environment } from '../../src/config/env.ts';

const { privateKey: KEY } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
});
const SECRET = 'sixteen-letters!';
const APP: Environment = { APP_ID: '4711', PRIVATE_KEY: KEY, WEBHOOK_SECRET: SECRET };

const folder = mkdtempSync(join(tmpdir(), 'imprimatur-env-'));
afterAll(() => rmSync(folder, { recursive: true }));

function read(env: Environment, isTty = false): Config {
  return readConfig(env, { isTty });
}

/** The names of the variables that are complained of. */
function problemsOf(env: Environment): readonly string[] {
  try {
    read(env);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems;
  }
}

test('an empty environment is a server without an App, on defaults', () => {
  expect(read({})).toEqual({
    app: null,
    host: '127.0.0.1',
    port: 3000,
    publicUrl: null,
    metricsToken: null,
    warnings: [],
    githubApiUrl: 'https://api.github.com',
    githubHost: 'github.com',
    githubWriteIntervalMs: 1000,
    databaseUrl: 'sqlite:./data/imprimatur.db',
    ghcr: null,
    dockerConfigFolder: join(homedir(), '.docker'),
    registryHost: 'ghcr.io',
    registryTokenHosts: [],
    imageGrants: [],
    allowedOwners: null,
    floors: { minApprovals: [], forbidSelfApproval: [] },
    log: { level: 'info', format: 'json' },
  });
});

test('an empty or blank variable counts as unset', () => {
  const blank = {
    PORT: '',
    HOST: '  ',
    DATABASE_URL: '',
    IMAGE_GRANTS: ' ',
    APP_ID: '',
    GITHUB_API_URL: '',
    LOG_LEVEL: '',
  };
  expect(read(blank)).toEqual(read({}));
});

test('the environment of a configured server', () => {
  const { app, ghcr } = read({
    ...APP,
    WEBHOOK_SECRET_PREVIOUS: 'the-previous-secret',
    GHCR_USERNAME: 'bot',
    GHCR_TOKEN: 'ghp_x',
  });
  expect(app).toEqual({ id: 4711, privateKey: KEY.trim(), webhookSecrets: [SECRET, 'the-previous-secret'] });
  expect(ghcr).toEqual({ username: 'bot', token: 'ghp_x' });
});

describe('the key', () => {
  const path = join(folder, 'app.pem');
  writeFileSync(path, KEY);
  const wrong = join(folder, 'wrong.pem');
  writeFileSync(wrong, 'no key');
  const { privateKey: pkcs8 } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const { privateKey: elliptic } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });

  test.each<readonly [string, Environment, string]>([
    ['as GitHub gives it', { PRIVATE_KEY: KEY }, KEY],
    ['as PKCS 8', { PRIVATE_KEY: pkcs8 }, pkcs8.trim()],
    ['on one line', { PRIVATE_KEY: KEY.replaceAll('\n', String.raw`\n`) }, KEY],
    ['in base64', { PRIVATE_KEY: Buffer.from(KEY).toString('base64') }, KEY],
    ['in a file', { PRIVATE_KEY_PATH: path }, KEY],
    ['in both: the variable counts', { PRIVATE_KEY: KEY, PRIVATE_KEY_PATH: wrong }, KEY],
  ])('%s', (_name, env, key) => {
    expect(read({ APP_ID: '1', WEBHOOK_SECRET: SECRET, ...env }).app?.privateKey.trim()).toBe(key.trim());
  });

  test.each<readonly [string, Environment, RegExp]>([
    ['missing', {}, /^PRIVATE_KEY or PRIVATE_KEY_PATH: missing/],
    ['something else', { PRIVATE_KEY: 'secret' }, /^PRIVATE_KEY: not a valid RSA private key/],
    ['a public key', { PRIVATE_KEY: KEY.replaceAll('PRIVATE', 'PUBLIC') }, /^PRIVATE_KEY: not a valid RSA private key/],
    ['cut off', { PRIVATE_KEY: KEY.slice(0, 400) }, /^PRIVATE_KEY: not a valid RSA private key/],
    ['with its body changed', { PRIVATE_KEY: KEY.replace('MII', 'AAA') }, /^PRIVATE_KEY: not a valid RSA private key/],
    ['of another kind than GitHub makes', { PRIVATE_KEY: elliptic }, /^PRIVATE_KEY: not a valid RSA private key/],
    [
      'in a file that holds none',
      { PRIVATE_KEY_PATH: wrong },
      /^PRIVATE_KEY_PATH: .*wrong\.pem is not a valid RSA private key/,
    ],
    ['in a file that is not there', { PRIVATE_KEY_PATH: join(folder, 'none') }, /^PRIVATE_KEY_PATH: .* can't be read/],
  ])('refused: %s', (_name, env, problem) => {
    expect(problemsOf({ APP_ID: '1', WEBHOOK_SECRET: SECRET, ...env })).toEqual([expect.stringMatching(problem)]);
  });

  test('no problem repeats the key or a secret', () => {
    const problems = problemsOf({ APP_ID: '1', PRIVATE_KEY: 'my-secret-key', WEBHOOK_SECRET: 'my-secret' }).join('\n');
    expect(problems).not.toContain('my-secret');
  });
});

describe('refused', () => {
  test.each<readonly [string, string]>([
    ['APP_ID', 'Iv23liAbCdEf'],
    ['APP_ID', '0'],
    ['APP_ID', '-1'],
    ['APP_ID', '1.5'],
    ['APP_ID', '1e3'],
    ['WEBHOOK_SECRET', 'fifteen-letters'],
    ['WEBHOOK_SECRET', 'development'],
    ['WEBHOOK_SECRET_PREVIOUS', 'development'],
    ['WEBHOOK_SECRET_PREVIOUS', 'short'],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PORT', 'http'],
    ['PORT', '80.5'],
    ['PORT', '0x50'],
    ['GITHUB_API_URL', 'ghes.example'],
    ['GITHUB_API_URL', '/api/v3'],
    ['GITHUB_API_URL', 'ftp://ghes.example/api/v3'],
    ['PUBLIC_URL', 'imprimatur.acme.example'],
    ['PUBLIC_URL', 'ftp://imprimatur.acme.example'],
    ['PUBLIC_URL', 'https://me:secret@imprimatur.acme.example'],
    ['PUBLIC_URL', 'https://imprimatur.acme.example/?a=b'],
    ['PUBLIC_URL', 'https://imprimatur.acme.example/#setup'],
    ['GITHUB_WRITE_INTERVAL_MS', '-1'],
    ['GITHUB_WRITE_INTERVAL_MS', '1s'],
    ['GITHUB_WRITE_INTERVAL_MS', '0.5'],
    ['DATABASE_URL', 'data.db'],
    ['DATABASE_URL', 'mysql://localhost/x'],
    ['DATABASE_URL', 'sqlite:'],
    ['REGISTRY_HOST', 'https://ghcr.io'],
    ['REGISTRY_HOST', 'ghcr.io/acme'],
    ['REGISTRY_HOST', 'ghcr'],
    ['REGISTRY_TOKEN_HOSTS', 'https://auth.example'],
    ['REGISTRY_TOKEN_HOSTS', 'auth.example/token'],
    ['IMAGE_GRANTS', 'ghcr.io/acme/api'],
    ['IMAGE_GRANTS', 'acme/api=acme/backend'],
    ['IMAGE_GRANTS', 'ghcr.io/acme/api=backend'],
    ['IMAGE_GRANTS', 'ghcr.io/acme/api:v1=acme/backend'],
    ['IMAGE_GRANTS', 'ghcr.io/Acme/api=acme/backend'],
    ['IMAGE_GRANTS', 'ghcr.io/acme/api=acme/a=b'],
    ['MIN_APPROVALS', 'production'],
    ['MIN_APPROVALS', 'production=11'],
    ['MIN_APPROVALS', 'acme/api@x:production=1'],
    ['MIN_APPROVALS', 'acme/api@1=1'],
    ['FORBID_SELF_APPROVAL', 'production=1'],
    ['FORBID_SELF_APPROVAL', 'acme:production'],
    ['ALLOWED_OWNERS', 'acme/dotca'],
    ['ALLOWED_OWNERS', 'https://github.com/acme'],
    ['ALLOWED_OWNERS', ','],
    ['LOG_LEVEL', 'verbose'],
    ['LOG_FORMAT', 'xml'],
  ])('%s=%s', (name, value) => {
    const problems = problemsOf({ ...APP, [name]: value });
    expect(problems).toEqual([expect.stringMatching(new RegExp(`^${name}: .+`))]);
  });

  test.each<readonly [string, string]>([
    ['APP_ID', 'Iv23liAbCdEf'],
    ['PORT', '65536'],
    ['GITHUB_WRITE_INTERVAL_MS', '1s'],
    ['LOG_LEVEL', 'verbose'],
  ])('%s=%s, with the value that was given', (name, value) => {
    expect(problemsOf({ ...APP, [name]: value }).join()).toContain(JSON.stringify(value));
  });

  test('an address with a password in it, which is not repeated', () => {
    expect(problemsOf({ ...APP, DATABASE_URL: 'mysql://me:hunter2@db/x' }).join()).not.toContain('hunter2');
    expect(problemsOf({ ...APP, PUBLIC_URL: 'https://me:hunter2@x.example' }).join()).not.toContain('hunter2');
  });

  test('half of the credentials for GHCR', () => {
    expect(problemsOf({ GHCR_USERNAME: 'bot' })).toEqual([
      expect.stringMatching(/^GHCR_USERNAME and GHCR_TOKEN: set both/),
    ]);
    expect(problemsOf({ GHCR_TOKEN: 'ghp_x' })).toHaveLength(1);
  });

  test('everything at once, one sentence each', () => {
    expect(problemsOf({ APP_ID: 'x', PORT: 'x', LOG_FORMAT: 'x', IMAGE_GRANTS: 'x,y' })).toHaveLength(7);
  });
});

describe('accepted', () => {
  test.each<readonly [Environment, Partial<Config>]>([
    [{ PORT: '0' }, { port: 0 }],
    [{ HOST: '::' }, { host: '::' }],
    [{ GITHUB_WRITE_INTERVAL_MS: '0' }, { githubWriteIntervalMs: 0 }],
    [{ DATABASE_URL: 'postgres://u:p@db/imprimatur' }, { databaseUrl: 'postgres://u:p@db/imprimatur' }],
    [{ DATABASE_URL: 'postgresql://db/imprimatur' }, { databaseUrl: 'postgresql://db/imprimatur' }],
    [{ DOCKER_CONFIG: '/etc/docker' }, { dockerConfigFolder: '/etc/docker' }],
    [{ REGISTRY_HOST: 'Registry.Example:5000' }, { registryHost: 'registry.example:5000' }],
    [{ REGISTRY_HOST: '127.0.0.1:5000' }, { registryHost: '127.0.0.1:5000' }],
    [
      { REGISTRY_TOKEN_HOSTS: 'Auth.example, 127.0.0.1:5001,' },
      { registryTokenHosts: ['auth.example', '127.0.0.1:5001'] },
    ],
    [{ ALLOWED_OWNERS: 'Acme, globex' }, { allowedOwners: ['acme', 'globex'] }],
    [{ LOG_LEVEL: 'debug', LOG_FORMAT: 'pretty' }, { log: { level: 'debug', format: 'pretty' } }],
  ])('%j', (env, config) => {
    expect(read(env)).toMatchObject(config);
  });

  test('floors are of an environment, of all repositories, of one by name, or of one by id', () => {
    const floors = {
      MIN_APPROVALS: 'production=1, acme/api : prod=2,acme/api@42:*=0',
      FORBID_SELF_APPROVAL: 'acme/api@42:prod,*',
    };
    expect(read(floors).floors).toEqual({
      minApprovals: [
        { repo: null, environment: 'production', required: 1 },
        { repo: 'acme/api', environment: 'prod', required: 2 },
        { repo: 'acme/api', id: 42, environment: '*', required: 0 },
      ],
      forbidSelfApproval: [
        { repo: 'acme/api', id: 42, environment: 'prod' },
        { repo: null, environment: '*' },
      ],
    });
  });

  test('image grants are pairs', () => {
    expect(
      read({ IMAGE_GRANTS: ' ghcr.io/acme/api = Acme/Backend , localhost:5000/x/y=acme/z@42' }).imageGrants,
    ).toEqual([
      { image: 'ghcr.io/acme/api', repo: 'Acme/Backend' },
      { image: 'localhost:5000/x/y', repo: 'acme/z', id: 42 },
    ]);
  });

  test.each([
    ['https://Imprimatur.acme.example/', 'https://imprimatur.acme.example'],
    ['https://acme.example/imprimatur/', 'https://acme.example/imprimatur'],
    ['http://10.0.0.7:3000', 'http://10.0.0.7:3000'],
  ])('the address %s is %s', (text, publicUrl) => {
    expect(read({ PUBLIC_URL: text }).publicUrl).toBe(publicUrl);
  });

  test('a terminal gets a pretty log, unless told otherwise', () => {
    expect(read({}, true).log.format).toBe('pretty');
    expect(read({ LOG_FORMAT: 'json' }, true).log.format).toBe('json');
  });
});

describe("GitHub's address tells the host of its pages and how fast we may write", () => {
  test.each<readonly [string, string, string, number]>([
    ['https://api.github.com', 'https://api.github.com', 'github.com', 1000],
    ['https://api.github.com/', 'https://api.github.com', 'github.com', 1000],
    ['https://api.acme.ghe.com', 'https://api.acme.ghe.com', 'acme.ghe.com', 1000],
    ['https://ghes.example/api/v3', 'https://ghes.example/api/v3', 'ghes.example', 0],
    ['https://ghes.example:8443/api/v3/', 'https://ghes.example:8443/api/v3', 'ghes.example:8443', 0],
    ['http://127.0.0.1:4100', 'http://127.0.0.1:4100', 'github.com', 0],
    ['https://api.github.com.evil.example', 'https://api.github.com.evil.example', 'github.com', 0],
    ['https://notghe.com', 'https://notghe.com', 'github.com', 0],
  ])('%s', (url, githubApiUrl, githubHost, githubWriteIntervalMs) => {
    expect(read({ GITHUB_API_URL: url })).toMatchObject({ githubApiUrl, githubHost, githubWriteIntervalMs });
  });

  test('an interval that is set counts', () => {
    expect(read({ GITHUB_WRITE_INTERVAL_MS: '250' }).githubWriteIntervalMs).toBe(250);
  });
});

function fileOf(text: string): string {
  const path = join(folder, `secret-${text.length}`);
  writeFileSync(path, text);
  return path;
}

describe('a secret in a file', () => {
  test.each(SECRETS)('%s is read, without the line end', (name) => {
    const values: Readonly<Record<(typeof SECRETS)[number], string>> = {
      PRIVATE_KEY: KEY,
      WEBHOOK_SECRET: 'w'.repeat(20),
      WEBHOOK_SECRET_PREVIOUS: 'v'.repeat(20),
      METRICS_TOKEN: 'm'.repeat(20),
      DATABASE_URL: 'postgres://app:secret@127.0.0.1/db',
      GHCR_TOKEN: 'ghp_token',
    };
    const others = { ...APP, GHCR_USERNAME: 'bot', GHCR_TOKEN: 'ghp_other' };
    const plain = read({ ...others, [name]: values[name] });
    expect(read({ ...others, [name]: '', [`${name}_FILE`]: fileOf(`${values[name]}\n`) })).toEqual(plain);
  });

  test.each(SECRETS)('%s is refused beside the variable, as is a file that is not there or empty', (name) => {
    const file = `${name}_FILE`;
    expect(problemsOf({ [name]: 'x'.repeat(20), [file]: '/nowhere' })).toContain(
      `${name} and ${file}: both are set; set one of them`,
    );
    expect(problemsOf({ [file]: '/nowhere' })).toContainEqual(
      expect.stringMatching(`^${file}: /nowhere can't be read`),
    );
    const empty = fileOf('\n');
    expect(problemsOf({ [file]: empty })).toContain(`${file}: ${empty} is empty`);
  });
});

describe('an address that others could read along', () => {
  test.each(['http://ghes.example/api/v3', 'http://10.0.0.7', 'http://localhost.example', 'http://127.0.0.1.example'])(
    '%s of GitHub is refused',
    (url) => {
      expect(problemsOf({ GITHUB_API_URL: url })).toContainEqual(expect.stringMatching(/^GITHUB_API_URL: http:/));
    },
  );

  test.each(['http://127.0.0.1:4100', 'http://localhost:4100', 'http://[::1]:4100'])('%s of GitHub is ours', (url) => {
    expect(read({ GITHUB_API_URL: url }).githubApiUrl).toBe(url);
  });

  test.each<readonly [string, number]>([
    ['postgres://a:b@db.example/c', 1],
    ['postgres://a:b@db.example/c?sslmode=disable', 1],
    ['postgresql://a:b@10.0.0.7:5432/c?host=db.example', 1],
    ['postgres://a:b@db.example/c?sslmode=verify-full', 0],
    ['postgres://a:b@db.example/c?ssl=true', 0],
    ['postgres://a:b@127.0.0.1/c', 0],
    ['postgres://a:b@[::1]/c', 0],
    ['postgres://a:b@%2Fvar%2Frun%2Fpostgresql/c', 0],
    ['postgres:///c?host=/var/run/postgresql', 0],
    ['sqlite:./x.db', 0],
  ])('%s: %i warnings', (url, count) => {
    expect(read({ DATABASE_URL: url }).warnings).toHaveLength(count);
  });

  test('a token for /metrics that is short is refused', () => {
    expect(problemsOf({ METRICS_TOKEN: 'short' })).toContainEqual(expect.stringMatching(/^METRICS_TOKEN: shorter/));
  });
});
