// A command that reads a promotion which a newer version wrote: it says so, and is no error of ours.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PROMOTION_FORMAT } from '../../src/store/promotions/promotion-document.ts';
import { begin, type Conversation } from '../scenarios/conversation.ts';
import { IMAGE, START } from '../scenarios/world.ts';
import { say } from './harness.ts';

let folder: string;
let talk: Conversation;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imprimatur-newer-'));
});
afterEach(async () => {
  await talk.world.end();
  await talk.world.close();
  await rm(folder, { recursive: true, force: true });
});

test('plan ends at a promotion of a newer version, and names what it can’t read', async () => {
  const databaseUrl = `sqlite:${join(folder, 'imprimatur.db')}`;
  talk = await begin({ databaseUrl });
  await talk.request();
  const { registry, github, app } = talk.world;
  const { document } = await app.store.db.selectFrom('promotions').select('document').executeTakeFirstOrThrow();
  await app.store.db
    .updateTable('promotions')
    .set({ document: document.replace(/"format":\d+,/, '"format":999,') })
    .execute();
  const tag = Object.keys(registry.tags(IMAGE)).find((name) => name.startsWith('staging-')) ?? '';
  const ended = await say(`plan ${registry.host}/${IMAGE}:${tag}`, {
    env: { ...github.env, DATABASE_URL: databaseUrl, DOCKER_CONFIG: folder, REGISTRY_HOST: registry.host },
    now: () => START,
  });
  await app.store.db.updateTable('promotions').set({ document }).execute();
  expect(ended).toMatchObject({
    code: 1,
    err: `imprimatur plan: a stored promotion has format 999, and this version reads up to ${PROMOTION_FORMAT.format}\n`,
  });
});
