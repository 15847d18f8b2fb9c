// What a `create` delivery asks of us: pushed git tags that are versions.
import { expect, test } from 'vitest';
import type { Intent } from '../../../src/engine/core/intent.ts';
import { translateEvent } from '../../../src/webhooks/table.ts';

const translate = (payload: unknown): readonly Intent[] => translateEvent('create', payload, { appId: 4711 });

type Fields = Readonly<Record<string, unknown>>;

function delivery(changes: Fields = {}): Fields {
  return {
    ref: 'v1.2.3',
    ref_type: 'tag',
    master_branch: 'main',
    description: null,
    pusher_type: 'user',
    repository: { id: 7, full_name: 'acme/dotca' },
    installation: { id: 61_000_001 },
    sender: { id: 5, login: 'bob', type: 'User' },
    ...changes,
  };
}

const INTENT = {
  kind: 'git-tag',
  repo: { id: 7, name: 'acme/dotca', installationId: 61_000_001 },
  tag: 'v1.2.3',
  by: { id: 5, login: 'bob', kind: 'user' },
  because: 'pushed',
};

test('a version is an intent, in our own words', () => {
  expect(translate(delivery())).toEqual([INTENT]);
});

test('the whole ref is read too', () => {
  expect(translate(delivery({ ref: 'refs/tags/v1.2.3' }))).toEqual([INTENT]);
});

test('a bot may push it', () => {
  const sender = { id: 9, login: 'github-actions[bot]', type: 'Bot' };
  expect(translate(delivery({ sender }))).toEqual([
    { ...INTENT, by: { id: 9, login: 'github-actions[bot]', kind: 'bot' } },
  ]);
});

test.each<[string, Fields]>([
  ['a branch', { ref_type: 'branch' }],
  ['a branch that is called like a version', { ref_type: 'branch', ref: 'v1.2.3' }],
  ['a tag that is no version', { ref: 'nightly' }],
  ['a tag without its v', { ref: '1.2.3' }],
  ['a tag in a folder', { ref: 'api/v1.2.3' }],
])('%s is none of our business', (_name, changes) => {
  expect(translate(delivery(changes))).toEqual([]);
});

test('a tag without a repository is an error', () => {
  expect(() => translate(delivery({ repository: undefined }))).toThrow('repository');
});
