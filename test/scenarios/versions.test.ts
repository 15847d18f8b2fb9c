// `as v1.2.3`: a version is a tag that is never moved, added with the promotion or alone to what production holds.
import { afterEach, describe, expect, test } from 'vitest';
import { LONGEST_LEASE_MS } from '../../src/engine/core/lease.ts';
import { mistaken, refused } from './answers.ts';
import { begin, shown, type Conversation } from './conversation.ts';

import { putsOf, trailOf, writesOf } from './release.ts';
import { IMAGE, stage } from './world.ts';

let talk: Conversation;
afterEach(async () => {
  await talk.world.end();
  await talk.world.close();
});

/** The line of the plan that adds it. */
const VERSION_MOVE = /^- `v1\.2\.3`: .*→ `sha256:/m;
const PUT_VERSION = /^PUT .*\/v1\.2\.3$/;

function held(tag: string): string | null {
  return talk.world.registry.tag(IMAGE, tag);
}

/** Another image of the staging branch, and the line that promotes it. */
function another(seed: string): { readonly source: string; readonly digest: string } {
  const commit = talk.repo.commitOn('staging', { message: seed });
  return { source: `staging-${commit.slice(0, 7)}`, digest: stage(talk.world, { commit }).digest };
}

async function promoted(line: string, number = 1): Promise<void> {
  await talk.say('ada', line);
  await talk.say('bob', `/approve P${number}`);
  expect(await talk.state(number)).toBe('promoted');
}

describe('with a promotion', () => {
  test('the version is written with the other permanent tag, before production moves', async () => {
    talk = await begin();
    await talk.say('ada', `/promote ${talk.short} as 1.2.3`);
    const card = talk.card();
    expect(await talk.told()).toBe('awaiting-approval');
    expect(card).toMatch(new RegExp(`P1 · \`staging-${talk.short}\` .*\`v1.2.3\` → \`production\``));
    expect(card).toMatch(VERSION_MOVE);
    expect(held('v1.2.3')).toBeNull();
    await talk.click('bob', 'approve');
    expect(held('v1.2.3')).toBe(talk.image.digest);
    expect(talk.production().main).toBe(talk.image.digest);
    expect(writesOf(talk.world).slice(-2)).toEqual(['main', 'latest']);
    expect(talk.card()).toMatch(VERSION_MOVE);
    expect(talk.card()).toContain(shown(talk.image.digest));
    const [requested] = await trailOf(talk.world);
    expect(requested?.details).toMatchObject({ version: 'v1.2.3' });
  });

  test('a prerelease is a version', async () => {
    talk = await begin();
    await promoted(`/promote ${talk.short} as v2.0.0-rc.1`);
    expect(held('v2.0.0-rc.1')).toBe(talk.image.digest);
  });

  test('one that skips major versions warns on the card and the check run, and can still be approved', async () => {
    talk = await begin();
    talk.world.registry.setTag(IMAGE, 'v1.4.2', talk.old.digest);
    await talk.say('ada', `/promote ${talk.short} as v999.0.0`);
    expect(await talk.findings()).toContain('warn version-jump');
    for (const text of [talk.card(), talk.repo.checkRuns(talk.commit).at(-1)?.text]) {
      expect(text).toMatch(/v999\.0\.0`? skips .*v1\.4\.2/);
    }
    await talk.click('bob', 'approve');
    expect(held('v999.0.0')).toBe(talk.image.digest);
  });

  test.each([
    ['the next major version', ['v1.4.2'], 'v2.0.0'],
    ['a first version', [], 'v42.0.0'],
    ['a first version by date', ['main-staging-1234567'], 'v2026.11.30'],
    ['the next year', ['v2026.11.30'], 'v2027.1.0'],
  ])('%s does not warn', async (_name, tags, version) => {
    talk = await begin();
    for (const tag of tags) talk.world.registry.setTag(IMAGE, tag, talk.old.digest);
    await talk.say('ada', `/promote ${talk.short} as ${version}`);
    expect(await talk.findings()).not.toContain('warn version-jump');
    expect(await talk.state()).toBe('awaiting-approval');
  });

  test.each(['1.2', 'v01.2.3', 'latest', '1.2.3+build', 'v1.2.3.4'])('%s is no version', async (version) => {
    talk = await begin();
    const { reactions, answers } = await talk.say('ada', `/promote ${talk.short} as ${version}`);
    expect(reactions).toEqual(['eyes', '-1']);
    expect(answers).toMatchObject([mistaken('invalid-version', { typed: version })]);
    expect(await talk.state()).toBeNull();
  });
});

describe('a version that exists', () => {
  test('on another image is refused immediately, with both digests and what to do', async () => {
    talk = await begin();
    talk.world.registry.setTag(IMAGE, 'v1.2.3', talk.old.digest);
    const { reactions, answers } = await talk.say('ada', `/promote ${talk.short} as v1.2.3`);
    expect(reactions).toEqual(['eyes', '-1']);
    expect(answers).toMatchObject([
      refused('version-taken', { tag: 'v1.2.3', holds: talk.old.digest, wanted: talk.image.digest }),
    ]);
    expect(await talk.state()).toBeNull();
  });

  test('on this image is not written again', async () => {
    talk = await begin();
    talk.world.registry.setTag(IMAGE, 'v1.2.3', talk.image.digest);
    await promoted(`/promote ${talk.short} as v1.2.3`);
    expect(writesOf(talk.world)).not.toContain('v1.2.3');
    expect(held('v1.2.3')).toBe(talk.image.digest);
  });

  test('since the request fails the promotion when it is examined again', async () => {
    talk = await begin();
    await talk.say('ada', `/promote ${talk.short} as v1.2.3`);
    talk.world.registry.setTag(IMAGE, 'v1.2.3', talk.old.digest);
    const [run] = talk.repo.checkRuns(talk.commit);
    await talk.repo.rerun({ checkRun: run?.id ?? 0, by: 'bob' });
    await talk.world.drain();
    expect(await talk.state()).toBe('checks-failed');
    expect(await talk.findings()).toContain('fail permanent-tag');
    expect(talk.card()).toMatch(/\*\*permanent-tag\*\*.*`?v1\.2\.3`?/);
  });

  test('since the approval moves nothing of production', async () => {
    talk = await begin();
    await talk.say('ada', `/promote ${talk.short} as v1.2.3`);
    const { registry } = talk.world;
    // The write fails for a while, and before it is tried again the name is somebody else's.
    registry.quirks.html502 = { times: 4, on: PUT_VERSION };
    const remove = registry.onRequest(() => {
      if (registry.quirks.html502.times === 0) registry.setTag(IMAGE, 'v1.2.3', talk.old.digest);
    });
    await talk.say('bob', '/approve P1');
    remove();
    expect(await talk.state()).toBe('failed');
    expect((await talk.promotion()).state).toMatchObject({
      failure: {
        production: 'untouched',
        problem: { code: 'permanent-tag-taken', tag: 'v1.2.3', holds: talk.old.digest, isVersion: true },
      },
    });
    expect(talk.production().main).toBe(talk.old.digest);
    expect(held('v1.2.3')).toBe(talk.old.digest);
  });
});

describe('on an image that production holds', () => {
  test('the version is added alone, and still needs the approval', async () => {
    talk = await begin();
    await promoted(`/promote ${talk.short}`);
    const before = talk.world.registry.tags(IMAGE);
    await talk.say('ada', `/promote ${talk.short} as v1.2.3`);
    expect(await talk.state(2)).toBe('awaiting-approval');
    expect((await talk.promotion(2)).moves).toMatchObject([{ kind: 'permanent', tag: 'v1.2.3' }]);
    const run = talk.repo.checkRuns(talk.commit).at(-1);
    expect(run?.text?.match(/^- `.*/gm)).toEqual([expect.stringMatching(VERSION_MOVE)]);
    await talk.click('bob', 'approve');
    expect(talk.world.registry.tags(IMAGE)).toEqual({ ...before, 'v1.2.3': talk.image.digest });
    expect(await talk.told(2)).toBe('promoted');
    expect(talk.repo.checkRuns(talk.commit).at(-1)).toMatchObject({ conclusion: 'success' });
    expect(talk.repo.deployments()).toHaveLength(1);
  });

  test('a version that it already has leaves nothing to do', async () => {
    talk = await begin();
    await promoted(`/promote ${talk.short} as v1.2.3`);
    const { answers } = await talk.say('ada', `/promote ${talk.short} as v1.2.3`);
    expect(answers).toMatchObject([
      refused('already-in-production', { tags: ['main', 'latest', 'v1.2.3'], digest: talk.image.digest }),
    ]);
  });

  test('a version does not end the promotion of another image that waits', async () => {
    talk = await begin();
    await promoted(`/promote ${talk.short}`);
    const next = another('next');
    await talk.say('ada', `/promote ${next.source}`);
    await promoted(`/promote ${talk.short} as v1.2.3`, 3);
    expect(await talk.state(2)).toBe('awaiting-approval');
    await talk.say('bob', '/approve P2');
    expect(talk.production().main).toBe(next.digest);
  });

  test.each(['before', 'after'] as const)('killed %s the version is written, it continues', async (when) => {
    talk = await begin();
    await promoted(`/promote ${talk.short}`);
    await talk.say('ada', `/promote ${talk.short} as v1.2.3`);
    await talk.repo.comment({ issue: talk.issue, by: 'bob', body: '/approve P2' });
    await talk.world.drainUntilKilled({ by: putsOf('v1.2.3'), when });
    await talk.world.restart();
    await talk.world.pass(LONGEST_LEASE_MS + 1);
    expect(held('v1.2.3')).toBe(talk.image.digest);
    expect(await talk.state(2)).toBe('promoted');
  });

  test('a lasting refusal of the registry leaves production untouched', async () => {
    talk = await begin();
    await promoted(`/promote ${talk.short}`);
    await talk.say('ada', `/promote ${talk.short} as v1.2.3`);
    talk.world.registry.quirks.deny403 = [{ times: Infinity, on: PUT_VERSION }];
    await talk.say('bob', '/approve P2');
    expect(await talk.state(2)).toBe('failed');
    expect((await talk.promotion(2)).state).toMatchObject({ failure: { production: 'untouched' } });
    expect(talk.card(2)).toContain(`/promote staging-${talk.short} as v1.2.3`);
    expect(held('v1.2.3')).toBeNull();
  });

  test('production moved by hand before the approval: the promotion is re-planned, and asks again', async () => {
    talk = await begin();
    await promoted(`/promote ${talk.short}`);
    await talk.say('ada', `/promote ${talk.short} as v1.2.3`);
    for (const tag of ['main', 'latest']) talk.world.registry.setTag(IMAGE, tag, talk.old.digest);
    await talk.say('bob', '/approve P2');
    expect(await talk.state(2)).toBe('awaiting-approval');
    expect(held('v1.2.3')).toBeNull();
    expect((await talk.promotion(2)).notice).toMatchObject({ kind: 'production-moved' });
    await talk.approve('bob', 2);
    expect(held('v1.2.3')).toBe(talk.image.digest);
    expect(talk.production().main).toBe(talk.image.digest);
  });
});

describe('two versions at once', () => {
  test('of one image: the second is answered that the first does not have it', async () => {
    talk = await begin();
    await talk.say('ada', `/promote ${talk.short} as v1.2.3`);
    const { answers } = await talk.say('bob', `/promote ${talk.short} as v1.3.0`);
    expect(answers).toMatchObject([
      refused('already-requested', { promotion: 1, environment: 'production', lacks: 'v1.3.0' }),
    ]);
    await talk.say('bob', '/approve P1');
    await promoted(`/promote ${talk.short} as v1.3.0`, 2);
    expect([held('v1.2.3'), held('v1.3.0')]).toEqual([talk.image.digest, talk.image.digest]);
  });

  test('of two images under one name: the first to reach production has it, the other is refused', async () => {
    talk = await begin();
    const next = another('next');
    await talk.say('ada', `/promote ${talk.short} as v1.2.3`);
    await talk.say('ada', `/promote ${next.source} as v1.2.3`);
    await talk.say('bob', '/approve P1');
    expect(held('v1.2.3')).toBe(talk.image.digest);
    expect(await talk.state(2)).toBe('checks-failed');
    expect(talk.card(2)).toContain('permanent-tag');
  });
});
