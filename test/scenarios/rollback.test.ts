// Rollbacks, in conversation: production goes back to what it held, in seconds and with no second person.
import { afterEach, describe, expect, test } from 'vitest';
import { shown } from './conversation.ts';
import { beginHistory, type Historic } from './history.ts';
import { refused } from './answers.ts';
import { trailOf, writesOf } from './release.ts';
import { runStateOn } from './run-state.ts';
import { sourceName } from '../../src/domain/promotion/promotion.ts';
import { buildImage } from '../support/registry/images.ts';
import { IMAGE } from './world.ts';

let talk: Historic;

afterEach(async () => {
  await talk.world.close();
});

describe('without a target', () => {
  test('A, B, C: back to B, again to A, then to the image from before, and then there is no target', async () => {
    talk = await beginHistory();
    const a = await talk.release('A');
    const b = await talk.release('B');
    const c = await talk.release('C');
    expect(talk.holds()).toBe(c.digest);

    const { reactions, replies } = await talk.say('ada', '/rollback --reason "the login page fails"');
    expect({ reactions, replies }).toEqual({ reactions: ['eyes', 'rocket'], replies: [] });
    expect(talk.holds()).toBe(b.digest);
    expect(await runStateOn(talk.world, talk.repo, b.commit)).toEqual({ conclusion: 'success', state: 'promoted' });
    expect(await talk.promotion(4)).toMatchObject({
      kind: 'rollback',
      environment: 'production',
      reason: 'the login page fails',
      source: { typed: 'P2' },
    });
    expect(talk.card(4)).toContain('the login page fails');
    expect(talk.card(4)).toContain(`/${IMAGE}@${b.digest}`);
    const kept = 'rollback-20261124-090300-the-login-page-fails';
    expect(talk.world.registry.tag(IMAGE, kept)).toBe(c.digest);
    expect(writesOf(talk.world).slice(-3)).toEqual([kept, 'main', 'latest']);

    expect(await talk.rollBack()).toEqual([]);
    expect(talk.holds()).toBe(a.digest);
    expect(await targetOf(5)).toBe('P1');
    expect(await talk.rollBack()).toEqual([]);
    expect(talk.holds()).toBe(talk.old.digest);
    expect(await targetOf(6)).toBe('rollback-20261124-090100-release');

    const end = await talk.rollBack();
    expect(talk.holds()).toBe(talk.old.digest);
    expect(end).toMatchObject([
      refused('nothing-to-roll-back-to', {
        environment: 'production',
        current: talk.old.digest,
        choices: [
          { promotion: 1, digest: a.digest },
          { promotion: 2, digest: b.digest },
          { promotion: 3, digest: c.digest },
        ],
      }),
    ]);
    expect(talk.replies().at(-1)).toContain(`- \`/rollback to P1 --reason "…"\`: \`${shown(a.digest)}\``);
    await talk.world.end();
  });

  test('a rollback needs no approval, writes no permanent tag, and its audit entries have requester, reason and both images', async () => {
    talk = await beginHistory();
    const a = await talk.release('A');
    const b = await talk.release('B');
    const before = Object.keys(talk.world.registry.tags(IMAGE));
    await talk.rollBack('', 'bob');
    const added = Object.keys(talk.world.registry.tags(IMAGE)).filter((tag) => !before.includes(tag));
    expect(added).toEqual(['rollback-20261124-090300-it-fails']);
    const trail = (await trailOf(talk.world)).filter(({ promotion }) => promotion === 3);
    expect(trail.map(({ kind }) => kind)).toEqual(['requested', 'examined', 'applying', 'promoted']);
    expect(trail[0]?.details).toMatchObject({ kind: 'rollback', reason: 'it fails', source: 'P1' });
    expect(trail.at(-1)?.details).toMatchObject({
      tags: [
        { kind: 'rollback', holds: b.digest },
        { tag: 'main', from: b.digest, holds: a.digest },
        { tag: 'latest', from: b.digest, holds: a.digest },
      ],
    });
    await talk.world.end();
  });

  test('of a first promotion over an image that was there by hand: the rollback tag kept that one', async () => {
    talk = await beginHistory();
    await talk.release('A');
    expect(await talk.rollBack()).toEqual([]);
    expect(talk.holds()).toBe(talk.old.digest);
    await talk.world.end();
  });

  test('of a first promotion over nothing is refused', async () => {
    talk = await beginHistory({ empty: true });
    expect(await talk.rollBack()).toMatchObject([
      refused('nothing-to-roll-back-to', { environment: 'production', current: null, choices: [] }),
    ]);
    const a = await talk.release('A');
    expect(await talk.rollBack()).toMatchObject([
      refused('nothing-to-roll-back-to', { environment: 'production', current: a.digest, choices: [] }),
    ]);
    expect(talk.holds()).toBe(a.digest);
    await talk.world.end();
  });

  test('moved by hand since: back to the last promotion', async () => {
    talk = await beginHistory();
    await talk.release('A');
    const b = await talk.release('B');
    const foreign = talk.build('not promoted');
    for (const tag of ['main', 'latest']) talk.world.registry.setTag(IMAGE, tag, foreign.digest);
    expect((await talk.say('ada', '/status')).replies[0]).toContain(`\`${shown(foreign.digest)}\``);
    await talk.rollBack();
    expect(talk.holds()).toBe(b.digest);
    await talk.world.end();
  });
});

describe('to a target', () => {
  test('a tag, a promotion, a digest; each moves all floating tags', async () => {
    talk = await beginHistory();
    const [a, b, c, d] = [
      await talk.release('A'),
      await talk.release('B'),
      await talk.release('C'),
      await talk.release('D'),
    ];
    await talk.release('E');
    await talk.rollBack(`to ${d.tag}`);
    expect(talk.holds()).toBe(d.digest);
    await talk.rollBack(`to main-${c.tag}`);
    expect(talk.holds()).toBe(c.digest);
    await talk.rollBack('to P2');
    expect(talk.holds()).toBe(b.digest);
    await talk.rollBack(`production to ${a.digest}`);
    expect(talk.holds()).toBe(a.digest);
    await talk.rollBack('to rollback-20261124-090100-release');
    expect(talk.holds()).toBe(talk.old.digest);
    expect(await Promise.all([6, 7, 8, 9, 10].map(targetOf))).toEqual([
      d.tag,
      `main-${c.tag}`,
      'P2',
      a.digest,
      'rollback-20261124-090100-release',
    ]);
    await talk.world.end();
  });

  test('an invalid target is refused, with the valid ones, and nothing moves', async () => {
    talk = await beginHistory();
    const a = await talk.release('A');
    const b = await talk.release('B');
    const elsewhere = `sha256:${'d'.repeat(64)}`;
    // What another repository has in production, under tags that would prove it here.
    const other = buildImage({ seed: 'other', declaredLayerSizes: [90_000_000] });
    for (const tag of ['main', 'rollback-20261120-080000-release']) {
      talk.world.registry.addImage({ repository: 'acme/other', tag, image: other });
    }
    for (const [typed, because] of [
      [other.digest, 'no-such-digest'],
      [elsewhere, 'no-such-digest'],
      ['rollback-20200101-000000-x', 'no-such-tag'],
      ['P99', 'never-there'],
    ]) {
      expect(await talk.rollBack(`to ${typed}`)).toMatchObject([
        refused('not-a-rollback-target', {
          typed,
          because,
          choices: [
            { promotion: 1, digest: a.digest },
            { promotion: null, digest: talk.old.digest },
          ],
        }),
      ]);
      expect(talk.replies().at(-1)).toContain(`- \`/rollback to P1 --reason "…"\`: \`${shown(a.digest)}\``);
    }
    const holdsIt = refused('already-in-production', { digest: b.digest, tags: ['main', 'latest'] });
    expect(await talk.rollBack('to P2')).toMatchObject([holdsIt]);
    expect(await talk.rollBack('to main')).toMatchObject([holdsIt]);
    expect(talk.holds()).toBe(b.digest);
    await talk.world.end();
  });

  test('a permanent tag of a failed promotion proves nothing', async () => {
    talk = await beginHistory();
    await talk.release('A');
    talk.world.registry.quirks.deny403 = [{ times: 1, on: /^PUT .*\/main$/ }];
    const b = await talk.release('B');
    expect(talk.world.registry.tag(IMAGE, `main-${b.tag}`)).toBe(b.digest);
    await talk.rollBack(`to main-${b.tag}`);
    expect(await talk.state(3)).toBe('awaiting-approval');
    expect(await talk.rollBack('to P2')).toMatchObject([
      refused('not-a-rollback-target', { typed: 'P2', because: 'never-there' }),
    ]);
    await talk.world.end();
  });
});

const CANARY = `
environments:
  production:
    branch: main
  canary:
    tags: [canary]
`;

test('another environment has its own history', async () => {
  talk = await beginHistory({ policy: CANARY });
  const a = await talk.release('A', 'canary');
  await talk.release('B', 'canary');
  await talk.release('C');
  expect(await talk.rollBack('canary')).toEqual([]);
  expect(talk.world.registry.tag(IMAGE, 'canary')).toBe(a.digest);
  expect(await targetOf(4)).toBe('P1');
  expect(await talk.promotion(4)).toMatchObject({ kind: 'rollback', environment: 'canary' });
  expect(await talk.rollBack('to P2')).toMatchObject([
    refused('not-a-rollback-target', { environment: 'production', because: 'never-there' }),
  ]);
  expect(await talk.rollBack('canary to P3')).toMatchObject([
    refused('not-a-rollback-target', { environment: 'canary', because: 'never-there' }),
  ]);
  expect(talk.replies().at(-1)).toContain('- `/rollback canary to P2 --reason "…"`');
  await talk.rollBack('canary to rollback-20261124-090300-release');
  expect(await talk.state(5)).toBe('awaiting-approval');
  await talk.say('ada', '/cancel P5');
  expect(await talk.rollBack('staging')).toMatchObject([
    refused('environment-unknown', { typed: 'staging', environments: ['production', 'canary'] }),
  ]);
  await talk.world.end();
});

describe('who may', () => {
  test('a reader is refused once, and nothing moves', async () => {
    talk = await beginHistory();
    await talk.release('A');
    const b = await talk.release('B');
    expect(await talk.rollBack('', 'ron')).toMatchObject([
      refused('not-permitted', { verb: 'rollback', role: 'read', wanted: 'write' }),
    ]);
    expect(await talk.rollBack('', 'ron')).toEqual([]);
    expect(talk.holds()).toBe(b.digest);
    await talk.world.end();
  });

  test('the policy may require more than write access', async () => {
    talk = await beginHistory({ policy: 'rollback:\n  role: maintain\n' });
    const a = await talk.release('A');
    const b = await talk.release('B');
    expect(await talk.rollBack('', 'ada')).toMatchObject([
      refused('not-permitted', { verb: 'rollback', role: 'write', wanted: 'maintain' }),
    ]);
    expect(talk.holds()).toBe(b.digest);
    await talk.rollBack('', 'mia');
    expect(talk.holds()).toBe(a.digest);
    await talk.world.end();
  });

  test('the policy may require an approval: a click of somebody else, as for a promotion', async () => {
    talk = await beginHistory({ policy: 'rollback:\n  approvals:\n    required: 1\n' });
    const a = await talk.release('A');
    const b = await talk.release('B');
    await talk.rollBack();
    expect(await talk.state(3)).toBe('awaiting-approval');
    expect(talk.holds()).toBe(b.digest);
    expect(talk.card(3)).toContain('/approve P3');
    expect((await talk.approve('ada', 3)).answers).toMatchObject([refused('own-request', { promotion: 3 })]);
    const run = talk.repo.checkRuns(a.commit).at(-1);
    await talk.click('bob', 'approve', run === undefined ? {} : { checkRun: run.id });
    expect(talk.holds()).toBe(a.digest);
    await talk.world.end();
  });
});

test('/status lists what production held, marks the current image, and shows the rollback line', async () => {
  talk = await beginHistory();
  const a = await talk.release('A');
  const b = await talk.release('B');
  await talk.rollBack('', 'bob');
  const [status = ''] = (await talk.say('ada', '/status production')).replies;
  const rows = [...status.matchAll(/^- \*\*P\d.*\n {2}.*/gm)].map(([row]) => row);
  expect(rows.map((row) => [/2026-\S+ \S+/.exec(row)?.[0], /\bP\d\b/.exec(row)?.[0]])).toEqual([
    ['2026-11-24 09:03', 'P3'],
    ['2026-11-24 09:02', 'P2'],
    ['2026-11-24 09:01', 'P1'],
  ]);
  expect(rows.map((row) => [...row.matchAll(/`([^`]+)`/g)].map(([, value]) => value))).toEqual([
    [shown(a.digest), `main-${a.tag}`, 'rollback-20261124-090200-release', 'main', 'latest', 'ada', 'bob'],
    [shown(b.digest), `main-${b.tag}`, 'rollback-20261124-090300-it-fails', 'ada', 'ada', 'bob'],
    [shown(a.digest), `main-${a.tag}`, 'rollback-20261124-090200-release', 'ada', 'ada', 'bob'],
  ]);
  expect(status).toContain('`/rollback to rollback-20261124-090100-release --reason "…"`');
  await talk.world.end();
});

test('an image that was rolled back can be promoted again, with a warning', async () => {
  talk = await beginHistory();
  await talk.release('A');
  const b = await talk.release('B');
  await talk.rollBack();
  await talk.say('ada', `/promote ${b.tag}`);
  expect(await talk.findings(4)).toContain('warn rolled-back');
  expect(talk.card(4)).toMatch(/\*\*rolled-back\*\*.*\bP3\b/);
  await talk.approve('bob', 4);
  expect(talk.holds()).toBe(b.digest);
  await talk.world.end();
});

/** What a rollback goes back to, as it is called. */
async function targetOf(number: number): Promise<string> {
  const promotion = await talk.promotion(number);
  expect(promotion.kind).toBe('rollback');
  return sourceName(promotion);
}
