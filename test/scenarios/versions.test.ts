// `as v1.2.3`: a version is a tag that is never moved, added with the promotion or alone to what production holds.
import { afterEach, describe, expect, test } from 'vitest';
import { LONGEST_LEASE_MS } from '../../src/engine/core/lease.ts';
import { begin, shown, type Conversation } from './conversation.ts';

import { putsOf, trailOf, writesOf } from './release.ts';
import { IMAGE, stage } from './world.ts';

let talk: Conversation;
afterEach(async () => {
  await talk.world.end();
  await talk.world.close();
});

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
  test('the version is written with the other kept tag, before production moves', async () => {
    talk = await begin();
    await talk.say('ada', `/promote ${talk.short} as 1.2.3`);
    const card = talk.card();
    expect(card).toContain(`P1 · \`staging-${talk.short}\` as \`v1.2.3\` → \`production\` · Waits for approval`);
    expect(card).toContain(`- \`v1.2.3\`: new → \`${shown(talk.image.digest)}\``);
    expect(held('v1.2.3')).toBeNull();
    await talk.click('bob', 'approve');
    expect(held('v1.2.3')).toBe(talk.image.digest);
    expect(talk.production().main).toBe(talk.image.digest);
    expect(writesOf(talk.world).slice(-2)).toEqual(['main', 'latest']);
    expect(talk.card()).toContain(`- \`v1.2.3\`: new → \`${shown(talk.image.digest)}\``);
    const [requested] = await trailOf(talk.world);
    expect(requested?.details).toMatchObject({ version: 'v1.2.3' });
  });

  test('a prerelease is a version', async () => {
    talk = await begin();
    await promoted(`/promote ${talk.short} as v2.0.0-rc.1`);
    expect(held('v2.0.0-rc.1')).toBe(talk.image.digest);
  });

  test.each(['1.2', 'v01.2.3', 'latest', '1.2.3+build', 'v1.2.3.4'])('%s is no version', async (version) => {
    talk = await begin();
    const { reactions, replies } = await talk.say('ada', `/promote ${talk.short} as ${version}`);
    expect(reactions).toEqual(['eyes', '-1']);
    expect(replies).toHaveLength(1);
    expect(await talk.state()).toBeNull();
  });
});

describe('a version that exists', () => {
  test('on another image is refused at once, with both digests and the way out', async () => {
    talk = await begin();
    talk.world.registry.setTag(IMAGE, 'v1.2.3', talk.old.digest);
    const { reactions, replies } = await talk.say('ada', `/promote ${talk.short} as v1.2.3`);
    expect(reactions).toEqual(['eyes', '-1']);
    expect(replies[0]).toContain(
      `\`v1.2.3\` already names another image: it holds \`${talk.old.digest}\`, and this one is \`${talk.image.digest}\`.`,
    );
    expect(replies[0]).toContain('take another version');
    expect(await talk.state()).toBeNull();
  });

  test('on this very image is not written again', async () => {
    talk = await begin();
    talk.world.registry.setTag(IMAGE, 'v1.2.3', talk.image.digest);
    await promoted(`/promote ${talk.short} as v1.2.3`);
    expect(writesOf(talk.world)).not.toContain('v1.2.3');
    expect(held('v1.2.3')).toBe(talk.image.digest);
  });

  test('since the request refuses the promotion when it is looked at again', async () => {
    talk = await begin();
    await talk.say('ada', `/promote ${talk.short} as v1.2.3`);
    talk.world.registry.setTag(IMAGE, 'v1.2.3', talk.old.digest);
    const [run] = talk.repo.checkRuns(talk.commit);
    await talk.repo.rerun({ checkRun: run?.id ?? 0, by: 'bob' });
    await talk.world.drain();
    expect(await talk.state()).toBe('checks-failed');
    expect(talk.card()).toMatch(/✗ fail \| permanent-tag \| whole image \| `?v1\.2\.3`? already holds/);
    expect(talk.card()).toContain('a version is never moved');
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
    expect(talk.card()).toContain('A version is never moved: take another version');
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
    const said = '`production` held this image already: only `v1.2.3` is added, and no other tag moves.';
    expect(talk.card(2)).toContain(said);
    const run = talk.repo.checkRuns(talk.commit).at(-1);
    expect(run?.summary).toContain(said);
    expect(run?.text).toContain(`**Tags to be moved**\n\n- \`v1.2.3\`: new → \`${shown(talk.image.digest)}\`\n`);
    await talk.click('bob', 'approve');
    expect(talk.world.registry.tags(IMAGE)).toEqual({ ...before, 'v1.2.3': talk.image.digest });
    expect(talk.card(2)).toContain('· Tagged as `v1.2.3`\n');
    expect(talk.repo.checkRuns(talk.commit).at(-1)).toMatchObject({ conclusion: 'success', title: 'Tagged as v1.2.3' });
    expect(talk.repo.deployments()).toHaveLength(1);
  });

  test('a version that it has already leaves nothing to do', async () => {
    talk = await begin();
    await promoted(`/promote ${talk.short} as v1.2.3`);
    const { replies } = await talk.say('ada', `/promote ${talk.short} as v1.2.3`);
    expect(replies[0]).toContain('Nothing to do: `main`, `latest` and `v1.2.3` already hold');
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

  test.each(['before', 'after'] as const)('killed %s the version is written, it goes on', async (when) => {
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
    expect(talk.card(2)).toContain('Production is untouched');
    expect(talk.card(2)).toContain(`/promote staging-${talk.short} as v1.2.3`);
    expect(held('v1.2.3')).toBeNull();
  });

  test('production moved by hand before the approval: the whole plan is made anew, and asks again', async () => {
    talk = await begin();
    await promoted(`/promote ${talk.short}`);
    await talk.say('ada', `/promote ${talk.short} as v1.2.3`);
    for (const tag of ['main', 'latest']) talk.world.registry.setTag(IMAGE, tag, talk.old.digest);
    await talk.say('bob', '/approve P2');
    expect(await talk.state(2)).toBe('awaiting-approval');
    expect(held('v1.2.3')).toBeNull();
    expect(talk.card(2)).toContain('`production` has changed since this was planned');
    await talk.say('bob', '/approve P2');
    expect(held('v1.2.3')).toBe(talk.image.digest);
    expect(talk.production().main).toBe(talk.image.digest);
  });
});

describe('two versions at once', () => {
  test('of one image: the second is told that the first does not carry it', async () => {
    talk = await begin();
    await talk.say('ada', `/promote ${talk.short} as v1.2.3`);
    const { replies } = await talk.say('bob', `/promote ${talk.short} as v1.3.0`);
    expect(replies[0]).toContain('P1 already asks for this image in `production`');
    expect(replies[0]).toContain('It does not carry `v1.3.0`: once it is through, the same line adds just that tag');
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
