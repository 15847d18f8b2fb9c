// GitHub's Re-run, of one check and of a whole suite: the same digest is examined again, and reviews stand where they can.
import { afterEach, expect, test } from 'vitest';
import type { Conversation } from './conversation.ts';
import { beginUnder } from './policy-world.ts';
import { IMAGE } from './world.ts';

const TWO_ENVIRONMENTS = `
environments:
  production: { approvals: { required: 2 } }
  canary: { approvals: { required: 2 } }
`;

let talk: Conversation;
afterEach(async () => {
  await talk.world.close();
});

/** Who asked for a Re-run, by promotion. */
async function reruns(): Promise<readonly string[]> {
  const rows = (await talk.world.audit()).get(talk.repo.id) ?? [];
  return rows.flatMap(({ entry }) => {
    const { kind, promotion, actor }: { kind: string; promotion: number; actor: { login: string } | null } =
      JSON.parse(entry);
    return kind === 're-run' ? [`P${promotion} ${actor?.login}`] : [];
  });
}

async function askForBoth(): Promise<void> {
  talk = await beginUnder(TWO_ENVIRONMENTS);
  await talk.request();
  await talk.say('ada', `/promote staging-${talk.short} to canary`);
}

test('a whole suite: every check of ours on the commit is examined again, and approvals with the same outcomes stay', async () => {
  await askForBoth();
  const { world, repo } = talk;
  await talk.say('bob', '/approve P1');
  await talk.say('bob', '/approve P2');
  await repo.rerunAll({ sha: talk.commit, by: 'mia' });
  await world.drain();
  expect(await reruns()).toEqual(['P1 mia', 'P2 mia']);
  expect(await talk.counting(1)).toEqual(['bob']);
  expect(await talk.told(1)).toBe('awaiting-approval');
  await talk.say('mia', '/approve P1');
  await talk.say('mia', '/approve P2');
  expect([await talk.state(1), await talk.state(2)]).toEqual(['promoted', 'promoted']);
  expect(world.registry.tag(IMAGE, 'main')).toBe(talk.image.digest);
  expect(world.registry.tag(IMAGE, 'canary')).toBe(talk.image.digest);
  await world.end();
});

test('the digest stays the pinned one, whatever its tag holds; the card shows that', async () => {
  await askForBoth();
  const { world, repo } = talk;
  world.registry.setTag(IMAGE, `staging-${talk.short}`, talk.old.digest);
  await repo.rerunAll({ sha: talk.commit, by: 'bob' });
  await world.drain();
  for (const number of [1, 2]) {
    expect(talk.card(number)).toContain(`\`${talk.image.digest}\``);
    expect((await talk.promotion(number)).sourceMovedTo).toBe(talk.old.digest);
  }
  await world.end();
});

test('an approval whose outcomes changed no longer counts', async () => {
  await askForBoth();
  const { world, repo } = talk;
  await talk.say('bob', '/approve P1');
  repo.writeFiles('main', { '.github/promotion.yml': `${TWO_ENVIRONMENTS}validation: { healthcheck: off }\n` });
  await repo.rerunAll({ sha: talk.commit, by: 'mia' });
  await world.drain();
  expect(await talk.counting(1)).toEqual([]);
  await talk.say('mia', '/approve P1');
  expect(await talk.state(1)).toBe('awaiting-approval');
  await world.end();
});

test('an ended promotion is shown as it ended; only a waiting one is examined again', async () => {
  await askForBoth();
  const { world, repo } = talk;
  await talk.say('ada', '/cancel P1');
  const writes = world.github.requests.length;
  await repo.rerunAll({ sha: talk.commit, by: 'bob' });
  await world.drain();
  expect(await reruns()).toEqual(['P2 bob']);
  const conclusions = repo.checkRuns(talk.commit).map(({ name, conclusion }) => `${name}: ${conclusion}`);
  expect(conclusions).toEqual(['imprimatur / production: cancelled', 'imprimatur / canary: action_required']);
  const patched = world.github.requests.slice(writes).filter(({ method }) => method === 'PATCH');
  expect(patched.length).toBeGreaterThanOrEqual(2);
  await world.end();
});

test('a reader’s Re-run changes nothing, and each check shows its state again', async () => {
  await askForBoth();
  const { world, repo } = talk;
  await repo.rerunAll({ sha: talk.commit, by: 'ron' });
  await world.drain();
  expect(await reruns()).toEqual([]);
  expect([await talk.state(1), await talk.state(2)]).toEqual(['awaiting-approval', 'awaiting-approval']);
  await world.end();
});

test('a commit without a promotion has nothing to run again', async () => {
  await askForBoth();
  const { world, repo } = talk;
  const asked = world.registry.requests.length;
  await repo.rerunAll({ sha: repo.head('main'), by: 'bob' });
  await world.drain();
  expect(world.registry.requests).toHaveLength(asked);
  await world.end();
});
