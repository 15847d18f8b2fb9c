import { expect, test } from 'vitest';
import type { StagingNote } from '../../../src/domain/promotion/staging-check.ts';
import { noteOnStaging, readNote } from '../../../src/engine/promote/note-on-staging.ts';
import { NewerFormat } from '../../../src/store/database/stored.ts';
import { COMMIT, REPO } from '../../domain/build.ts';
import { DENIED } from '../../domain/problem.ts';

function written(note: StagingNote): string {
  const { stagingChecks } = noteOnStaging({ repo: { id: 77, name: REPO, installationId: 5 }, commit: COMMIT, note });
  const [write] = stagingChecks;
  if (write?.kind !== 'change' || typeof write.note !== 'string') throw new Error('no note was written');
  return write.note;
}

test.each<StagingNote>([
  { kind: 'requested', by: 'bob', number: 3, environment: 'production' },
  { kind: 'refused', by: 'bob', refusal: { code: 'registry-problem', problem: DENIED } },
  { kind: 'refused', by: 'bob', refusal: { code: 'bot-not-permitted', verb: 'promote' } },
])('a note comes back as it was: $kind', (note) => {
  expect(readNote({ note: written(note) })).toEqual(note);
});

test('a refusal, or a format, of a newer version is left to it', () => {
  const note = written({ kind: 'refused', by: 'bob', refusal: { code: 'own-request', promotion: 3 } });
  expect(() => readNote({ note: note.replace('own-request', 'full-moon') })).toThrow(NewerFormat);
  expect(() => readNote({ note: note.replace('"format":1', '"format":2') })).toThrow(NewerFormat);
});
