// Strangers at the webhook door, over real sockets: what they send stores nothing, holds nobody up, and becomes nothing else.
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { AuditRow } from '../../src/domain/audit/audit.ts';
import { countJobs } from '../../src/store/queue/job-upkeep.ts';
import { refused } from '../scenarios/answers.ts';
import { begin } from '../scenarios/conversation.ts';
import { headersOf, openEndpoints, post, PREVIOUS, SECRET, sign, WEBHOOKS, type Endpoints } from '../web/harness.ts';
import { dial, head, statuses, type Connection } from './raw-http.ts';

const BODY = JSON.stringify({ action: 'created', repository: { id: 1 } });
const SIGNED = Object.entries({ ...headersOf(BODY), 'content-length': String(BODY.length) });

let endpoints: Endpoints;
const lines: Connection[] = [];
const call = (): Connection => {
  const line = dial(endpoints.port);
  lines.push(line);
  return line;
};
const queued = async (): Promise<number> => (await countJobs(endpoints.app.store.db, Date.now())).queued;
afterEach(() => {
  for (const { socket } of lines.splice(0)) socket.destroy();
});

describe('secrets', () => {
  afterEach(async () => {
    await endpoints.close();
  });

  test.each([
    ['the one of today', SECRET, 202],
    ['the one that is being rotated out', PREVIOUS, 202],
    ['one that is long gone', 'the-secret-of-the-year-before-that', 401],
    ['none at all', '', 401],
  ])('%s', async (_name, secret, status) => {
    endpoints = await openEndpoints();
    expect((await post(endpoints, BODY, { 'x-hub-signature-256': sign(BODY, secret) })).status).toBe(status);
  });

  test('the old one no longer counts once it is removed', async () => {
    endpoints = await openEndpoints({ WEBHOOK_SECRET_PREVIOUS: '' });
    expect((await post(endpoints, BODY, { 'x-hub-signature-256': sign(BODY, PREVIOUS) })).status).toBe(401);
    // What an empty variable must not become: an empty secret that anybody can sign with.
    expect((await post(endpoints, BODY, { 'x-hub-signature-256': sign(BODY, '') })).status).toBe(401);
  });
});

describe('one server', () => {
  beforeAll(async () => {
    endpoints = await openEndpoints();
  });
  afterAll(async () => {
    await endpoints.close();
  });

  test.each([0, 1, 7, 8, 39, 63, 70, 72, 200])('a signature of %i characters is refused', async (length) => {
    const signature = sign(BODY).padEnd(200, '0').slice(0, length);
    const before = await queued();
    expect((await post(endpoints, BODY, { 'x-hub-signature-256': signature })).status).toBe(401);
    expect(await queued()).toBe(before);
  });

  test('a signature with any one wrong character is refused', async () => {
    const right = sign(BODY);
    const answers = Array.from({ length: 64 }, async (_unused, at) => {
      const place = 'sha256='.length + at;
      const other = right[place] === '0' ? '1' : '0';
      const signature = `${right.slice(0, place)}${other}${right.slice(place + 1)}`;
      return (await post(endpoints, BODY, { 'x-hub-signature-256': signature })).status;
    });
    expect(new Set(await Promise.all(answers))).toEqual(new Set([401]));
  });

  type Said = readonly [name: string, status: number, headers: readonly (readonly [string, string])[]];
  const without = (name: string): readonly (readonly [string, string])[] => SIGNED.filter(([one]) => one !== name);
  test.each<Said>([
    ['a right and a wrong signature', 401, [...SIGNED, ['x-hub-signature-256', `sha256=${'0'.repeat(64)}`]]],
    ['a wrong signature before the right one', 401, [['x-hub-signature-256', `sha256=${'0'.repeat(64)}`], ...SIGNED]],
    ['the right signature twice', 401, [...SIGNED, ['x-hub-signature-256', sign(BODY)]]],
    ['two events', 400, [...SIGNED, ['x-github-event', 'push']]],
    ['two delivery ids', 400, [...SIGNED, ['x-github-delivery', 'another']]],
    ['two lengths', 400, [...SIGNED, ['content-length', '0']]],
    ['a length and chunks', 400, [...SIGNED, ['transfer-encoding', 'chunked']]],
    ['an encoding that only looks like chunks', 400, [...without('content-length'), ['transfer-encoding', 'xchunked']]],
    ['chunks named twice', 400, [...without('content-length'), ['transfer-encoding', 'chunked, identity']]],
    ['a length with a sign', 400, [...without('content-length'), ['content-length', `+${BODY.length}`]]],
    ['a length in hexadecimal', 400, [...without('content-length'), ['content-length', '0x28']]],
    ['a header that is folded', 400, [...SIGNED, ['x-folded', 'a\r\n b']]],
    ['a header name with a blank', 400, [...SIGNED, ['transfer-encoding ', 'chunked']]],
    ['a line end inside of a value', 400, [...SIGNED, ['x-bare', 'a\rb']]],
    ['a zero byte in a value', 400, [...SIGNED, ['x-zero', 'a\u{0}b']]],
    ['headers without end', 431, [...SIGNED, ['x-long', 'x'.repeat(20_000)]]],
  ])('%s: answered %i, and nothing is stored', async (_name, status, headers) => {
    const before = await queued();
    const line = call();
    line.send(head([...headers, ['connection', 'close']]) + BODY);
    expect(statuses(await line.closed)).toEqual([status]);
    expect(await queued()).toBe(before);
  });

  test.each([
    'constructor',
    '//evil.example/x',
    'http://evil.example/metrics?__proto__=1',
    '/__proto__',
    '/../metrics',
  ])('a page called %s does not exist, or is public', async (target) => {
    const line = call();
    line.send(head([['connection', 'close']], `GET ${target} HTTP/1.1`));
    expect([400, 404]).toContain(statuses(await line.closed)[0]);
  });

  test('requests in one packet are handled one by one, in order', async () => {
    const before = await queued();
    const one = (signature: string, id: string): string =>
      head([
        ...without('x-hub-signature-256').filter(([name]) => name !== 'x-github-delivery'),
        ['x-github-delivery', id],
        ['x-hub-signature-256', signature],
      ]) + BODY;
    const line = call();
    const last = head([['connection', 'close']], 'GET /healthz HTTP/1.1');
    line.send(
      one(sign(BODY), 'in-a-row-1') + one(sign(`${BODY} `), 'in-a-row-2') + one(sign(BODY), 'in-a-row-3') + last,
    );
    expect(statuses(await line.closed)).toEqual([202, 401, 202, 200]);
    expect(await queued()).toBe(before + 2);
  });

  test('what is hidden in the body of a refused request is never read as a request', async () => {
    const before = await queued();
    const hidden = head(SIGNED) + BODY;
    const line = call();
    line.send(
      head([
        ...without('x-hub-signature-256').filter(([name]) => name !== 'content-length'),
        ['content-length', String(hidden.length + 10)],
      ]),
    );
    line.send(hidden);
    line.send('0123456789');
    expect(statuses(await line.closed)).toEqual([401]);
    expect(await queued()).toBe(before);
  });

  test.each([
    ['as it is', (body: string) => gzipSync(body)],
    ['that would fill the memory', () => gzipSync(Buffer.alloc(200 * 1024 * 1024, 0x20))],
  ])('a compressed body %s is not unpacked, signed or not', async (_name, pack) => {
    const body = pack(BODY);
    const encoding = { 'content-encoding': 'gzip' };
    expect((await post(endpoints, body, { ...encoding, 'x-hub-signature-256': sign(BODY) })).status).toBe(401);
    expect((await post(endpoints, body, encoding)).status).toBe(400);
  });

  test.each([
    ['application/json;charset=utf-8', 202],
    [' application/json ', 202],
    ['application/json, text/plain', 415],
    ['application/jsonp', 415],
    ['application/x-www-form-urlencoded; application/json', 415],
    ['multipart/form-data; boundary=application/json', 415],
  ])('the content type "%s" is answered %i', async (type, status) => {
    expect((await post(endpoints, BODY, { 'content-type': type })).status).toBe(status);
  });

  test('the delivery id of one installation under the name of another is the same delivery', async () => {
    const before = await queued();
    const id = { 'x-github-delivery': 'of-the-first-installation' };
    expect(await post(endpoints, bodyOf(1), id)).toMatchObject({ status: 202, text: 'stored' });
    expect(await post(endpoints, bodyOf(2), id)).toMatchObject({ status: 202, text: 'stored before' });
    expect(await queued()).toBe(before + 1);
  });

  test('hundreds of idle connections, silent or unfinished, block nobody', async () => {
    const idle = Array.from({ length: 400 }, (_unused, at) => {
      const line = call();
      if (at % 4 === 1) line.send(`POST ${WEBHOOKS} HTTP/1.1\r\nhost: a\r\n`);
      if (at % 4 === 2) line.send(head(SIGNED) + BODY.slice(0, 10));
      if (at % 4 === 3) line.send(head([], 'GET /healthz HTTP/1.1'));
      return line;
    });
    await Promise.all(idle.map(({ socket }) => new Promise((resolve) => socket.once('connect', resolve))));
    const before = await queued();
    expect(await post(endpoints, BODY)).toMatchObject({ status: 202, text: 'stored' });
    expect((await fetch(`${endpoints.url}/readyz`)).status).toBe(503);
    expect(await queued()).toBe(before + 1);
    expect(idle.every(({ socket }) => !socket.destroyed)).toBe(true);
  });

  test('a sender of nothing, or of a slow head or body, is cut off', async () => {
    const { server } = endpoints.app;
    // Looked at by Node when it checks its connections; the limits themselves are held below.
    Object.assign(server, { headersTimeout: 50, requestTimeout: 100 });
    const silent = call();
    const slowHead = call();
    slowHead.send(`POST ${WEBHOOKS} HTTP/1.1\r\nhost: a\r\nx-slow: `);
    const slowBody = call();
    slowBody.send(head(SIGNED));
    const drops = setInterval(() => {
      slowHead.send('x');
      slowBody.send(' ');
    }, 200);
    const before = await queued();
    const ends = await Promise.all([silent.closed, slowHead.closed, slowBody.closed]);
    clearInterval(drops);
    expect(ends.map((text) => statuses(text)[0] ?? 'nothing')).toEqual([408, 408, 408]);
    expect(await queued()).toBe(before);
    expect((await fetch(`${endpoints.url}/healthz`)).status).toBe(200);
  });
});

test('the limits of the server are the documented ones', async () => {
  endpoints = await openEndpoints();
  const { headersTimeout, requestTimeout, maxConnections } = endpoints.app.server;
  expect({ headersTimeout, requestTimeout, maxConnections }).toEqual({
    headersTimeout: 10_000,
    requestTimeout: 30_000,
    maxConnections: 1000,
  });
  await endpoints.close();
});

describe('signed, but with a hostile body', () => {
  const DEEP = 10_000;
  test.each([
    ['lists', `${'['.repeat(DEEP)}${']'.repeat(DEEP)}`],
    ['objects', `${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}`],
    ['a prototype', '{"polluted":"yes"}'],
  ])('%s: it is handled, and so is the next one', async (name, value) => {
    const talk = await begin();
    const { world } = talk;
    await talk.say('ada', 'A comment for nobody.');
    const { body } = world.github.deliveries.at(-1) ?? { body: '{}' };
    const evil = body.replace(
      /\{/,
      `{"__proto__":${value},"constructor":{"prototype":${value}},"deep":${value},"repository":{"__proto__":${value}},`,
    );
    const address = world.app.server.address();
    if (typeof address !== 'object' || address === null) throw new Error('the app does not listen');
    const answer = await fetch(`http://127.0.0.1:${address.port}${WEBHOOKS}`, {
      method: 'POST',
      headers: headersOf(evil, {
        'x-hub-signature-256': sign(evil, world.github.env.WEBHOOK_SECRET),
        'x-github-event': 'issue_comment',
      }),
      body: evil,
    });
    expect({ name, status: answer.status }).toEqual({ name, status: 202 });
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
    expect((await talk.request()).reactions).toEqual(['eyes', 'rocket']);
    expect(await talk.state()).toBe('awaiting-approval');
    await world.end();
    await world.close();
  });
});

test('a delivery that is replayed under another id requests, approves and moves nothing again', async () => {
  const talk = await begin();
  const { world, repo } = talk;
  await talk.request();
  await talk.click('bob', 'approve');
  expect(await talk.state()).toBe('promoted');
  const tags = world.registry.tags('acme/dotca');
  const said = (await talk.answers()).length;
  const audit = async (): Promise<readonly AuditRow[]> => (await world.audit()).get(repo.id) ?? [];
  const rows = (await audit()).length;
  const before = world.github.deliveries.filter(({ event }) => event === 'issue_comment' || event === 'check_run');
  for (const { event, body } of before) await world.github.deliver({ event, payload: JSON.parse(body) });
  await world.drain();
  expect(await talk.state(2)).toBeNull();
  expect(world.registry.tags('acme/dotca')).toEqual(tags);
  expect((await talk.answers()).slice(said)).toMatchObject([refused('not-awaiting-approval', { promotion: 1 })]);
  // The second click is told that it comes too late, and that is kept.
  const later = (await audit()).slice(rows).map(({ entry }) => entry);
  expect(later.filter((entry) => !entry.includes('"kind":"review-refused"'))).toEqual([]);
  await world.end();
  await world.close();
});

function bodyOf(installation: number): string {
  return JSON.stringify({ repository: { id: installation }, installation: { id: installation } });
}
