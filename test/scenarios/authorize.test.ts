// An operator who takes an owner or a grant away wins over what was approved before, as long as no tag is written.
import { afterEach, expect, test } from 'vitest';
import { LONGEST_LEASE_MS } from '../../src/engine/core/lease.ts';
import { findPromotionByNumber } from '../../src/store/promotions/promotions.ts';
import type { Conversation } from './conversation.ts';
import { API, beginGranted, isTagWrite, restartAs, type Access } from './granted-world.ts';
import { putsOf, type Call } from './release.ts';

let talk: Conversation;
afterEach(async () => {
  await talk.world.end();
  await talk.world.close();
});

/** Approved; the process dies at such a request, and one is started with other variables once its leases are over. */
async function restartAt(by: (call: Call) => boolean, access: Access): Promise<void> {
  talk = await beginGranted();
  await talk.request();
  await talk.repo.comment({ issue: talk.issue, by: 'bob', body: '/approve' });
  await talk.world.drainUntilKilled({ by, when: 'before' });
  await restartAs(talk, access);
  talk.world.clock.turn(LONGEST_LEASE_MS + 1);
  expect(await talk.state()).toBe('applying');
  await talk.world.drain();
}

async function failure(): Promise<unknown> {
  const promotion = await findPromotionByNumber(talk.world.app.store.db, { repoId: talk.repo.id, number: 1 });
  return promotion?.state.kind === 'failed' ? promotion.state.failure : promotion?.state;
}

test('a grant that was removed before the first write ends the promotion, and production is untouched', async () => {
  await restartAt(isTagWrite, 'image-not-granted');
  const problem = { code: 'image-not-granted', image: `${talk.world.registry.host}/${API}`, repo: 'acme/dotca' };
  expect(await failure()).toMatchObject({ production: 'untouched', problem });
  expect(talk.world.registry.tag(API, 'main')).toBe(talk.old.digest);
});

test('once a floating tag is written, the rest is written too: production is never left half-moved', async () => {
  await restartAt(putsOf('latest'), 'image-not-granted');
  expect(await talk.state()).toBe('promoted');
  expect(talk.world.registry.tag(API, 'main')).toBe(talk.image.digest);
  expect(talk.world.registry.tag(API, 'latest')).toBe(talk.image.digest);
});
