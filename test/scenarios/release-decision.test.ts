// Every entry point, for every kind of promotion: production moves only where the owner is served and the image is granted.
import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import type { Conversation } from './conversation.ts';
import { TRIALS } from './entry-points.ts';
import { countTagWrites, restartAs } from './granted-world.ts';

let talk: Conversation | null = null;
afterEach(async () => {
  await talk?.world.end();
  await talk?.world.close();
  talk = null;
});

describe.each(TRIALS.filter(({ once }) => once !== true))('$entry of a $kind', ({ kind, step, prepare, act }) => {
  test('writes tags only while the owner is served and the image is granted', async () => {
    talk = await prepare(kind, { required: step === 'review' ? 1 : 0, rules: 'pass' });
    for (const access of ['owner-not-allowed', 'image-not-granted', 'served'] as const) {
      await restartAs(talk, access);
      const before = countTagWrites(talk);
      await act(talk, kind);
      expect({ access, writes: countTagWrites(talk) > before }).toEqual({ access, writes: access === 'served' });
    }
  });
});

describe.each(TRIALS.filter(({ once }) => once === true))('$entry of a $kind', ({ kind, prepare, act }) => {
  test.each(['owner-not-allowed', 'image-not-granted', 'served'] as const)('with %s', async (access) => {
    talk = await prepare(kind, { required: 0, rules: 'pass' });
    await restartAs(talk, access);
    const before = countTagWrites(talk);
    await act(talk, kind);
    expect(countTagWrites(talk) > before).toBe(access === 'served');
  });
});

test('only the job that applies a plan and the one that undoes it write tags', () => {
  const root = new URL('../../src/', import.meta.url);
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
  const using = (call: RegExp): readonly string[] =>
    paths.filter((path) => call.test(readFileSync(new URL(path, root), 'utf8')));
  expect(using(/registry\.putManifest\(/).toSorted()).toEqual(['engine/apply/application.ts', 'engine/core/lease.ts']);
  expect(using(/\bwriteTags\(application\)/)).toEqual(['engine/apply/apply-tag-plan.ts']);
});
