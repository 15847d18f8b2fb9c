// Drift: somebody moves a production tag, or a cleanup job deletes what production holds or could go back to.
import { afterEach, describe, expect, test } from 'vitest';
import { outcomesOf } from '../../src/engine/core/journal.ts';
import { driftLines } from '../../src/messages/drift.ts';
import { listJournal } from '../../src/store/promotions/tag-moves.ts';
import { alarmTexts, breakChild, DRIFT_ALARM, driftsOf, MINUTE_MS, moved, noticed } from './drift-world.ts';
import { beginHistory, type Historic } from './history.ts';
import { alarmsOf, isRead, strange, trailOf } from './release.ts';
import { IMAGE } from './world.ts';

let talk: Historic;

afterEach(async () => {
  await talk.world.close();
});

describe('a tag of production that somebody moved', () => {
  test('is detected at the second read-back, confirmed, and reported in the thread with the line that fixes it', async () => {
    talk = await beginHistory();
    const { world } = talk;
    const a = await talk.release('A');
    const other = strange(world);
    world.registry.setTag(IMAGE, 'latest', other.digest);

    await world.pass(MINUTE_MS);
    expect(await driftsOf(talk)).toEqual([]);
    await world.pass(44_000);
    expect(await driftsOf(talk)).toEqual([]);
    await world.pass(1000);
    const told = await driftsOf(talk);
    const { id: promotionId } = await talk.promotion();
    const noticedAt = world.clock.now();
    expect(told).toMatchObject([
      { promotionId, noticedAt, differences: [moved('latest', other.digest, a.digest)], over: null },
    ]);
    const [text = ''] = alarmTexts(talk);
    for (const part of ['@ada ', '`/rollback to P1 --reason "…"`', `\`/promote ${a.tag}\``])
      expect(text).toContain(part);
    expect(alarmsOf(world)).toEqual([DRIFT_ALARM]);
    expect(await metricsOf()).toContain(`imprimatur_drift{environment="production"} 1`);
    expect(await metricsOf()).not.toContain('acme');
    await world.restart({ METRICS_TOKEN });
    expect(await metricsOf()).toContain(`imprimatur_drift{repo="acme/dotca",environment="production"} 1`);
    const { replies } = await talk.say('bob', '/status');
    expect(replies.join()).toContain(driftLines({ differences: told[0]?.differences ?? [] }));

    // Hours later it is one alarm still, and the tag is as it was found.
    await world.pass(60 * MINUTE_MS, 5 * MINUTE_MS);
    expect(await driftsOf(talk)).toEqual(told);
    expect(alarmTexts(talk)).toEqual([text]);
    expect(alarmsOf(world)).toEqual([DRIFT_ALARM]);
    expect(world.registry.tag(IMAGE, 'latest')).toBe(other.digest);

    await talk.say('ada', '/rollback to P1 --reason "drift"');
    expect(talk.holds()).toBe(a.digest);
    expect(world.registry.tag(IMAGE, 'rollback-20261124-100245-drift')).toBe(other.digest);
    await world.pass(MINUTE_MS);
    expect(await driftsOf(talk)).toMatchObject([
      { noticedAt, over: { at: world.clock.now(), because: { kind: 'promotion', number: 2 } } },
    ]);
    expect(await metricsOf()).not.toContain('imprimatur_drift{');
    const trail = (await trailOf(world)).filter(({ kind }) => kind.startsWith('drift'));
    expect(trail).toMatchObject([
      { kind: 'drifted', promotion: 1, actor: null },
      { kind: 'drift-over', promotion: 1, details: { because: { kind: 'promotion', number: 2 } } },
    ]);
    await world.end();
  });

  test('is fixed by promoting the same image again: only the missing moves, and an approval', async () => {
    talk = await beginHistory();
    const { world } = talk;
    const a = await talk.release('A');
    const other = strange(world);
    world.registry.setTag(IMAGE, 'latest', other.digest);
    await noticed(talk);
    await talk.say('ada', `/promote ${a.tag}`);
    await talk.say('bob', '/approve P2');
    expect(await talk.state(2)).toBe('promoted');
    expect(talk.holds()).toBe(a.digest);
    expect(talk.card(2)).not.toContain('`main`:');
    await world.pass(MINUTE_MS);
    expect(await driftsOf(talk)).toMatchObject([{ over: { because: { kind: 'promotion', number: 2 } } }]);
    await world.end();
  });

  test('is over when somebody moves it back, and a new alert when it is moved once more', async () => {
    talk = await beginHistory();
    const { world } = talk;
    const a = await talk.release('A');
    const other = strange(world);
    world.registry.setTag(IMAGE, 'main', other.digest);
    await noticed(talk);
    world.registry.setTag(IMAGE, 'main', a.digest);
    await world.pass(5 * MINUTE_MS);
    expect(await driftsOf(talk)).toMatchObject([{ over: { because: { kind: 'put-right' } } }]);

    world.registry.setTag(IMAGE, 'main', other.digest);
    await world.pass(6 * MINUTE_MS, MINUTE_MS / 4);
    expect(await driftsOf(talk)).toMatchObject([
      { over: {} },
      { over: null, differences: [moved('main', other.digest)] },
    ]);
    expect(alarmsOf(world)).toEqual([DRIFT_ALARM, DRIFT_ALARM]);
    await world.end();
  });

  test('that moves on to a third image changes the comment, and a second tag is another alert', async () => {
    talk = await beginHistory();
    const { world } = talk;
    await talk.release('A');
    const [second, third] = [strange(world, 'second'), strange(world, 'third')];
    world.registry.setTag(IMAGE, 'main', second.digest);
    await noticed(talk);
    world.registry.setTag(IMAGE, 'main', third.digest);
    await world.pass(5 * MINUTE_MS);
    expect(await driftsOf(talk)).toMatchObject([{ differences: [moved('main', third.digest)] }]);
    expect(alarmsOf(world)).toEqual([DRIFT_ALARM]);
    world.registry.setTag(IMAGE, 'latest', third.digest);
    await world.pass(6 * MINUTE_MS, MINUTE_MS / 4);
    expect(await driftsOf(talk)).toMatchObject([
      { differences: [moved('main', third.digest)] },
      { differences: [moved('latest', third.digest)] },
    ]);
    await world.end();
  });

  test('and right back is lag, not drift: nothing is reported', async () => {
    talk = await beginHistory();
    const { world } = talk;
    const a = await talk.release('A');
    world.registry.setTag(IMAGE, 'main', talk.old.digest);
    await world.pass(MINUTE_MS);
    world.registry.setTag(IMAGE, 'main', a.digest);
    await world.pass(10 * MINUTE_MS, MINUTE_MS / 4);
    expect(await driftsOf(talk)).toEqual([]);
    expect(alarmsOf(world)).toEqual([]);
    expect((await trailOf(world)).filter(({ kind }) => kind.startsWith('drift'))).toEqual([]);
    await world.end();
  });
});

describe('a cleanup job that deletes a platform', () => {
  test('of production’s image: the image is named, with a complete one', async () => {
    talk = await beginHistory();
    const { world } = talk;
    const a = await talk.release('A');
    const b = await talk.release('B');
    const child = breakChild(talk, b);
    await noticed(talk);
    expect(await driftsOf(talk)).toMatchObject([
      {
        over: null,
        alternative: 'P1',
        alternativeOutcome: { outcome: 'promoted', forced: false },
        differences: [
          { kind: 'missing', image: { role: 'production', name: 'P2' }, manifest: child, platform: 'linux/arm64' },
        ],
      },
    ]);
    const [text = ''] = alarmTexts(talk);
    expect(text).toContain('`/rollback to P1 --reason "…"`');
    expect(text).not.toContain('/rollback to P2');
    expect(await talk.rollBack('to P1')).toEqual([]);
    expect(talk.holds()).toBe(a.digest);
    expect(await rollbackTagOf(3)).toBeNull();
    // What was left by a rollback is no default target, and so nobody's concern.
    await world.pass(MINUTE_MS);
    expect(await driftsOf(talk)).toMatchObject([{ over: {} }]);
    await world.end();
  });

  test('of production’s image, without a complete target: a new image is promoted over it', async () => {
    talk = await beginHistory({ empty: true });
    const { world } = talk;
    breakChild(talk, await talk.release('A'));
    await noticed(talk);
    expect(await driftsOf(talk)).toMatchObject([{ over: null, alternative: null }]);
    expect(alarmTexts(talk)[0]).not.toContain('/rollback');
    const b = await talk.release('B');
    expect(talk.holds()).toBe(b.digest);
    expect(await rollbackTagOf(2)).toBeNull();
    // It is what could be gone back to now, and is told on as such: the same loss is no second alarm.
    await world.pass(MINUTE_MS);
    expect(await driftsOf(talk)).toMatchObject([{ differences: [{ image: { role: 'target', name: 'P1' } }] }]);
    expect(alarmsOf(world)).toEqual([DRIFT_ALARM]);
    await world.end();
  });

  test('of a rollback target: a warning, which is over when the same image is pushed again', async () => {
    talk = await beginHistory();
    const { world } = talk;
    const a = await talk.release('A');
    const b = await talk.release('B');
    await talk.release('C');
    breakChild(talk, b);
    await noticed(talk);
    expect(await driftsOf(talk)).toMatchObject([
      {
        alternative: 'P1',
        differences: [{ kind: 'missing', image: { role: 'target', name: 'P2' }, platform: 'linux/arm64' }],
      },
    ]);
    const [text = ''] = alarmTexts(talk);
    expect(text).toContain('> [!WARNING]');
    expect(text).toContain('`/rollback to P1 --reason "…"`');
    world.registry.addImage({ repository: IMAGE, image: b.image });
    await world.pass(5 * MINUTE_MS);
    expect(await driftsOf(talk)).toMatchObject([{ over: { because: { kind: 'put-right' } } }]);
    expect(a.digest).not.toBe(b.digest);
    await world.end();
  });

  test('of an image whose manifest goes with it, and of the one that was there before the first promotion', async () => {
    talk = await beginHistory();
    const { world, old } = talk;
    await talk.release('A');
    world.registry.deleteManifest(IMAGE, old.digest);
    await noticed(talk);
    const image = { role: 'target', name: 'rollback-20261124-090100-release' };
    expect(await driftsOf(talk)).toMatchObject([
      { differences: [{ kind: 'missing', image, manifest: old.digest, platform: null }] },
    ]);
    await world.end();
  });

  test('of the fourth image back, or an attestation: no target, and nobody pulls it', async () => {
    talk = await beginHistory();
    const { world } = talk;
    const a = await talk.release('A');
    for (const message of ['B', 'C', 'D']) await talk.release(message);
    const e = await talk.release('E');
    breakChild(talk, a);
    const attestation = e.image.children.find(({ platform }) => platform === 'unknown/unknown');
    world.registry.deleteManifest(IMAGE, attestation?.digest ?? '');
    await world.pass(10 * MINUTE_MS, MINUTE_MS / 4);
    expect(await driftsOf(talk)).toEqual([]);
    await world.end();
  });
});

test('a check takes a request for each tag, and for each of four images one and one for each platform', async () => {
  talk = await beginHistory();
  const { world } = talk;
  for (const message of ['A', 'B', 'C', 'D']) await talk.release(message);
  await world.pass(10 * MINUTE_MS, MINUTE_MS);
  const before = world.registry.requests.length;
  await world.pass(5 * MINUTE_MS);
  const asked = world.registry.requests.slice(before);
  expect(asked.filter(({ method, path }) => isRead({ method, path, repository: null, reference: null }))).toHaveLength(
    14,
  );
  expect(asked.filter(({ status }) => status === 200)).toHaveLength(asked.length);
  await world.end();
});

/** What the rollback tag of a promotion was written as; null where it was not made. */
async function rollbackTagOf(number: number): Promise<string | null> {
  const { id } = await talk.promotion(number);
  const journal = await listJournal(talk.world.app.store.db, id);
  const tag = outcomesOf(journal).find(({ kind }) => kind === 'rollback');
  if (tag === undefined) throw new Error(`P${number} planned no rollback tag`);
  return tag.holds;
}

const METRICS_TOKEN = 'a-token-for-prometheus';

async function metricsOf(): Promise<string> {
  const address = talk.world.app.server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the app does not listen');
  const headers = { authorization: `Bearer ${METRICS_TOKEN}` };
  return (await fetch(`http://127.0.0.1:${address.port}/metrics`, { headers })).text();
}
