// Every answer of the webhook door, over real HTTP: nothing but storing happens before it.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { countJobs } from '../../src/store/queue/job-upkeep.ts';
import { headersOf, openEndpoints, post, PREVIOUS, sign, WEBHOOKS, type Endpoints } from '../web/harness.ts';

const BODY = JSON.stringify({ action: 'created', repository: { id: 1 } });
const MAX = 25 * 1024 * 1024;
/** What the sockets of both sides hold while the answer travels. */
const ON_ITS_WAY = 10 * 1024 * 1024;

describe('one server', () => {
  let endpoints: Endpoints;
  beforeAll(async () => {
    endpoints = await openEndpoints();
  });
  afterAll(async () => {
    await endpoints.close();
  });
  const queued = async (): Promise<number> => (await countJobs(endpoints.app.store.db, Date.now())).queued;

  test('a signed delivery is stored once, however often it comes', async () => {
    const before = await queued();
    const delivery = { 'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958' };
    expect(await post(endpoints, BODY, delivery)).toMatchObject({ status: 202, text: 'stored' });
    expect(await post(endpoints, BODY, delivery)).toMatchObject({ status: 202, text: 'stored before' });
    expect(await queued()).toBe(before + 1);
  });

  test('the same delivery at the same moment is stored once', async () => {
    const before = await queued();
    const delivery = { 'x-github-delivery': 'same-moment' };
    const answers = await Promise.all(Array.from({ length: 10 }, () => post(endpoints, BODY, delivery)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 202));
    expect(answers.filter(({ text }) => text === 'stored')).toHaveLength(1);
    expect(await queued()).toBe(before + 1);
  });

  test('the same delivery id of another hook is another delivery', async () => {
    const before = await queued();
    const delivery = { 'x-github-delivery': 'two-hooks' };
    await post(endpoints, BODY, delivery);
    await post(endpoints, BODY, { ...delivery, 'x-github-hook-installation-target-id': '770002' });
    await post(endpoints, BODY, { ...delivery, 'x-github-hook-installation-target-type': 'repository' });
    expect(await queued()).toBe(before + 3);
  });

  test.each(['star', 'ping', 'watch', 'an_event_of_tomorrow'])('the event %s is ignored with 202', async (event) => {
    const before = await queued();
    expect(await post(endpoints, BODY, { 'x-github-event': event })).toMatchObject({ status: 202, text: 'ignored' });
    expect(await queued()).toBe(before);
  });

  test('the secret that is rotated out still counts', async () => {
    expect((await post(endpoints, BODY, { 'x-hub-signature-256': sign(BODY, PREVIOUS) })).status).toBe(202);
  });

  test('what is stored is what was signed, byte for byte', async () => {
    const body = JSON.stringify({ repository: { id: 1 }, text: 'ümlaut \u0000 \u{1F600}' });
    expect((await post(endpoints, body)).status).toBe(202);
    const row = await endpoints.app.store.db
      .selectFrom('jobs')
      .select('payload')
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirstOrThrow();
    expect(JSON.parse(Buffer.from(row.payload).toString())).toMatchObject({ kind: 'delivery', body });
  });

  type Refused = readonly [
    name: string,
    status: number,
    body: string,
    changes: Readonly<Record<string, string | null>>,
  ];
  test.each<Refused>([
    ['no signature', 401, BODY, { 'x-hub-signature-256': null }],
    ['an empty signature', 401, BODY, { 'x-hub-signature-256': '' }],
    ['the signature of another body', 401, BODY, { 'x-hub-signature-256': sign(`${BODY} `) }],
    ['the signature of an unknown secret', 401, BODY, { 'x-hub-signature-256': sign(BODY, 'development') }],
    ['a signature in upper case', 401, BODY, { 'x-hub-signature-256': sign(BODY).toUpperCase() }],
    ['a shortened signature', 401, BODY, { 'x-hub-signature-256': sign(BODY).slice(0, -2) }],
    ['a signature that is not ASCII', 401, BODY, { 'x-hub-signature-256': `sha256=${'é'.repeat(64)}` }],
    ['only the old kind of signature', 401, BODY, { 'x-hub-signature-256': null, 'x-hub-signature': 'sha1=00' }],
    ['a malformed body without a signature', 401, '{', { 'x-hub-signature-256': null }],
    ['malformed JSON', 400, '{"action":', {}],
    ['an empty body', 400, '', {}],
    ['an array', 400, '[]', {}],
    ['null', 400, 'null', {}],
    ['a string', 400, '"text"', {}],
    ['a repository without an id', 400, '{"repository":{}}', {}],
    ['no event', 400, BODY, { 'x-github-event': null }],
    ['an event that is no name', 400, BODY, { 'x-github-event': 'issue comment' }],
    ['no delivery id', 400, BODY, { 'x-github-delivery': null }],
    ['a delivery id without end', 400, BODY, { 'x-github-delivery': 'x'.repeat(101) }],
    ['a form', 415, BODY, { 'content-type': 'application/x-www-form-urlencoded' }],
    ['text', 415, BODY, { 'content-type': 'text/plain' }],
    ['no type', 415, BODY, { 'content-type': '' }],
    ['a large form', 415, ' '.repeat(3_000_000), { 'content-type': 'application/x-www-form-urlencoded' }],
  ])('%s is answered %i', async (_name, status, body, changes) => {
    const before = await queued();
    const answer = await post(endpoints, body, { 'x-hub-signature-256': sign(body), ...changes });
    expect(answer.status).toBe(status);
    expect(answer.text).not.toBe('');
    expect(await queued()).toBe(before);
  });

  test.each(['projects_v2_item', 'secret_scanning_alert', 'an-event.of2031'])(
    'the event %s, which nobody listens to, is ignored',
    async (event) => {
      const before = await queued();
      const answer = await post(endpoints, BODY, { 'x-github-event': event });
      expect(answer).toMatchObject({ status: 202, text: 'ignored' });
      expect(await queued()).toBe(before);
    },
  );

  test('a type with a parameter and in capitals is the same type', async () => {
    expect((await post(endpoints, BODY, { 'content-type': 'Application/JSON; charset=utf-8' })).status).toBe(202);
  });

  test.each(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])(
    '%s is answered 405, with the allowed methods',
    async (method) => {
      const response = await fetch(`${endpoints.url}${WEBHOOKS}`, { method });
      expect(response.status).toBe(405);
      expect(response.headers.get('allow')).toBe('POST');
    },
  );

  test('a query does not matter, another path does', async () => {
    const headers = headersOf(BODY);
    expect((await fetch(`${endpoints.url}${WEBHOOKS}?a=b`, { method: 'POST', headers, body: BODY })).status).toBe(202);
    expect((await fetch(`${endpoints.url}${WEBHOOKS}/more`, { method: 'POST', headers, body: BODY })).status).toBe(404);
  });

  test('a body that says it is over 25 MiB is refused before it is sent', async () => {
    const { status, sent } = await stream({ 'content-length': String(MAX + 1) }, { chunks: 0 });
    expect({ status, sent }).toEqual({ status: 413, sent: 0 });
  });

  test('a body in chunks is refused once it is over 25 MiB, without waiting for the rest', async () => {
    const read = Promise.withResolvers<number>();
    endpoints.app.server.once('connection', (socket: Socket) => {
      socket.once('close', () => read.resolve(socket.bytesRead));
    });
    const { status } = await stream({ 'transfer-encoding': 'chunked' }, { chunks: 200 });
    expect(status).toBe(413);
    expect(await read.promise).toBeLessThan(MAX + ON_ITS_WAY);
  });

  test('a body of exactly 25 MiB is read', async () => {
    const start = '{"repository":{"id":1},"pad":"';
    const body = `${start}${'x'.repeat(MAX - start.length - 2)}"}`;
    expect((await post(endpoints, body)).status).toBe(202);
  });

  test('with a malformed signature, the body is not awaited', async () => {
    const headers = { 'content-length': String(BODY.length), 'x-hub-signature-256': 'sha256=abc' };
    expect(await stream(headers, { chunks: 0 })).toEqual({ status: 401, sent: 0 });
  });

  test('five endless bodies of 25 MiB block no small one; a third large one is refused until one is gone', async () => {
    const held: Socket[] = [];
    for (let count = 0; count < 5; count += 1) held.push(await holdBody(endpoints));
    const large = JSON.stringify({ repository: { id: 1 }, text: ' '.repeat(1024 * 1024) });
    await vi.waitFor(async () => expect((await post(endpoints, large)).status).toBe(503), { timeout: 10_000 });
    for (let count = 0; count < 20; count += 1) expect((await post(endpoints, BODY)).status).toBe(202);
    for (const socket of held) socket.destroy();
    await vi.waitFor(async () => expect((await post(endpoints, large)).status).toBe(202), { timeout: 10_000 });
  });

  test('a sender who leaves in the middle changes nothing', async () => {
    const before = await queued();
    const socket = connect(endpoints.port, '127.0.0.1');
    socket.write(headOf({ ...headersOf(BODY), 'content-length': String(BODY.length) }));
    socket.end(BODY.slice(0, 10));
    await once(socket.resume(), 'close');
    expect(await queued()).toBe(before);
    expect((await fetch(`${endpoints.url}/healthz`)).status).toBe(200);
  });

  /** Sends a head, then a mebibyte at a time until there is an answer or no chunk left, and leaves. */
  async function stream(
    headers: Readonly<Record<string, string>>,
    { chunks }: { readonly chunks: number },
  ): Promise<{ readonly status: number; readonly sent: number }> {
    const socket = connect(endpoints.port, '127.0.0.1');
    const answered = Promise.withResolvers<string>();
    socket.setEncoding('latin1').once('data', answered.resolve);
    // A connection that breaks before there is an answer has none.
    socket.once('error', () => answered.resolve('broken'));
    socket.once('close', () => answered.resolve('closed'));
    const state = { isAnswered: false };
    void answered.promise.then(() => (state.isAnswered = true));
    socket.write(headOf({ ...headersOf(''), ...headers }));
    const chunk = `${(1024 * 1024).toString(16)}\r\n${' '.repeat(1024 * 1024)}\r\n`;
    let sent = 0;
    while (sent < chunks && !state.isAnswered) {
      sent += 1;
      const { promise: written, resolve } = Promise.withResolvers<void>();
      socket.write(chunk, () => resolve());
      await Promise.race([written, answered.promise]);
    }
    const answer = await answered.promise;
    socket.destroy();
    return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]), sent };
  }
});

describe('a server that can not store', () => {
  let endpoints: Endpoints;
  afterEach(async () => {
    await endpoints.close();
  });

  test('says 503, so that GitHub shows the delivery as failed, and nothing of the error', async () => {
    endpoints = await openEndpoints();
    const database = new DatabaseSync(endpoints.database);
    database.exec('DROP TABLE deliveries');
    database.close();
    const answer = await post(endpoints, BODY);
    expect(answer).toMatchObject({ status: 503, text: 'storage failed; please redeliver' });
    expect(endpoints.log.filter((line) => line.includes('could not store a delivery'))).toHaveLength(1);
  });

  test('is not ready either', async () => {
    endpoints = await openEndpoints();
    const database = new DatabaseSync(endpoints.database);
    database.exec('DROP TABLE heartbeat');
    database.close();
    const answer = await fetch(`${endpoints.url}/readyz`);
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ ready: false, database: 'not writable; the log says why' });
    expect(endpoints.log.filter((line) => line.includes('no such table: heartbeat'))).toHaveLength(1);
    expect((await fetch(`${endpoints.url}/healthz`)).status).toBe(200);
  });

  test('because it is not configured names what is missing', async () => {
    endpoints = await openEndpoints({ APP_ID: '' });
    expect(await post(endpoints, BODY)).toMatchObject({ status: 503, text: 'not configured: set APP_ID' });
    expect((await fetch(`${endpoints.url}/readyz`)).status).toBe(503);
    expect((await fetch(`${endpoints.url}/healthz`)).status).toBe(200);
    expect((await fetch(`${endpoints.url}/metrics`)).status).toBe(200);
  });
});

function headOf(headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries({ host: 'imprimatur.test', ...headers }).map(([name, value]) => `${name}: ${value}`);
  return `POST ${WEBHOOKS} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`;
}

/** All of the largest body but its last byte is sent, and the connection stays open. */
async function holdBody({ port }: Endpoints): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => socket.destroy());
  socket.write(headOf({ ...headersOf(''), 'content-length': String(MAX) }));
  const { promise: written, resolve } = Promise.withResolvers<void>();
  socket.write(Buffer.alloc(MAX - 1), () => resolve());
  await written;
  return socket;
}
