// Who is shown which credential, how often a token is asked for, and what no error may say.
import { describe, expect, test } from 'vitest';
import type { OutsideError } from '../../../src/net/outside-error.ts';
import { createAuth, type Auth } from '../../../src/registry/auth/auth.ts';
import type { Credential } from '../../../src/registry/auth/credentials.ts';
import type { Answer } from '../../../src/registry/transport/transport.ts';
import { isDockerRegistryInstalled, startDockerRegistry } from '../../support/registry/docker-registry.ts';
import type { RegistryDouble } from '../../support/registry/double.ts';
import { buildImage, pushImage } from '../../support/registry/images.ts';
import type { Quirks } from '../../support/registry/quirks.ts';
import { ADA, defaultTokenRules, type TokenRules } from '../../support/registry/token-service.ts';
import { failureOf, makeClient, makeDouble, repositoryAt, tag, type Clock } from '../harness.ts';

const IMAGE = buildImage({ seed: 'auth' });

async function makeWorld(
  options: { rules?: Partial<TokenRules>; quirks?: Partial<Quirks>; clock?: Clock } = {},
): Promise<{ double: RegistryDouble; repository: ReturnType<typeof repositoryAt> }> {
  const tokenRules = { ...defaultTokenRules(), ...options.rules };
  const double = await makeDouble({ auth: 'token', tokenRules, ...options.quirks }, options.clock);
  double.addImage({ repository: 'acme/dotca', tag: 'staging', image: IMAGE });
  return { double, repository: repositoryAt(double.host) };
}

function tokenRequests(double: RegistryDouble): readonly string[] {
  return double.requests.filter(({ path }) => path === '/token').map(({ query }) => decodeURIComponent(query));
}

describe('Tokens', () => {
  test('are requested with pull,push if a credential exists, and shared by all waiting callers', async () => {
    const { double, repository } = await makeWorld();
    const { client } = makeClient();
    await Promise.all(Array.from({ length: 20 }, () => client.findDigest(repository, tag('staging'))));
    const manifest = await client.fetchManifest(repository, tag('staging'));
    await client.putManifest({ repository, tag: tag('main'), manifest });
    expect(tokenRequests(double)).toEqual(['?service=double&scope=repository:acme/dotca:pull,push']);
  });

  test('are requested with pull without a credential', async () => {
    const { double, repository } = await makeWorld({ rules: { anonymous: { 'acme/dotca': 'pull' } } });
    await makeClient({ credential: null }).client.fetchManifest(repository, tag('staging'));
    expect(tokenRequests(double)).toEqual(['?service=double&scope=repository:acme/dotca:pull']);
    expect(double.requests.map(({ authorization }) => authorization?.split(' ')[0] ?? null)).toEqual([
      null,
      null,
      'Bearer',
    ]);
  });

  test('for a second repository are requested without a first 401', async () => {
    const { double, repository } = await makeWorld();
    double.addImage({ repository: 'acme/other', tag: 'staging', image: IMAGE });
    const { client, sent } = makeClient();
    await client.fetchManifest(repository, tag('staging'));
    sent.length = 0;
    await client.fetchManifest(repositoryAt(double.host, 'acme/other'), tag('staging'));
    expect(sent).toEqual(['GET /token', 'GET /v2/acme/other/manifests/staging']);
  });

  test.each(['token', 'access_token'] as const)('may come as %s', async (field) => {
    const { repository } = await makeWorld({ rules: { field } });
    expect(await makeClient().client.findDigest(repository, tag('staging'))).toBe(IMAGE.digest);
  });

  test('are replaced a little before they expire', async () => {
    const { double, repository } = await makeWorld({ rules: { expiresInSeconds: 300 } });
    const { client, clock } = makeClient();
    await client.findDigest(repository, tag('staging'));
    clock.at += 294_000;
    await client.findDigest(repository, tag('staging'));
    expect(tokenRequests(double)).toHaveLength(1);
    clock.at += 2000;
    await client.findDigest(repository, tag('staging'));
    expect(tokenRequests(double)).toHaveLength(2);
    expect(double.requests.filter(({ status }) => status === 401)).toHaveLength(1);
  });

  test('that the registry refuses are renewed once', async () => {
    const registryClock = { at: 0 };
    const { double, repository } = await makeWorld({ clock: registryClock });
    const { client } = makeClient();
    await client.findDigest(repository, tag('staging'));
    registryClock.at += 3_600_000;
    expect(await client.findDigest(repository, tag('staging'))).toBe(IMAGE.digest);
    expect(tokenRequests(double)).toHaveLength(2);
  });

  test('with fewer rights serve the reads of an account that a strict service refuses pull,push', async () => {
    const users = { eve: { password: 'eves', rights: { 'acme/dotca': 'pull' } } } as const;
    const { double, repository } = await makeWorld({ rules: { refuseBeyondRights: true, users } });
    const { client } = makeClient({ credential: { username: 'eve', password: 'eves' } });
    const manifest = await client.fetchManifest(repository, tag('staging'));
    await client.fetchManifest(repository, tag('staging'));
    expect(tokenRequests(double).map((query) => query.split(':').at(-1))).toEqual(['pull,push', 'pull']);
    const error = await failureOf(client.putManifest({ repository, tag: tag('main'), manifest }));
    expect(error).toMatchObject({ code: 'registry-denied', status: 403, retryable: false });
  });
});

describe('A stale credential', () => {
  test('does not hide a public image, and is not tried again for each read', async () => {
    const { double, repository } = await makeWorld({ rules: { anonymous: { 'acme/dotca': 'pull' } } });
    const { client } = makeClient({ credential: { username: 'ada', password: 'revoked' } });
    await client.fetchManifest(repository, tag('staging'));
    const before = double.requests.length;
    await client.fetchManifest(repository, tag('staging'));
    expect(double.requests.length - before).toBe(1);
  });

  test('that only the registry refuses (GHCR’s 403) does not hide a public image either', async () => {
    const { double, repository } = await makeWorld({ rules: { anonymous: { 'acme/dotca': 'pull' } } });
    const { client } = makeClient();
    await client.fetchManifest(repository, tag('staging'));
    double.quirks.deny403 = [{ times: 1, on: /^GET \/v2\//, message: 'denied' }];
    expect((await client.fetchManifest(repository, tag('staging'))).digest).toBe(IMAGE.digest);
    expect(tokenRequests(double).at(-1)).toBe('?service=double&scope=repository:acme/dotca:pull');
    const strangers = double.requests.at(-1)?.authorization;
    await client.fetchManifest(repository, tag('staging'));
    expect(double.requests.at(-1)?.authorization).toBe(strangers);
  });

  test('is named when the image is not public', async () => {
    const { repository } = await makeWorld({ rules: { refuseBeyondRights: true } });
    const { client } = makeClient({ credential: { username: 'ada', password: 'revoked' } });
    const error = await failureOf(client.fetchManifest(repository, tag('staging')));
    expect(error).toMatchObject({ code: 'registry-denied', status: 401 });
    expect(error.message).toContain('(pull, user ada): HTTP 401 UNAUTHORIZED (bad user name or password)');
  });
});

describe('Basic', () => {
  test('is never sent to a registry that uses tokens', async () => {
    const { double, repository } = await makeWorld({ quirks: { refuseBasicWithoutChallenge: true } });
    const { client } = makeClient();
    const manifest = await client.fetchManifest(repository, tag('staging'));
    await client.putManifest({ repository, tag: tag('main'), manifest });
    const shown = double.requests.filter(({ authorization }) => authorization?.startsWith('Basic ') === true);
    expect(shown.map(({ path }) => path)).toEqual(['/token']);
  });

  test('is sent to a registry that asks for it, and from then on immediately', async () => {
    const { double, repository } = await makeWorld({ quirks: { auth: 'basic' } });
    const { client } = makeClient();
    const manifest = await client.fetchManifest(repository, tag('staging'));
    await client.putManifest({ repository, tag: tag('main'), manifest });
    expect(double.requests.map(({ status }) => status)).toEqual([401, 200, 201]);
  });

  test('that is wrong is reported after one try', async () => {
    const { double, repository } = await makeWorld({ quirks: { auth: 'basic' } });
    const { client } = makeClient({ credential: { username: 'ada', password: 'revoked' } });
    const error = await failureOf(client.findDigest(repository, tag('staging')));
    expect(error).toMatchObject({ code: 'registry-denied', status: 401 });
    expect(double.requests.every(({ status }) => status === 401)).toBe(true);
  });

  test.skipIf(process.env['CI'] !== 'true' && !isDockerRegistryInstalled())(
    'works with docker-registry and htpasswd',
    async () => {
      const registry = await startDockerRegistry({ auth: 'htpasswd' });
      try {
        const target = { baseUrl: registry.url, repository: 'acme/dotca', tag: 'staging' };
        await pushImage({ ...target, image: IMAGE, credentials: ADA });
        const repository = repositoryAt(registry.host);
        const { client } = makeClient();
        const manifest = await client.fetchManifest(repository, tag('staging'));
        await client.putManifest({ repository, tag: tag('main'), manifest });
        expect(await client.findDigest(repository, tag('main'))).toBe(IMAGE.digest);
        const stranger = makeClient({ credential: null }).client;
        expect(await failureOf(stranger.findDigest(repository, tag('main')))).toMatchObject({
          code: 'registry-denied',
        });
      } finally {
        await registry.close();
      }
    },
  );
});

describe('The realm of a challenge', () => {
  test.each([
    ['http://169.254.169.254/token', 'it is not https'],
    ['https://169.254.169.254/latest', 'its address is not public'],
    ['https://[::ffff:10.0.0.1]/token', 'its address is not public'],
    ['https://user:pass@tokens.example/token', 'it carries user information'],
    ['/token', 'it is not an absolute URL'],
  ])('%s is not contacted', async (realm, reason) => {
    const { double, repository } = await makeWorld({ quirks: { realm } });
    const error = await failureOf(makeClient().client.fetchManifest(repository, tag('staging')));
    expect(error).toMatchObject({ code: 'realm-refused', retryable: false });
    expect(error.message).toContain(reason);
    expect(double.requests).toHaveLength(1);
  });

  test('on another name for a private address is contacted only when the operator listed it', async () => {
    const { double, repository } = await makeWorld();
    double.quirks.realm = `${double.url.replace('127.0.0.1', 'localhost')}/token`;
    const anonymous = makeClient({ credential: null }).client;
    const refused = await failureOf(anonymous.fetchManifest(repository, tag('staging')));
    expect(refused).toMatchObject({ code: 'address-refused', retryable: false });
    expect(tokenRequests(double)).toEqual([]);
    const { client } = makeClient({ tokenHosts: ['localhost'] });
    expect(await client.findDigest(repository, tag('staging'))).toBe(IMAGE.digest);
  });

  test('on a host that the operator has not named does not receive the credential', async () => {
    const { double, repository } = await makeWorld({ quirks: { realm: 'https://tokens.example/token' } });
    const error = await failureOf(makeClient().client.fetchManifest(repository, tag('staging')));
    expect(error).toMatchObject({ code: 'realm-refused', retryable: false });
    expect(error.message).toContain('add its host to REGISTRY_TOKEN_HOSTS');
    expect(double.requests).toHaveLength(1);
  });

  test('is not followed when it redirects: the login stays where it was checked', async () => {
    const { double, repository } = await makeWorld();
    const trap = await makeDouble();
    const service = (await makeWorld({ quirks: { auth: 'none', redirectBlobsTo: trap.url } })).double;
    double.quirks.realm = `${service.url}/v2/acme/dotca/blobs/${IMAGE.blobs[0]?.digest ?? ''}`;
    const error = await failureOf(makeClient().client.fetchManifest(repository, tag('staging')));
    expect(error).toMatchObject({ code: 'registry-protocol', status: 307, retryable: false });
    expect(trap.requests).toEqual([]);
  });
});

describe('GHCR', () => {
  const GHCR = { host: 'ghcr.io', name: 'acme/api', access: 'pull' } as const;

  test('is asked for a token immediately', async () => {
    const { auth, sent } = makeAuth({ credential: ADA, answers: [answer(200, { token: 't0k' })] });
    expect((await auth.authorize(GHCR)).header).toBe('Bearer t0k');
    expect(sent).toEqual([
      'GET https://ghcr.io/token?service=ghcr.io&scope=repository:acme/api:pull,push Basic YWRhOnMzY3JldA==',
    ]);
  });

  test.each([
    ['push', 'write:packages', 'grant that user Write'],
    ['pull', 'read:packages', 'grant that user Read'],
  ] as const)('denying a %s is explained by its two usual causes', async (access, scope, grant) => {
    const refusal = answer(403, { errors: [{ code: 'DENIED', message: 'denied' }] });
    const { auth } = makeAuth({ credential: ADA, answers: [refusal, refusal, refusal] });
    const error = await failureOf(auth.authorize({ ...GHCR, access }));
    expect(error.message).toContain('HTTP 403 DENIED (denied)');
    expect(error.message).toContain(`token lacks ${scope} or is not authorized for the organization's SSO`);
    expect(error.message).toContain(`the package does not ${grant}`);
  });

  test('without a credential names the missing settings', async () => {
    const { auth } = makeAuth({ credential: null, answers: [answer(401, {})] });
    expect((await failureOf(auth.authorize(GHCR))).message).toContain('set GHCR_USERNAME and GHCR_TOKEN');
  });

  test('a token that is not valid header text is refused', async () => {
    const { auth } = makeAuth({ credential: ADA, answers: [answer(200, { token: 'a\r\nx-evil: 1' })] });
    expect(await failureOf(auth.authorize(GHCR))).toMatchObject({ code: 'registry-protocol' });
  });

  test('a service that repeats the login in its refusal does not get it into an error', async () => {
    const message = `bad login ${ADA.username}:${ADA.password} YWRhOnMzY3JldA==`;
    const { auth } = makeAuth({
      credential: ADA,
      answers: [answer(401, { errors: [{ code: 'UNAUTHORIZED', message }] }), answer(401, {}), answer(401, {})],
    });
    const error = await failureOf(auth.authorize({ ...GHCR, access: 'push' }));
    expect(error.message).toContain('bad login ada:[secret] [secret]');
    expectNoSecret(error);
  });

  test('a registry that repeats the token in its refusal does not get it into an error', async () => {
    const { double, repository } = await makeWorld();
    const { client } = makeClient();
    const manifest = await client.fetchManifest(repository, tag('staging'));
    const token = double.requests.at(-1)?.authorization?.replace('Bearer ', '') ?? '';
    double.quirks.deny403 = [{ times: 1, on: /^PUT/, message: `no rights for ${token}` }];
    const error = await failureOf(client.putManifest({ repository, tag: tag('main'), manifest }));
    expect(token).not.toBe('');
    expect(error.message).toContain('no rights for [secret]');
    expectNoSecret(error);
  });
});

function answer(status: number, body: unknown): Answer {
  return { status, headers: new Map(), body: Buffer.from(JSON.stringify(body)), foreign: false };
}

function expectNoSecret(error: OutsideError): void {
  expect(`${error.message} ${error.stack ?? ''}`).not.toMatch(/s3cret|YWRhOnMzY3JldA/);
}

function makeAuth(args: { credential: Credential | null; answers: readonly Answer[] }): {
  auth: Auth;
  sent: string[];
} {
  const sent: string[] = [];
  const auth = createAuth({
    credentials: () => args.credential,
    trustedHosts: [],
    now: () => 0,
    send: async ({ request, authorization }) => {
      sent.push(`${request.method} ${decodeURIComponent(request.route.url.href)} ${authorization ?? 'anonymous'}`);
      return args.answers[sent.length - 1] ?? answer(500, {});
    },
  });
  return { auth, sent };
}
