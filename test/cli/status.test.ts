// What `status` and `history` tell of a server's database, on a machine that reaches neither GitHub nor the registry.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { noticed } from '../scenarios/drift-world.ts';
import { beginHistory, type Historic } from '../scenarios/history.ts';
import { beforeRequest } from '../scenarios/release.ts';
import { IMAGE } from '../scenarios/world.ts';
import { say, widthOf, type Around, type Ended } from './harness.ts';

/** Two people named in the policy approve canary; anybody with write access approves production. */
const POLICY = 'environments: { canary: { approvals: { required: 2, users: [mia, bob] } }, production: {} }\n';

const TIME = String.raw`2026-11-24 \d\d:\d\d UTC`;

type Server = {
  readonly talk: Historic;
  /** With the server's database, and no variable that names GitHub, a registry or a credential. */
  readonly cli: (line: string, around?: Around) => Promise<Ended>;
  readonly json: (line: string, around?: Around) => Promise<unknown>;
  readonly close: () => Promise<void>;
};

async function begin(policy?: string): Promise<Server> {
  const folder = await mkdtemp(join(tmpdir(), 'imprimatur-status-'));
  const url = `sqlite:${join(folder, 'imprimatur.db')}`;
  const talk = await beginHistory({ databaseUrl: url, ...(policy === undefined ? {} : { policy }) });
  const cli: Server['cli'] = (line, around = {}) =>
    say(line, { now: () => talk.world.clock.now(), ...around, env: { DATABASE_URL: url, ...around.env } });
  return {
    talk,
    cli,
    json: async (line, around) => JSON.parse((await cli(`${line} --json`, around)).out),
    close: async () => {
      await talk.world.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** As the tables show a digest. */
function hex(digest: string): string {
  return digest.slice('sha256:'.length).slice(0, 12);
}

describe('a promotion that a rollback left, and one that waits in each environment', () => {
  let server: Server;
  let digests: Readonly<Record<'old' | 'first' | 'second' | 'third', string>>;
  beforeAll(async () => {
    server = await begin(POLICY);
    const { talk } = server;
    const first = await talk.release('First', 'production');
    const second = await talk.release('Second', 'production');
    const [, deployment] = talk.repo.deployments();
    await talk.repo.deploymentStatus({ deployment: deployment?.id ?? 0, state: 'success', by: 'github-actions[bot]' });
    await talk.world.drain();
    await talk.rollBack('production to P1');
    const third = talk.build('Third');
    await talk.say('ada', `/promote ${third.tag} to canary`);
    await talk.approve('mia', 4);
    await talk.say('bob', `/promote ${third.tag} to production`);
    digests = { old: talk.old.digest, first: first.digest, second: second.digest, third: third.digest };
  });
  afterAll(() => server.close());

  test('status names what each environment holds, and what waits and for whom', async () => {
    const { world } = server.talk;
    const asked = [world.github.requests.length, world.registry.requests.length];
    const { code, out, err } = await server.cli('status');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect([world.github.requests.length, world.registry.requests.length]).toEqual(asked);
    expect(out).toMatch(/^acme\/dotca\n/);
    expect(out).toMatch(/^canary +none\b/m);
    const held = `P3 +rollback to P1 +${hex(digests.first)} +${TIME} +rollback, `;
    expect(out).toMatch(new RegExp(`^production +${held}`, 'm'));
    const waits = String.raw`staging-\w{7} \(${hex(digests.third)}\), requested by ada `;
    expect(out).toMatch(new RegExp(`^P4 → canary: ${waits}`, 'm'));
    expect(out).toMatch(/^ {2}.*\b1 more\b.*\bmia\b.*\n {2}bob\b/m);
    expect(out).toMatch(/^P5 → production: /m);
  });

  test('status as JSON', async () => {
    expect(await server.json('status acme/dotca')).toMatchObject({
      jobs: { dead: 0 },
      repos: [
        {
          repo: 'acme/dotca',
          accessLostAt: null,
          environments: [
            { environment: 'canary', holds: null, driftSince: null, inconsistentSince: null },
            {
              environment: 'production',
              holds: {
                promotion: 'P3',
                kind: 'rollback',
                source: 'rollback to P1',
                images: [{ digest: digests.first }],
                deployment: null,
                forced: false,
              },
            },
          ],
          open: [
            {
              promotion: 'P4',
              environment: 'canary',
              state: 'awaiting-approval',
              requester: 'ada',
              approvals: { required: 2, missing: 1, approvedBy: ['mia'], named: ['bob'] },
            },
            { promotion: 'P5', environment: 'production', approvals: { required: 1, missing: 1, named: [] } },
          ],
        },
      ],
    });
  });

  test('status counts the approvals that the operator requires', async () => {
    expect(await server.json('status', { env: { MIN_APPROVALS: 'production=3' } })).toMatchObject({
      repos: [{ open: [{}, { approvals: { required: 3, missing: 3 } }] }],
    });
  });

  test('status needs no credentials, so wrong ones are no problem', async () => {
    expect(await server.cli('status', { env: { GHCR_TOKEN: 'x', APP_ID: 'none' } })).toMatchObject({
      code: 0,
      err: '',
    });
  });

  test('status fits a terminal, and controls none', async () => {
    const { out } = await server.cli('status', { width: 80 });
    expect(widthOf(out.replaceAll(/^.*https:.*$/gm, ''))).toBeLessThanOrEqual(80);
    // eslint-disable-next-line no-control-regex -- that is what is looked for
    expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  });

  test('history lists what was held, newest first, with what became of it', async () => {
    const { old, first, second } = digests;
    const { code, out, err } = await server.cli('history acme/dotca');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const rows = out.split('\n').filter((line) => /^(?:P\d|before)/.test(line));
    expect(rows).toEqual([
      expect.stringMatching(
        new RegExp(`^P3 +rollback to P1 +${hex(first)} +${TIME} +ada +nobody +in production, rollback, `),
      ),
      expect.stringMatching(new RegExp(`^P2 +staging-\\w+ +${hex(second)} +${TIME} +ada +bob +deployed, rolled back$`)),
      expect.stringMatching(new RegExp(`^P1 +staging-\\w+ +${hex(first)} +${TIME} +ada +bob +`)),
      expect.stringMatching(new RegExp(`^before P1 +${hex(old)}`)),
    ]);
  });

  test('history as JSON', async () => {
    const { old, first } = digests;
    const production = {
      environment: 'production',
      total: 4,
      held: [
        { promotion: 'P3', kind: 'rollback', digest: first, current: true, rolledBack: false },
        { promotion: 'P2', approvedBy: ['bob'], deployment: { status: 'deployed' }, rolledBack: true },
        { promotion: 'P1', current: false },
        { kind: 'baseline', before: 'P1', digest: old },
      ],
    };
    expect(await server.json('history')).toMatchObject({
      repos: [{ repo: 'acme/dotca', environments: [production] }],
    });
  });

  test('history of one environment, and as many as are wanted', async () => {
    expect(await server.json('history --environment Production --limit 1')).toMatchObject({
      repos: [{ environments: [{ environment: 'production', total: 4, held: [{ promotion: 'P3' }] }] }],
    });
    expect((await server.cli('history --limit 1')).out).toMatch(/\b1 of 4\b/);
  });

  test('history of an environment that nothing was promoted to names the likely one', async () => {
    const { code, out, err } = await server.cli('history --environment prodution');
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/^imprimatur history: .*\bprodution\b.*\bproduction\?\n$/);
  });

  test.each(['status', 'history', 'audit verify --repo'])(
    '%s of a repository that is not known names the likely one, or what there is',
    async (command) => {
      const { code, out, err } = await server.cli(`${command} acme/dotac`);
      expect({ code, out }).toEqual({ code: 1, out: '' });
      expect(err).toMatch(/^imprimatur .*: .*\bacme\/dotac\b.*\bacme\/dotca\?\n$/);
      expect((await server.cli(`${command} other/thing`)).err).toMatch(/\bother\/thing\b.*\bacme\/dotca\.\n$/);
      expect(await server.cli(`${command} dotca`)).toMatchObject({ code: 2, out: '' });
    },
  );

  test('the words of both', async () => {
    const lines = ['status', 'history', 'history acme/dotac', 'history --environment prod'];
    const texts = [await server.cli('status', { width: 80 })];
    for (const line of lines) texts.push(await server.cli(line));
    const shown = texts.map(({ out, err }) => `${out}${err}`).join('\n');
    const steady = shown
      .replaceAll(/https:\/\/\S+/g, '<url>')
      .replaceAll(/\bstaging-[0-9a-f]{7}\b/g, 'staging-abc1234');
    expect(steady.replaceAll(/\b\d+ queued/g, '<n> queued')).toMatchSnapshot();
  });
});

describe('without any promotion before', () => {
  let server: Server;
  beforeEach(async () => {
    server = await begin();
  });
  afterEach(() => server.close());

  test('both say that nothing was requested', async () => {
    for (const command of ['status', 'history']) {
      const { code, out, err } = await server.cli(command);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(out).not.toBe('');
      expect(await server.json(command)).toMatchObject({ repos: [] });
    }
  });

  test('drift is named', async () => {
    const { talk } = server;
    const first = await talk.release('First');
    talk.world.registry.setTag(IMAGE, 'latest', talk.old.digest);
    await talk.world.pass(10 * 60_000, 15_000);
    await noticed(talk);
    const { out } = await server.cli('status');
    expect(out).toMatch(new RegExp(`^Drift of production since ${TIME}:\n\n  - latest holds ${talk.old.digest}`, 'm'));
    expect(out).toContain(first.digest);
    expect(await server.json('status')).toMatchObject({
      repos: [{ environments: [{ driftSince: expect.stringMatching(/^2026-11-24T/) }] }],
    });
  });

  test('a production that a failed promotion left inconsistent is named', async () => {
    const { talk, cli, json } = server;
    const next = talk.build('Next');
    await talk.say('ada', `/promote ${next.tag}`);
    // `latest` is refused, and then the way back of `main` as well.
    const { quirks } = talk.world.registry;
    quirks.deny403 = [{ times: Infinity, on: /^PUT .*\/latest$/ }];
    beforeRequest(
      talk.world,
      ({ method, path }) => method === 'PUT' && path.endsWith('/latest'),
      () => quirks.deny403.push({ times: Infinity, on: /^PUT .*\/main$/ }),
    );
    await talk.approve('bob', 1);
    expect(await talk.state(1)).toBe('failed');
    expect((await cli('status')).out).toMatch(
      /^production is inconsistent: P1 .*imprimatur audit show P1 --repo acme\/dotca$/m,
    );
    expect(await json('status')).toMatchObject({
      repos: [{ environments: [{ environment: 'production', inconsistentSince: { promotion: 'P1' } }] }],
    });
  });

  test('a repository that the App lost access to says since when', async () => {
    const { talk, cli, json } = server;
    await talk.release('First');
    await talk.world.app.store.db.updateTable('repos').set({ left_at: talk.world.clock.now() }).execute();
    expect((await cli('status')).out).toMatch(new RegExp(`^acme/dotca: .* ${TIME}\n`));
    expect(await json('status')).toMatchObject({ repos: [{ accessLostAt: '2026-11-24T09:01:00.000Z' }] });
  });
});
