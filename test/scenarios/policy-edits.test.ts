// A policy file that is edited while a promotion waits: tightened, loosened, deleted, and pushed or not.
import { afterEach, describe, expect, test } from 'vitest';
import { refused } from './answers.ts';
import { begin, type Conversation } from './conversation.ts';
import { beginUnder, countFrom, push, write } from './policy-world.ts';
import { trailOf } from './release.ts';
import { IMAGE } from './world.ts';

const NOT_COUNTED = refused('policy-changed', { promotion: 1 });

let talk: Conversation;
afterEach(async () => {
  await talk.world.end();
  await talk.world.close();
});

function approvals(rules: string): string {
  return `environments: { production: { approvals: { ${rules} } } }\n`;
}

async function kinds(): Promise<readonly string[]> {
  return (await trailOf(talk.world)).map(({ kind }) => kind);
}

describe('without a webhook', () => {
  test('an approval by comment does not count; the card shows why, asks again, and the next one counts', async () => {
    talk = await begin();
    await talk.request();
    write(talk, 'validation: { command: warn }\n');
    const said = await talk.approve('bob');
    expect(said).toMatchObject({ reactions: ['eyes', '-1'], answers: [NOT_COUNTED] });
    expect(await talk.state()).toBe('awaiting-approval');
    expect((await talk.promotion()).notice).toEqual({ kind: 'policy-changed' });
    expect(await talk.world.outdated()).toEqual([]);
    expect(talk.production().main).toBe(talk.old.digest);
    expect((await talk.approve('bob')).reactions).toEqual(['eyes', 'rocket']);
    const before = ['requested', 'examined', 'review-refused', 'policy-changed', 'examined'];
    expect(await kinds()).toEqual([...before, 'reviewed', 'applying', 'promoted']);
    expect((await talk.promotion()).notice).toBeNull();
  });

  test('a click does not count either, nor does a rejection', async () => {
    talk = await beginUnder('{}');
    await talk.request();
    write(talk, approvals('self_approval: true'));
    expect(await talk.click('bob', 'approve')).toMatchObject([{ ...NOT_COUNTED, to: 'bob' }]);
    write(talk, approvals('self_approval: false'));
    expect((await talk.say('bob', '/reject no')).answers).toMatchObject([NOT_COUNTED]);
    expect(await talk.state()).toBe('awaiting-approval');
    expect(await talk.click('bob', 'approve')).toEqual([]);
    expect(await talk.state()).toBe('promoted');
  });

  test('two at the same moment: it is examined once, and neither alone promotes', async () => {
    talk = await begin();
    const { repo, issue, world } = talk;
    await talk.request();
    write(talk, approvals('required: 2'));
    await Promise.all(['bob', 'mia'].map((by) => repo.comment({ issue, by, body: '/approve P1' })));
    await world.drain();
    expect((await kinds()).filter((kind) => kind === 'policy-changed')).toHaveLength(1);
    expect((await talk.answers())[0]).toMatchObject(NOT_COUNTED);
    expect(await talk.state()).toBe('awaiting-approval');
    expect(talk.production().main).toBe(talk.old.digest);
  });

  test('a bot triggers nothing', async () => {
    talk = await begin();
    await talk.request();
    write(talk, approvals('required: 2'));
    await talk.click('renovate[bot]', 'approve');
    expect(await kinds()).toEqual(['requested', 'examined', 'review-refused']);
  });
});

describe('and pushed', () => {
  test('tightened: the earlier approval no longer counts, and one more is needed', async () => {
    talk = await beginUnder(approvals('required: 2'));
    await talk.request();
    await talk.approve('bob');
    await push(talk, approvals('required: 3'));
    expect(await talk.state()).toBe('awaiting-approval');
    expect((await talk.promotion()).notice).toEqual({ kind: 'policy-changed' });
    expect(await talk.approvals()).toMatchObject({ required: 3, role: 'write' });
    expect(await talk.counting()).toEqual([]);
    expect(await talk.world.outdated()).toEqual([]);
  });

  test('reverted: the approval counts again', async () => {
    talk = await beginUnder(approvals('required: 2'));
    await talk.request();
    await talk.approve('bob');
    await push(talk, approvals('required: 3'));
    await push(talk, approvals('required: 2'));
    expect(await talk.counting()).toEqual(['bob']);
    expect(await talk.world.outdated()).toEqual([]);
    expect((await talk.approve('mia')).reactions).toEqual(['eyes', 'rocket']);
    expect(await talk.state()).toBe('promoted');
  });

  test('loosened to no approval: a waiting promotion still needs those of its request', async () => {
    talk = await begin();
    await talk.request();
    await push(talk, approvals('required: 0'));
    expect(await talk.state()).toBe('awaiting-approval');
    await talk.approve('bob');
    expect(await talk.state()).toBe('promoted');
  });

  test('with a limit that the image exceeds: it fails the checks, and the card shows what happened', async () => {
    talk = await begin();
    await talk.request();
    await push(talk, 'validation: { size: { max: 110MB } }\n');
    expect(await talk.state()).toBe('checks-failed');
    expect((await talk.promotion()).notice).toEqual({ kind: 'policy-changed' });
    expect(await talk.findings()).toContain('fail size linux/amd64');
    expect(talk.repo.checkRuns(talk.commit).at(-1)).toMatchObject({ conclusion: 'failure' });
  });

  test('deleted: the built-in policy applies', async () => {
    talk = await beginUnder(approvals('self_approval: true'));
    await talk.request();
    await push(talk, null);
    expect((await talk.promotion()).notice).toEqual({ kind: 'policy-changed' });
    // Under the old one ada's approval counts; the built-in policy wants another person's as well.
    await talk.approve('ada');
    expect(await talk.state()).toBe('awaiting-approval');
    expect((await talk.approve('bob')).reactions).toEqual(['eyes', 'rocket']);
    expect(await talk.state()).toBe('promoted');
  });

  test('with other tags: those are planned', async () => {
    talk = await begin();
    await talk.request();
    await push(talk, 'environments: { production: { tags: [main, stable] } }\n');
    expect(talk.card()).toMatch(/^- `stable`: .* → /m);
    expect(talk.card()).not.toContain('`latest`');
    await talk.approve('bob');
    expect(talk.world.registry.tag(IMAGE, 'stable')).toBe(talk.image.digest);
    expect(talk.production()).toEqual({ main: talk.image.digest, latest: talk.old.digest });
  });

  test('without its environment: it fails with a message, and production is untouched', async () => {
    talk = await beginUnder('environments: { production: {}, canary: {} }');
    await talk.say('ada', `/promote staging-${talk.short} to canary`);
    await push(talk, 'environments: { production: {} }\n');
    expect(await talk.state()).toBe('failed');
    expect((await talk.promotion()).state).toMatchObject({
      failure: { production: 'untouched', problem: { code: 'environment-gone', environment: 'canary' } },
    });
    expect(talk.world.registry.tag(IMAGE, 'canary')).toBeNull();
  });

  test('with another image: the requested one is not promoted', async () => {
    talk = await begin();
    await talk.request();
    await push(talk, `images: ["${talk.world.registry.host}/acme/dotca/worker"]\n`);
    expect(await talk.state()).toBe('failed');
    const { host } = talk.world.registry;
    expect((await talk.promotion()).state).toMatchObject({
      failure: {
        problem: { code: 'image-not-in-policy', image: `${host}/acme/dotca`, images: [`${host}/acme/dotca/worker`] },
      },
    });
    expect(talk.production().main).toBe(talk.old.digest);
  });

  test('other files: nothing happens; another branch: nothing happens', async () => {
    talk = await beginUnder('{}');
    await talk.request();
    const requests = countFrom(talk);
    await talk.repo.push('main', { files: { 'README.md': 'New words' } });
    await talk.repo.push('feature', { files: { '.github/promotion.yml': approvals('required: 0') } });
    await talk.world.drain();
    expect(requests()).toBe(0);
    expect(await kinds()).toEqual(['requested', 'examined']);
  });

  test('in one of two repositories: the other one does not change', async () => {
    talk = await begin();
    await talk.request();
    const other = await talk.world.github.repo({ owner: 'acme', name: 'other', users: { eve: 'admin' } });
    await other.push('main', { files: { '.github/promotion.yml': approvals('required: 0') } });
    await talk.world.drain();
    expect(await kinds()).toEqual(['requested', 'examined']);
  });
});

test('without its environment: an approval before the push event is answered with the existing environments', async () => {
  talk = await beginUnder('environments: { production: {}, canary: {} }');
  await talk.say('ada', `/promote staging-${talk.short} to canary`);
  write(talk, 'environments: { production: {} }\n');
  expect((await talk.approve('bob')).answers).toMatchObject([
    refused('environment-unknown', { typed: 'canary', environments: ['production'] }),
  ]);
  expect(await talk.state()).toBe('failed');
});
