// What a `check_run` delivery asks of us: clicks on our buttons, and Re-run.
import { describe, expect, test } from 'vitest';
import type { Intent } from '../../../src/engine/core/intent.ts';
import { translateEvent } from '../../../src/webhooks/table.ts';

const APP_ID = 4711;

type Fields = Readonly<Record<string, unknown>>;

function delivery(changes: Fields = {}, checkRun: Fields = {}): Fields {
  return {
    action: 'requested_action',
    requested_action: { identifier: 'approve' },
    repository: { id: 7, full_name: 'acme/dotca' },
    installation: { id: 61_000_001 },
    check_run: {
      id: 54_000_000_001,
      external_id: 'promotion-1',
      app: { id: APP_ID },
      head_sha: 'a'.repeat(40),
      ...checkRun,
    },
    sender: { id: 5, login: 'bob', type: 'User' },
    ...changes,
  };
}

const translate = (payload: unknown): readonly Intent[] => translateEvent('check_run', payload, { appId: APP_ID });

const ABOUT = {
  repo: { id: 7, name: 'acme/dotca', installationId: 61_000_001 },
  checkRunId: 54_000_000_001,
  externalId: 'promotion-1',
  by: { id: 5, login: 'bob', kind: 'user' },
};

test.each(['approve', 'reject'])('a click on %s is an intent, in our own words', (identifier) => {
  expect(translate(delivery({ requested_action: { identifier } }))).toEqual([
    { kind: 'click', action: identifier, ...ABOUT },
  ]);
});

test('Re-run is an intent', () => {
  expect(translate(delivery({ action: 'rerequested', requested_action: undefined }))).toEqual([
    { kind: 're-run', ...ABOUT },
  ]);
});

const COMMIT = 'b'.repeat(40);
const STAGING = { external_id: `staging/${COMMIT}` };

test('a click on Promote requests a promotion of the commit', () => {
  expect(translate(delivery({ requested_action: { identifier: 'promote' } }, STAGING))).toEqual([
    { kind: 'staging-click', repo: ABOUT.repo, checkRunId: ABOUT.checkRunId, commit: COMMIT, by: ABOUT.by },
  ]);
});

test('Re-run of the check of a staging commit names the commit', () => {
  expect(translate(delivery({ action: 'rerequested', requested_action: undefined }, STAGING))).toEqual([
    { kind: 'staging-re-run', repo: ABOUT.repo, commit: COMMIT, by: ABOUT.by },
  ]);
});

test.each([
  ['Approve on the check of a staging commit', { requested_action: { identifier: 'approve' } }, STAGING],
  ['Promote on the check run of a promotion', { requested_action: { identifier: 'promote' } }, {}],
])('an unknown button is not ours: %s', (_name, changes, checkRun) => {
  expect(translate(delivery(changes, checkRun))).toEqual([]);
});

test('a bot that clicks is marked as one', () => {
  const [intent] = translate(delivery({ sender: { id: 9, login: 'merger[bot]', type: 'Bot' } }));
  expect(intent).toMatchObject({ by: { kind: 'bot' } });
});

describe('no intent', () => {
  test.each<readonly [string, Fields]>([
    ['our own news that a run was created', delivery({ action: 'created' })],
    ['our own news that a run was completed', delivery({ action: 'completed' })],
    ['an action of tomorrow, whatever it carries', { action: 'archived' }],
    ['a button that is not ours', delivery({ requested_action: { identifier: 'fix' } })],
    ['a run of another App', delivery({}, { app: { id: 15_368 } })],
    ['a run of no App', delivery({}, { app: null })],
    ['a run without an external id', delivery({}, { external_id: null })],
    ['a run with an empty external id', delivery({}, { external_id: '' })],
  ])('%s', (_name, payload) => {
    expect(translate(payload)).toEqual([]);
  });
});

test.each<readonly [string, Fields]>([
  ['no action', {}],
  ['a click without a button', delivery({ requested_action: undefined })],
  ['a click without a sender', delivery({ sender: undefined })],
  ['a click without an installation', delivery({ installation: undefined })],
])('an error, not silence: %s', (_name, payload) => {
  expect(() => translate(payload)).toThrow(/Invalid input|is not owner\/name/);
});
