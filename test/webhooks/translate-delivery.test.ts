// A stored delivery goes through Probot and comes out as intents; what can't be read says so without repeating it.
import { generateKeyPairSync } from 'node:crypto';
import { pino } from 'pino';
import { Probot, ProbotOctokit } from 'probot';
import { beforeAll, expect, test } from 'vitest';
import { createProbotApp } from '../../src/app/probot.ts';
import type { Intent } from '../../src/engine/core/intent.ts';
import { createTranslate, type Collector } from '../../src/webhooks/translate-delivery.ts';

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

const collector: Collector = new Map();
let translate: ReturnType<typeof createTranslate>;

beforeAll(async () => {
  const probot = new Probot({
    appId: 4711,
    privateKey,
    secret: 'not-used-here-at-all',
    log: pino({ level: 'silent' }),
    Octokit: ProbotOctokit.defaults({ throttle: { enabled: false }, retry: { enabled: false } }),
  });
  await probot.load(createProbotApp({ appId: 4711, collector }));
  translate = createTranslate({ probot, collector });
});

const FRAME = {
  repository: { id: 7, full_name: 'acme/dotca' },
  installation: { id: 61_000_001 },
  sender: { id: 5, login: 'ada', type: 'User' },
};
const COMMENT = {
  action: 'created',
  issue: { number: 3 },
  comment: { id: 11, body: '/status', user: { id: 5, login: 'ada', type: 'User' } },
  ...FRAME,
};

function deliver(event: string, payload: unknown, deliveryId = 'guid-1'): Promise<readonly Intent[]> {
  return translate({ deliveryId, event, body: JSON.stringify(payload) });
}

test('a comment becomes the intents of its translator', async () => {
  expect(await deliver('issue_comment', COMMENT)).toEqual([
    expect.objectContaining({
      kind: 'comment',
      repo: { id: 7, name: 'acme/dotca', installationId: 61_000_001 },
      issue: 3,
      commentId: 11,
    }),
  ]);
});

test('a click becomes an intent', async () => {
  const click = {
    action: 'requested_action',
    requested_action: { identifier: 'reject' },
    check_run: { id: 54, external_id: 'p', app: { id: 4711 } },
    ...FRAME,
  };
  expect(await deliver('check_run', click)).toMatchObject([{ kind: 'click', action: 'reject' }]);
});

test.each(['star', 'ping', 'nonsense'])('%s leads to nothing', async (event) => {
  expect(await deliver(event, COMMENT)).toEqual([]);
});

test('two deliveries at the same moment keep their intents apart', async () => {
  const [one, two] = await Promise.all([
    deliver('issue_comment', COMMENT, 'guid-1'),
    deliver('issue_comment', { ...COMMENT, issue: { number: 4 } }, 'guid-2'),
  ]);
  expect(one).toMatchObject([{ issue: 3 }]);
  expect(two).toMatchObject([{ issue: 4 }]);
  expect(collector.size).toBe(0);
});

test('an unreadable payload is an error that names the fields and repeats nothing of them', async () => {
  const broken = { ...COMMENT, installation: undefined, comment: { ...COMMENT.comment, id: 'the-private-words' } };
  const error: unknown = await deliver('issue_comment', broken).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(Error);
  const told = JSON.stringify({ ...Object(error), message: String(error) });
  expect(told).toContain('a delivery of issue_comment could not be read');
  expect(told).toContain('installation');
  expect(told).not.toContain('the-private-words');
  expect(told).not.toContain('/status');
  expect(collector.size).toBe(0);
});
