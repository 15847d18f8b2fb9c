// What `deployment` and `deployment_status` deliveries tell us, whatever deployers put into them.
import { describe, expect, test } from 'vitest';
import type { Intent } from '../../../src/engine/core/intent.ts';
import { translateEvent } from '../../../src/webhooks/table.ts';

const APP_ID = 4711;
const COMMIT = 'a'.repeat(40);
const DIGEST = `sha256:${'b'.repeat(64)}`;

type Fields = Readonly<Record<string, unknown>>;

function delivery(deployment: Fields = {}, changes: Fields = {}): Fields {
  return {
    action: 'created',
    repository: { id: 7, full_name: 'acme/dotca' },
    installation: { id: 61_000_001 },
    deployment: {
      id: 2_900_000_001,
      sha: COMMIT,
      environment: 'production',
      payload: {},
      created_at: '2026-11-24T06:33:12Z',
      creator: { id: 9, login: 'carol', type: 'User' },
      performed_via_github_app: null,
      ...deployment,
    },
    sender: { id: 5, login: 'bob', type: 'User' },
    ...changes,
  };
}

function statusDelivery(status: Fields = {}, deployment: Fields = {}): Fields {
  return delivery(deployment, {
    deployment_status: { state: 'success', created_at: '2026-11-24T06:35:00Z', ...status },
  });
}

const translateStatus = (payload: unknown): readonly Intent[] =>
  translateEvent('deployment_status', payload, { appId: APP_ID });
const translate = (payload: unknown): readonly Intent[] => translateEvent('deployment', payload, { appId: APP_ID });

const REPO = { id: 7, name: 'acme/dotca', installationId: 61_000_001 };
const DEPLOYMENT = {
  id: 2_900_000_001,
  environment: 'production',
  commit: COMMIT,
  digests: [],
  createdAt: Date.UTC(2026, 10, 24, 6, 33, 12),
  creatorId: 9,
};

test('a deployment is an intent by its creator', () => {
  const by = { id: 9, login: 'carol', kind: 'user' };
  expect(translate(delivery())).toEqual([{ kind: 'deployment', repo: REPO, deployment: DEPLOYMENT, by }]);
});

test('a deployment whose creator left GitHub is an intent by the sender', () => {
  expect(translate(delivery({ creator: null }))).toMatchObject([{ by: { login: 'bob' } }]);
});

test.each<readonly [string, Fields]>([
  ['our own deployment', delivery({ performed_via_github_app: { id: APP_ID } })],
  ['an action of tomorrow, whatever it carries', { action: 'archived' }],
])('nothing is told by %s', (_, payload) => {
  expect(translate(payload)).toEqual([]);
});

test('a deployment without a full commit id is an error', () => {
  expect(() => translate(delivery({ sha: 'abc1234' }))).toThrow('is not a full commit id');
});

describe('digests are found', () => {
  test.each<readonly [string, unknown]>([
    ['in `digest`', { digest: DIGEST }],
    ['in `image`', { image: `ghcr.io/acme/dotca@${DIGEST}`, tags: ['main'] }],
    ['in both, once', { image: `ghcr.io/acme/dotca:main@${DIGEST}`, digest: DIGEST }],
    ['in JSON as text', JSON.stringify({ digest: DIGEST })],
    ['in plain text', `image ghcr.io/acme/dotca@${DIGEST}, please`],
    ['beside a field that is no text', { digest: DIGEST, image: { name: 'dotca' } }],
  ])('%s', (_, payload) => {
    expect(translate(delivery({ payload }))).toMatchObject([{ deployment: { digests: [DIGEST] } }]);
  });

  test.each<readonly [string, unknown]>([
    ['elsewhere', { previous: DIGEST }],
    ['that are too long', { digest: `${DIGEST}b` }],
    ['that are too short', { digest: DIGEST.slice(0, -1) }],
    ['in a list', [DIGEST]],
    ['in nothing', null],
    ['in a JSON text that is a list', JSON.stringify(['a'])],
  ])('but not %s', (_, payload) => {
    expect(translate(delivery({ payload }))).toMatchObject([{ deployment: { digests: [] } }]);
  });
});

test('a status is an intent in our own words', () => {
  expect(translateStatus(statusDelivery({ log_url: 'https://ci.example.com/runs/7' }))).toEqual([
    {
      kind: 'deployment-status',
      repo: REPO,
      deployment: DEPLOYMENT,
      status: 'deployed',
      by: null,
      since: Date.UTC(2026, 10, 24, 6, 35),
      url: 'https://ci.example.com/runs/7',
    },
  ]);
});

test.each([
  ['inactive', statusDelivery({ state: 'inactive' })],
  ['a state of tomorrow', statusDelivery({ state: 'paused' })],
  ['an action of tomorrow', { action: 'archived' }],
])('a status that is %s is no intent', (_, payload) => {
  expect(translateStatus(payload)).toEqual([]);
});

test('a status of our own deployment counts', () => {
  const own = statusDelivery({}, { performed_via_github_app: { id: APP_ID } });
  expect(translateStatus(own)).toHaveLength(1);
});

describe('the page with the deployer’s details', () => {
  test.each<readonly [string, Fields, string | null]>([
    ['is the log', { log_url: 'https://a.example', environment_url: 'https://b.example' }, 'https://a.example/'],
    ['else the environment', { log_url: '', environment_url: 'https://b.example' }, 'https://b.example/'],
    ['else the target', { target_url: 'https://c.example/x' }, 'https://c.example/x'],
    ['is none where none is told', {}, null],
    ['is never on another scheme', { log_url: 'javascript:alert(1)', environment_url: 'http://b.example' }, null],
    ['never carries credentials', { log_url: 'https://bob:secret@a.example/' }, null],
    ['is no relative path', { log_url: '/runs/7' }, null],
    ['is not endless', { log_url: `https://a.example/${'x'.repeat(2000)}` }, null],
  ])('%s', (_, status, url) => {
    expect(translateStatus(statusDelivery(status))).toMatchObject([{ url }]);
  });
});
