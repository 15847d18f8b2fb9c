// What --json prints has the keys that docs/cli.md shows, on every level.
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import MarkdownIt from 'markdown-it';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addJob, claimJob, parkJob } from '../../src/store/queue/jobs.ts';
import { stage, START } from '../scenarios/world.ts';
import { startImageWorld, type ImageWorld } from './image-world.ts';

let w: ImageWorld;

/** P1 reached production, P2 waits, and a job is dead. */
beforeAll(async () => {
  w = await startImageWorld();
  await promote(w.short);
  await w.repo.comment({ issue: 1, by: 'bob', body: '/approve P1' });
  await w.world.drain();
  const newer = w.repo.commitOn('staging', { message: 'Newer' });
  stage(w.world, { commit: newer });
  await promote(newer.slice(0, 7));
  const { store } = w.world.app;
  const job = { kind: 'reply', key: null, queueKey: null, payload: '{}', runAt: START, now: START };
  await store.transaction((tx) => addJob(tx, job));
  const claimed = await claimJob(store.db, { now: START, lease: 'l', leaseMs: 1000 });
  if (claimed === null) throw new Error('nothing was claimed');
  await store.transaction((tx) => parkJob(tx, { id: claimed.id, lease: 'l', error: 'it broke', now: START }));
  await writeFile(join(w.folder, 'bad.yml'), 'enviroments: {}\n');
});
afterAll(async () => {
  await w.close();
});

async function promote(short: string): Promise<void> {
  const issue = w.repo.openIssue({ title: 'Release', by: 'ada' });
  await w.repo.comment({ issue, by: 'ada', body: `/promote staging-${short}` });
  await w.world.drain();
}

test.each([
  ['inspect', (): string => `inspect ${w.ref('staging')}`],
  ['plan', (): string => `plan ${w.ref('staging')}`],
  ['tags', (): string => `tags ${w.registry.host}/acme/dotca`],
  ['diff', (): string => `diff ${w.ref('main')} ${w.ref('staging')}`],
  ['Policy files', (): string => `check-config ${join(w.folder, 'bad.yml')}`],
  ['audit verify', (): string => 'audit verify --anchors'],
  ['audit show', (): string => 'audit show P1'],
  ['jobs', (): string => 'jobs list'],
  ['backup', (): string => `backup ${join(w.folder, 'copy.db')}`],
])('%s', async (heading, line) => {
  const { out, err } = await w.cli(`${line()} --json`);
  expect(err).toBe('');
  expect(keysOf(JSON.parse(out))).toEqual(keysOf(documented(heading), JSON.parse(out)));
});

/** The JSON block below that heading. */
function documented(heading: string): unknown {
  const page = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8');
  let under = '';
  for (const [index, token] of new MarkdownIt().parse(page, {}).entries()) {
    const next = new MarkdownIt().parse(page, {})[index + 1];
    if (token.type === 'heading_open') under = next?.content ?? '';
    if (token.type === 'fence' && token.info === 'json' && under === heading) return JSON.parse(token.content);
  }
  throw new Error(`docs/cli.md has no JSON under ${heading}`);
}

/** Maps whose keys are anybody's. */
const OPEN = ['labels', 'details', 'actor', 'values'];

/** `a.b[].c`, sorted. What is null or an empty list in `like` has no keys to compare. */
function keysOf(value: unknown, like: unknown = value, path = ''): readonly string[] {
  if (Array.isArray(value)) {
    const first: unknown = Array.isArray(like) ? like[0] : undefined;
    return first === undefined || value.length === 0 ? [] : keysOf(value[0], first, `${path}[]`);
  }
  if (typeof value !== 'object' || value === null || typeof like !== 'object' || like === null) return [];
  const others = new Map(Object.entries(like));
  return Object.entries(value)
    .flatMap(([key, inner]) => {
      const name = `${path}.${key}`;
      return [name, ...(OPEN.includes(key) ? [] : keysOf(inner, others.get(key) ?? null, name))];
    })
    .toSorted();
}
