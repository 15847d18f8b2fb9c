// Signed payloads with anything in them, through the receiver of a real App: it lives on, and nothing is promoted.
import { createHmac, randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { Intent } from '../../src/engine/core/intent.ts';
import { isListenedTo, translateEvent, WEBHOOK_EVENTS } from '../../src/webhooks/table.ts';
import { begin, type Conversation } from '../scenarios/conversation.ts';
import { fuzz, fuzzAsync, swiftly } from './campaign.ts';
import { HOSTILE_TEXTS, spliced, spoilt } from './hostile.ts';
import { readPlainLines } from './second-reading.ts';

type Vector = { readonly event: string; readonly payload: unknown };

const DAY_MS = 24 * 60 * 60 * 1000;
const ORDER = /^(?:\ufeff)? {0,3}\/(?:promote|rollback|imprimatur)/i;

let talk: Conversation;
let vectors: readonly Vector[];
let appId: number;

beforeAll(async () => {
  talk = await begin();
  vectors = await collectVectors();
  appId = Number(talk.world.github.env.APP_ID);
});

afterAll(async () => {
  await talk.world.close();
});

test('there is a vector for each event of the table', () => {
  const events = new Set(vectors.map(({ event }) => event));
  expect(WEBHOOK_EVENTS.filter((event) => !events.has(event))).toEqual([]);
});

test('a payload becomes intents, or an error of zod, in time', () => {
  expect(fuzz(spoiltVectors(), { runs: 1000, examine: expectIntents })).toBeNull();
});

test('whatever is delivered: no promotion, no tag, and no dead job except for unreadable or missing things', async () => {
  const { world } = talk;
  const examine = async (steps: readonly (Vector | string)[]): Promise<void> => {
    for (const step of steps.filter((one) => !asks(one))) {
      const status = typeof step === 'string' ? await say(step) : await send(step);
      expect([202, 400]).toContain(status);
    }
    await world.drain();
    await expectNothingPromoted();
  };
  const batches = fc.array(fc.oneof(spoiltVectors(), bodiesWithoutOrder()), { minLength: 1, maxLength: 10 });
  expect(await fuzzAsync(batches, { runs: 25, examine })).toBeNull();
  await world.pass(DAY_MS, DAY_MS / 4);
  await expectNothingPromoted();
  const alive = await world.github.repo({ owner: 'acme', name: 'alive', users: { ada: 'write' } });
  const issue = alive.openIssue({ title: 'Still there?', by: 'ada' });
  const { id } = await alive.comment({ issue, by: 'ada', body: '/imprimatur help' });
  await world.drain();
  expect(alive.reactions(id)).toEqual(['eyes', 'rocket']);
});

/** One real delivery of each kind, and more than one where there are several actions. */
async function collectVectors(): Promise<readonly Vector[]> {
  const { world, repo, issue, commit } = talk;
  await repo.comment({ issue, by: 'ada', body: 'Looks good.' });
  // Here nothing is a command, by whomever it is.
  const text = '/promote staging';
  const pull = repo.openPullRequest({ title: 'More', by: 'ada', head: 'staging', body: text });
  await repo.tellOpened({ issue: repo.openIssue({ title: 'More', by: 'ada', body: text }) });
  await repo.tellOpened({ issue: pull });
  await repo.review({ pull, by: 'ada', body: text });
  await repo.review({ pull, by: 'ada', body: text, path: 'src/a.ts' });
  const run = { id: 1, external_id: 'promotion-1', app: { id: Number(world.github.env.APP_ID) } };
  const frame = repo.frame('bob');
  const click = { action: 'requested_action', requested_action: { identifier: 'approve' }, check_run: run, ...frame };
  await world.github.deliver({ event: 'check_run', payload: click });
  await world.github.deliver({ event: 'check_run', payload: { action: 'rerequested', check_run: run, ...frame } });
  await repo.rerunAll({ sha: commit, by: 'bob' });
  await repo.push('staging', { message: 'More' });
  await repo.pushTag({ name: 'v1.2.3', on: 'staging' });
  await repo.packageEvent({ digest: talk.image.digest, tag: 'staging' });
  const { id: deployment } = await repo.deploy({ commit, by: 'bob', payload: { digest: talk.image.digest } });
  await repo.deploymentStatus({ deployment, state: 'success', by: 'bob', logUrl: 'https://ci.example.com/7' });
  await repo.settings.rename('dot-ca');
  await repo.settings.rename('dotca');
  const installation = world.github.installation('acme');
  await installation.suspend();
  await installation.unsuspend();
  await installation.withhold(repo.id);
  await installation.giveBack(repo.id);
  await world.drain();
  return world.github.deliveries.flatMap(({ event, body }) => {
    return isListenedTo(event) ? [{ event, payload: JSON.parse(body) }] : [];
  });
}

function spoiltVectors(): fc.Arbitrary<Vector> {
  return fc.constantFrom(...vectors).chain(({ event, payload }) => {
    return spoilt([payload]).map((changed) => ({ event, payload: JSON.parse(JSON.stringify(changed) ?? 'null') }));
  });
}

/** Comments with a command in every place where it must not count, perhaps with something put in. */
function bodiesWithoutOrder(): fc.Arbitrary<string> {
  const line = `/promote staging-${talk.short}`;
  const bodies = [
    [
      `<!--\n${line}\n-->`,
      `\`\`\`\n${line}\n\`\`\``,
      `> ${line}`,
      `- a\n  ${line}`,
      `<details>\n\n${line}\n\n</details>`,
    ],
    [`    ${line}`, `a \`\n${line}\``, `| a |\n|---|\n${line}`, `[a](<\n${line}>)`, `# ${line}`, `please ${line}`],
  ].flat();
  const pieces = fc.constantFrom(...HOSTILE_TEXTS, '\n', '`', '> ', '<b>');
  return fc.oneof(fc.constantFrom(...bodies), spliced(bodies, pieces));
}

const WithBody = z.object({ comment: z.object({ body: z.string() }) });

/** Whether another reader of Markdown sees an order in it: such a one may be carried out. */
function asks(step: Vector | string): boolean {
  const body = typeof step === 'string' ? step : WithBody.safeParse(step.payload).data?.comment.body;
  if (body === undefined) return false;
  const lines = body.split(/\r\n|\r|\n/);
  return [...readPlainLines(body)].some((number) => ORDER.test(lines[number - 1] ?? ''));
}

/** By who may promote. */
async function say(body: string): Promise<number> {
  const { delivery } = await talk.repo.comment({ issue: talk.issue, by: 'ada', body });
  return delivery.status;
}

/** As GitHub sends it, and the status that comes back. */
async function send({ event, payload }: Vector): Promise<number> {
  const { app, github } = talk.world;
  const address = z.object({ port: z.int() }).parse(app.server.address());
  const body = JSON.stringify(payload);
  const signature = createHmac('sha256', github.env.WEBHOOK_SECRET).update(body).digest('hex');
  const headers = {
    'content-type': 'application/json',
    'x-github-event': event,
    'x-github-delivery': randomUUID(),
    'x-hub-signature-256': `sha256=${signature}`,
  };
  const url = `http://127.0.0.1:${address.port}/api/github/webhooks`;
  return (await fetch(url, { method: 'POST', headers, body })).status;
}

function expectIntents({ event, payload }: Vector): void {
  for (const intent of swiftly(() => translate(event, payload))) expectSound(intent);
}

function translate(event: string, payload: unknown): readonly Intent[] {
  if (!isListenedTo(event)) return [];
  try {
    return translateEvent(event, payload, { appId });
  } catch (error) {
    if (error instanceof z.ZodError) return [];
    throw error;
  }
}

function expectSound(intent: Intent): void {
  const { repo } = z.object({ repo: z.object({ id: z.int(), name: z.string() }).optional() }).parse(intent);
  expect(repo?.name ?? 'acme/dotca').toMatch(/^[A-Za-z0-9-]+\/[A-Za-z0-9._-]+$/);
  expect(Number.isSafeInteger(repo?.id ?? 0)).toBe(true);
  expect(JSON.parse(JSON.stringify(intent))).toEqual(intent);
}

/** A signed payload that is none, and work in a repository under a name that GitHub does not know. */
const EXPECTED_DEAD = /^delivery: .*could not be read|^(?!.*\bacme\/dotca\b(?!-)).* in \S{3,}/s;

async function expectNothingPromoted(): Promise<void> {
  const { world } = talk;
  const trail = [...(await world.audit()).values()].flat().map(({ entry }) => entry);
  expect(trail.filter((entry) => /"kind":"(?:requested|applying|promoted)"/.test(entry))).toEqual([]);
  expect(talk.production()).toEqual({ main: talk.old.digest, latest: talk.old.digest });
  expect(world.registry.requests.filter(({ method }) => method === 'PUT')).toEqual([]);
  expect((await world.dead()).filter((job) => !EXPECTED_DEAD.test(job))).toEqual([]);
}
