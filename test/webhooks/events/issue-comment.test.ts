// What an `issue_comment` delivery asks of us.
import { describe, expect, test } from 'vitest';
import type { Intent } from '../../../src/engine/core/intent.ts';
import { translateEvent } from '../../../src/webhooks/table.ts';

const translate = (payload: unknown): readonly Intent[] => translateEvent('issue_comment', payload, { appId: 4711 });

type Fields = Readonly<Record<string, unknown>>;

function delivery(changes: Fields = {}, comment: Fields = {}): Fields {
  return {
    action: 'created',
    repository: { id: 7, full_name: 'acme/dotca', private: true },
    installation: { id: 61_000_001 },
    issue: { number: 3, title: 'Release' },
    comment: {
      id: 3_900_000_001,
      body: '/promote staging',
      user: { id: 5, login: 'ada', type: 'User' },
      created_at: '2026-11-24T09:00:07Z',
      ...comment,
    },
    sender: { id: 5, login: 'ada', type: 'User' },
    ...changes,
  };
}

test('a new comment with a command line is an intent, in our own words', () => {
  expect(translate(delivery())).toEqual([
    {
      kind: 'comment',
      repo: { id: 7, name: 'acme/dotca', installationId: 61_000_001 },
      issue: 3,
      commentId: 3_900_000_001,
      by: { id: 5, login: 'ada', kind: 'user' },
      writtenAt: Date.UTC(2026, 10, 24, 9, 0, 7),
      lines: [{ text: '/promote staging', line: 1, next: null }],
      hint: null,
    },
  ]);
});

test.each([
  { comments: 2003, known: { threadComments: 2003 } },
  { comments: 0, known: { threadComments: 0 } },
  { comments: null, known: {} },
  { comments: 'many', known: {} },
])('of a thread with $comments comments', ({ comments, known }) => {
  const [intent] = translate(delivery({ issue: { number: 3, comments } }));
  expect(intent).toMatchObject({ kind: 'comment', issue: 3, ...known });
  expect(Object.keys(intent ?? {}).includes('threadComments')).toBe('threadComments' in known);
});

test.each([undefined, null, 'soon'])('a comment without a time (%s) is an intent anyway', (created_at) => {
  const [intent] = translate(delivery({}, { created_at }));
  expect(intent).toMatchObject({ kind: 'comment' });
  expect(intent).not.toHaveProperty('writtenAt');
});

test('all command lines come in order', () => {
  const [intent] = translate(delivery({}, { body: 'Go.\r\n\r\n/promote staging\r\n/status\r\n' }));
  expect(intent).toMatchObject({
    lines: [
      { text: '/promote staging', line: 3, next: '/status' },
      { text: '/status', line: 4 },
    ],
  });
});

test('a comment without a command line but with a hint is an intent too', () => {
  const [intent] = translate(delivery({}, { body: '`/help`' }));
  expect(intent).toMatchObject({ lines: [], hint: { place: 'backticks', line: '/help' } });
});

describe('no intent', () => {
  test.each<readonly [string, Fields]>([
    ['an edit', delivery({ action: 'edited' })],
    ['a deletion', delivery({ action: 'deleted' })],
    ['an action of tomorrow, whatever it carries', { action: 'pinned' }],
    ['a bot', delivery({}, { user: { id: 9, login: 'renovate[bot]', type: 'Bot' } })],
    ['somebody who brings the comment of another', delivery({ sender: { id: 6, login: 'mia', type: 'User' } })],
    ['a deleted account', delivery({}, { user: null })],
    ['a body without a command', delivery({}, { body: 'Looks good.' })],
    ['no body', delivery({}, { body: null })],
    ['an empty body', delivery({}, { body: '' })],
  ])('%s', (_name, payload) => {
    expect(translate(payload)).toEqual([]);
  });
});

describe('a comment without a required field is an error', () => {
  test.each<readonly [string, Fields]>([
    ['the action', delivery({ action: undefined })],
    ['the repository', delivery({ repository: undefined })],
    ['the installation', delivery({ installation: undefined })],
    ['the issue', delivery({ issue: undefined })],
    ['a repository name that is none', delivery({ repository: { id: 7, full_name: 'acme/../x' } })],
    ['an id that is no number', delivery({}, { id: '5' })],
  ])('%s', (_name, payload) => {
    expect(() => translate(payload)).toThrow(/Invalid input|is not owner\/name/);
  });
});
