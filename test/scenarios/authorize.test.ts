// An operator who takes an owner or a grant away wins over what was approved before, as long as no tag is written.
import { afterEach, describe, expect, test } from 'vitest';
import { LONGEST_LEASE_MS } from '../../src/engine/core/lease.ts';
import { findPromotionByNumber } from '../../src/store/promotions/promotions.ts';
import { begin, type Conversation } from './conversation.ts';
import { stage, type ScenarioOptions } from './world.ts';

let talk: Conversation;
afterEach(async () => {
  await talk.world.close();
});

const API = 'acme/api';

/** A promotion of an image that the operator granted waits for approval. */
async function waiting(): Promise<void> {
  talk = await begin();
  const { world, commit, repo, old } = talk;
  const granted = `${world.registry.host}/${API}`;
  await world.restart({ IMAGE_GRANTS: `${granted}=acme/dotca` });
  repo.writeFiles('main', { '.github/promotion.yml': `images: ["${granted}"]\n` });
  stage(world, { commit, repository: API });
  world.registry.addImage({ repository: API, tag: 'main', image: old });
  world.registry.setTag(API, 'latest', old.digest);
  await talk.request();
  expect(await talk.state()).toBe('awaiting-approval');
}

/** The process dies at a write of the registry, and is started with other variables once its leases are over. */
async function restartAtWrite(when: 'before' | 'after', env: ScenarioOptions['env']): Promise<void> {
  const { world } = talk;
  await talk.repo.comment({ issue: talk.issue, by: 'bob', body: '/approve' });
  await world.drainUntilKilled({ by: ({ method }) => method === 'PUT', when });
  expect(await reopen(env)).toBe('applying');
  await world.drain();
}

async function reopen(env: ScenarioOptions['env']): Promise<string | null> {
  await talk.world.restart(env);
  talk.world.clock.turn(LONGEST_LEASE_MS + 1);
  return talk.state();
}

async function failure(): Promise<unknown> {
  const promotion = await findPromotionByNumber(talk.world.app.store.db, { repoId: talk.repo.id, number: 1 });
  return promotion?.state.kind === 'failed' ? promotion.state.failure : promotion?.state;
}

describe('before the first tag is written', () => {
  test('a grant that was taken back ends the promotion, and production is untouched', async () => {
    await waiting();
    await restartAtWrite('before', {});
    const { world } = talk;
    expect(await failure()).toMatchObject({
      production: 'untouched',
      problem: { code: 'image-not-granted', image: `${world.registry.host}/${API}`, repo: 'acme/dotca' },
    });
    expect(world.registry.tag(API, 'main')).toBe(talk.old.digest);
    await world.end();
  });

  test('an owner who is served no more ends it as well', async () => {
    await waiting();
    const grant = `${talk.world.registry.host}/${API}=acme/dotca`;
    await restartAtWrite('before', { IMAGE_GRANTS: grant, ALLOWED_OWNERS: 'globex' });
    expect(await failure()).toMatchObject({
      production: 'untouched',
      problem: { code: 'owner-not-allowed', owner: 'acme' },
    });
    expect(talk.world.registry.tag(API, 'main')).toBe(talk.old.digest);
    await talk.world.end();
  });
});

test('once a floating tag is written, what was begun is finished: production is never left half-moved', async () => {
  await waiting();
  const { world } = talk;
  await talk.repo.comment({ issue: talk.issue, by: 'bob', body: '/approve' });
  await world.drainUntilKilled({
    by: ({ method, path }) => method === 'PUT' && path.endsWith('/latest'),
    when: 'before',
  });
  expect(world.registry.tag(API, 'main')).toBe(talk.image.digest);
  expect(await reopen({})).toBe('applying');
  await world.drain();
  expect(await talk.state()).toBe('promoted');
  expect(world.registry.tag(API, 'latest')).toBe(talk.image.digest);
  await world.end();
});
