// From which time on a comment counts as written: GitHub's word, as long as the two clocks can be compared.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseRepoName } from '../../src/domain/reference.ts';
import { takeComment } from '../../src/engine/take-comment.ts';
import { known } from '../registry/harness.ts';
import { START, startEngine, type Engine } from './harness.ts';

let engine: Engine;
beforeEach(async () => {
  engine = await startEngine();
});
afterEach(async () => {
  await engine.close();
});

const MINUTE_MS = 60_000;

test.each<readonly [string, number | null, number]>([
  ['heard of at once', START - 1000, START - 1000],
  ['heard of late', START - 59 * MINUTE_MS, START - 59 * MINUTE_MS],
  ['of another age', START - 61 * MINUTE_MS, START],
  ['of the future', START + MINUTE_MS, START],
  ['without a time', null, START],
])('a comment %s', async (_name, writtenAt, sentAt) => {
  const outcome = await takeComment(
    {
      id: 1,
      lease: 'lease',
      attempts: 1,
      createdAt: START,
      origin: null,
      payload: {
        kind: 'comment',
        repo: { id: 7, name: known(parseRepoName('acme/dotca')), installationId: 1 },
        issue: 3,
        commentId: 11,
        by: { id: 5, login: 'ada', kind: 'user' },
        ...(writtenAt === null ? {} : { writtenAt }),
        lines: [{ text: '/status', line: 1, next: null }],
        hint: null,
      },
    },
    engine.services,
  );
  expect(outcome).toMatchObject({ kind: 'done', commit: { intents: [{ kind: 'command', sentAt }] } });
});
