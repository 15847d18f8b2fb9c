// What --json prints has the keys that docs/cli.md shows, on every level, and tables have the columns that it shows.
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import MarkdownIt from 'markdown-it';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addJob, claimJob, parkJob } from '../../src/store/queue/jobs.ts';
import { stage, START } from '../scenarios/world.ts';
import { z } from 'zod';
import { IMAGE, startImageWorld, type ImageWorld } from './image-world.ts';

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
  await writeFile(join(w.folder, 'good.yml'), 'environments: { canary: {} }\n');
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
  ['status', (): string => 'status'],
  ['history', (): string => 'history'],
  ['audit verify', (): string => 'audit verify --anchors'],
  ['audit show', (): string => 'audit show P1'],
  ['jobs', (): string => 'jobs list'],
  ['backup', (): string => `backup ${join(w.folder, 'copy.db')}`],
])('%s', async (heading, line) => {
  const { out, err } = await w.cli(`${line()} --json`);
  expect(err).toBe('');
  expect(keysOf(JSON.parse(out))).toEqual(keysOf(documented(heading), JSON.parse(out)));
});

test.each([
  ['inspect', (): string => `inspect ${w.ref('staging')}`],
  ['tags', (): string => `tags ${w.registry.host}/acme/dotca`],
  ['diff', (): string => `diff ${w.ref('main')} ${w.ref('staging')}`],
  ['Policy files', (): string => `check-config ${join(w.folder, 'good.yml')}`],
  ['status', (): string => 'status'],
  ['history', (): string => 'history'],
  ['jobs', (): string => 'jobs list'],
])('the columns of %s', async (heading, line) => {
  const shown = columnsOf(fenceUnder(heading, 'text'));
  expect(shown).not.toEqual([]);
  expect(columnsOf((await w.cli(line())).out)).toEqual(shown);
});

test('inspect, plan and tags show what became of an image, in the same words', async () => {
  const image = w.ref(w.image.digest);
  const held = { environment: 'production', promotion: 'P1', current: true, deployment: null };
  const history = [{ ...held, rolledBack: false, forced: false }];
  expect(JSON.parse((await w.cli(`inspect ${image} --json`)).out)).toMatchObject({ history });
  expect(JSON.parse((await w.cli(`plan ${image} --json`)).out)).toMatchObject({ history });
  const listed: unknown = JSON.parse((await w.cli(`tags ${w.registry.host}/acme/dotca --json`)).out);
  const { images } = z
    .object({ images: z.array(z.object({ digest: z.string(), history: z.unknown() })) })
    .parse(listed);
  expect(images.find(({ digest }) => digest === w.image.digest)?.history).toEqual(history);
  // The one that waits was never there.
  expect(images.find(({ digest }) => digest === w.registry.tag(IMAGE, 'staging'))?.history).toEqual([]);
  const words = 'in production (P1): no report';
  for (const line of [`inspect ${image}`, `plan ${image}`, `tags ${w.registry.host}/acme/dotca`]) {
    expect((await w.cli(line, { width: 200 })).out).toContain(words);
  }
  const bare = await w.bare(`tags ${w.registry.host}/acme/dotca`);
  expect(bare.out).not.toContain('HISTORY');
});

/** The heads of tables. */
function columnsOf(text: string): readonly string[] {
  return text
    .split('\n')
    .flatMap((line) => (/^[A-Z]{2,}(?: {1,}[A-Z]{2,})+$/.test(line) ? [line.replaceAll(/ +/g, ' ')] : []));
}

/** The JSON block below that heading. */
function documented(heading: string): unknown {
  return JSON.parse(fenceUnder(heading, 'json'));
}

/** The first block of a language below that heading. */
function fenceUnder(heading: string, language: string): string {
  const page = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8');
  const tokens = new MarkdownIt().parse(page, {});
  let under = '';
  for (const [index, token] of tokens.entries()) {
    if (token.type === 'heading_open') under = tokens[index + 1]?.content ?? '';
    if (token.type === 'fence' && token.info === language && under === heading) return token.content;
  }
  throw new Error(`docs/cli.md has no ${language} under ${heading}`);
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
