// Rollbacks that meet trouble: parts that are gone, other promotions at work, tags that somebody moves meanwhile.
import { afterEach, describe, expect, test } from 'vitest';
import { shown } from './conversation.ts';
import { beginHistory, breakLayer, type Historic, type Released } from './history.ts';
import { refused } from './answers.ts';
import { beforeRequest, isPut, trailOf, writesOf } from './release.ts';
import type { FailureProblem } from '../../src/domain/promotion/failure.ts';
import { write } from './policy-world.ts';
import { IMAGE } from './world.ts';

let talk: Historic;

afterEach(async () => {
  await talk.world.close();
});

const ONE_APPROVAL = 'rollback:\n  approvals:\n    required: 1\n';

const TWO_APPROVALS = 'environments:\n  production:\n    approvals:\n      required: 2\n';

async function problemOf(number: number): Promise<FailureProblem> {
  const { state } = await talk.promotion(number);
  if (state.kind !== 'failed') throw new Error(`P${number} is ${state.kind}`);
  expect(state.failure.production).toBe('untouched');
  return state.failure.problem;
}

type Three = { readonly a: Released; readonly b: Released; readonly c: Released };

async function three(options: Parameters<typeof beginHistory>[0] = {}): Promise<Three> {
  talk = await beginHistory(options);
  return { a: await talk.release('A'), b: await talk.release('B'), c: await talk.release('C') };
}

describe('a part of the target is gone', () => {
  test('a layer: it fails the checks, the newest complete image is named with its line, and that line works', async () => {
    const { a, b, c } = await three();
    const layer = breakLayer(talk, b);
    await talk.rollBack();
    expect(await talk.state(4)).toBe('checks-failed');
    expect(talk.holds()).toBe(c.digest);
    expect(await talk.findings(4)).toContain('fail completeness');
    expect(talk.card(4)).toMatch(new RegExp(`\\*\\*completeness\\*\\*.*linux/amd64.*${shown(layer)}`));
    const [line = ''] = /\/rollback to P1 --reason "…"/.exec(talk.card(4)) ?? [];
    expect(talk.card(4)).toContain('`/status production`');
    expect(talk.card(4)).not.toContain('/promote');

    await talk.say('ada', line);
    expect(talk.holds()).toBe(a.digest);
    await talk.world.end();
  });

  test('the whole manifest: it fails with the alternative, and nothing moves', async () => {
    const { b, c } = await three();
    talk.world.registry.deleteManifest(IMAGE, b.digest);
    await talk.rollBack('to P2');
    expect(await talk.state(4)).toBe('failed');
    expect(await problemOf(4)).toMatchObject({
      code: 'target-gone',
      alternative: 'P1',
      alternativeOutcome: { outcome: 'promoted', forced: false },
    });
    expect(talk.card(4)).toContain('/rollback to P1 --reason "…"');
    expect(talk.card(4)).toContain('`/rollback to P2 --reason "…"`');
    expect(talk.holds()).toBe(c.digest);
    await talk.world.end();
  });

  test('every other one is incomplete too: none is named', async () => {
    const { a, b, c } = await three();
    for (const released of [a, b]) breakLayer(talk, released);
    await talk.rollBack();
    expect(await talk.state(4)).toBe('checks-failed');
    expect(talk.card(4)).not.toMatch(/\/rollback to (?:P1|P3)/);
    expect(talk.holds()).toBe(c.digest);
    await talk.world.end();
  });

  test('after it was examined and before the first tag: no tag is written at all', async () => {
    const { b, c } = await three({ policy: ONE_APPROVAL });
    await talk.rollBack();
    expect(await talk.state(4)).toBe('awaiting-approval');
    const layer = breakLayer(talk, b);
    const before = writesOf(talk.world);
    await talk.approve('bob', 4);
    expect(await talk.state(4)).toBe('failed');
    expect(writesOf(talk.world)).toEqual(before);
    expect(talk.holds()).toBe(c.digest);
    expect(await problemOf(4)).toMatchObject({
      code: 'target-incomplete',
      digest: b.digest,
      because: { kind: 'parts-missing', first: { part: 'layer', digest: layer, platform: 'linux/amd64' } },
      alternative: 'P1',
      alternativeOutcome: { outcome: 'promoted', forced: false },
    });
    expect(talk.card(4)).toContain('/rollback to P1 --reason "…"');
    await talk.world.end();
  });

  test('it is pushed again: Re-run of the check run continues', async () => {
    const { b } = await three();
    breakLayer(talk, b);
    await talk.rollBack();
    talk.world.registry.addImage({ repository: IMAGE, image: b.image });
    const run = talk.repo.checkRuns(b.commit).at(-1);
    if (run === undefined) throw new Error('no check run');
    await talk.repo.rerun({ checkRun: run.id, by: 'ada' });
    await talk.world.drain();
    expect(talk.holds()).toBe(b.digest);
    await talk.world.end();
  });
});

describe('with other promotions', () => {
  test('a waiting promotion is re-planned, its approval is void, and it can still be approved', async () => {
    const { b } = await three();
    write(talk, TWO_APPROVALS);
    const d = talk.build('D');
    await talk.say('ada', `/promote ${d.tag}`);
    await talk.say('bob', '/approve P4');
    await talk.rollBack();
    expect(talk.holds()).toBe(b.digest);
    expect(await talk.state(4)).toBe('awaiting-approval');
    expect((await talk.promotion(4)).notice).toMatchObject({ kind: 'production-moved' });
    const trail = await trailOf(talk.world);
    expect(trail.filter(({ kind }) => kind === 'replanned')).toMatchObject([
      { promotion: 4, details: { state: 'examining' } },
    ]);
    expect(trail.findLast(({ kind }) => kind === 'examined')).toMatchObject({
      promotion: 4,
      details: { voided: ['bob'] },
    });
    expect(talk.card(4)).toContain(`- \`main\`: \`${shown(b.digest)}\` → \`${shown(d.digest)}\``);
    await talk.approve('bob', 4);
    await talk.approve('mia', 4);
    expect(talk.holds()).toBe(d.digest);
    await talk.world.end();
  });

  test('a promotion of the same image waits: the rollback goes first, and ends it', async () => {
    const { b } = await three();
    write(talk, 'environments: { production: { order: off } }\n');
    await talk.say('ada', `/promote ${b.tag}`);
    expect(await talk.state(4)).toBe('awaiting-approval');
    await talk.rollBack('to P2');
    expect(talk.holds()).toBe(b.digest);
    expect(await talk.state(5)).toBe('promoted');
    expect(await talk.state(4)).toBe('superseded');
    await talk.world.end();
  });

  test('a rollback that waits for approval is requested again: the second requester joins, and production goes back one step', async () => {
    const { b, c } = await three({ policy: ONE_APPROVAL });
    await talk.rollBack();
    expect(await talk.rollBack('', 'bob')).toMatchObject([
      refused('already-requested', { promotion: 4, environment: 'production' }),
    ]);
    expect(talk.holds()).toBe(c.digest);
    await talk.approve('bob', 4);
    expect(talk.holds()).toBe(b.digest);
    await talk.world.end();
  });

  test('a rollback that waits is superseded by a newer promotion', async () => {
    await three({ policy: ONE_APPROVAL });
    await talk.rollBack();
    const d = talk.build('D');
    await talk.say('ada', `/promote ${d.tag}`);
    await talk.approve('bob', 5);
    expect(talk.holds()).toBe(d.digest);
    expect(await talk.state(4)).toBe('superseded');
    await talk.world.end();
  });

  test('production is moved by hand between the plan and the first tag: re-planned over that, and done', async () => {
    const { b } = await three({ policy: ONE_APPROVAL });
    const foreign = talk.build('by hand');
    await talk.rollBack();
    for (const tag of ['main', 'latest']) talk.world.registry.setTag(IMAGE, tag, foreign.digest);
    await talk.approve('bob', 4);
    expect(await talk.state(4)).toBe('awaiting-approval');
    expect((await talk.promotion(4)).notice).toMatchObject({ kind: 'production-moved' });
    await talk.approve('bob', 4);
    expect(talk.holds()).toBe(b.digest);
    await talk.world.end();
  });
});

test('production is mixed: the card names the previous image, and that line moves all tags back', async () => {
  const { b, c } = await three();
  const { quirks } = talk.world.registry;
  quirks.deny403 = [{ times: 1, on: /^PUT .*\/latest$/ }];
  beforeRequest(
    talk.world,
    (call) => isPut(call) && call.path.endsWith('/latest'),
    () => quirks.deny403.push({ times: 1, on: /^PUT .*\/main$/ }),
  );
  const d = await talk.release('D');
  expect(talk.production()).toEqual({ main: d.digest, latest: c.digest });
  const [line = ''] = /\/rollback to sha256:[0-9a-f]{64} --reason "…"/.exec(talk.card(4)) ?? [];
  expect(line).toContain(c.digest);

  await talk.say('ada', line);
  expect(talk.holds()).toBe(c.digest);
  await talk.rollBack();
  expect(talk.holds()).toBe(b.digest);
  await talk.world.end();
});
