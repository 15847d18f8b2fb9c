// Drift: somebody moves a production tag, or a cleanup job deletes what production holds or could go back to.
import { afterEach, describe, expect, test } from 'vitest';
import { breakChild, driftsOf, MINUTE_MS, noticed } from './drift-world.ts';
import { beginHistory, type Historic } from './history.ts';
import { alarmsOf, isRead, strange, trailOf } from './release.ts';
import { IMAGE } from './world.ts';

const ALARM = 'production drifted from what was promoted';

let talk: Historic;

afterEach(async () => {
  await talk.world.close();
});

describe('a tag of production that somebody moved', () => {
  test('is noticed at the second read-back, looked at twice, and told in the thread with the line that puts it right', async () => {
    talk = await beginHistory();
    const { world } = talk;
    const a = await talk.release('A');
    const other = strange(world);
    world.registry.setTag(IMAGE, 'latest', other.digest);

    await world.pass(MINUTE_MS);
    expect(driftsOf(talk)).toEqual([]);
    await world.pass(44_000);
    expect(driftsOf(talk)).toEqual([]);
    await world.pass(1000);
    const [text = '', ...more] = driftsOf(talk);
    expect(more).toEqual([]);
    expect(text).toContain(
      '**`production` has drifted**: it is no longer what P1 put there. Noticed 2026-11-24 09:02 UTC.',
    );
    expect(text).toContain(`- \`latest\` holds \`${other.digest}\`; \`${a.digest}\` was promoted.`);
    expect(text).toContain(
      `@ada Who moved a tag can't be seen, and nothing is moved back by itself. To put the tags back: \`/rollback to P1 --reason "…"\` or \`/promote ${a.tag}\`.`,
    );
    expect(alarmsOf(world)).toEqual([ALARM]);
    expect(await metricsOf()).toContain(`imprimatur_drift{repo="acme/dotca",environment="production"} 1`);
    const { replies } = await talk.say('bob', '/status');
    expect(replies.join()).toContain('**Drift**, noticed 2026-11-24 09:02 UTC:');
    expect(replies.join()).toContain(`- \`latest\` holds \`${other.digest}\``);

    // Hours later it is one alarm still, and the tag is as it was found.
    await world.pass(60 * MINUTE_MS, 5 * MINUTE_MS);
    expect(driftsOf(talk)).toEqual([text]);
    expect(alarmsOf(world)).toEqual([ALARM]);
    expect(world.registry.tag(IMAGE, 'latest')).toBe(other.digest);

    await talk.say('ada', '/rollback to P1 --reason "drift"');
    expect(talk.holds()).toBe(a.digest);
    expect(world.registry.tag(IMAGE, 'rollback-20261124-100245-drift')).toBe(other.digest);
    await world.pass(MINUTE_MS);
    expect(driftsOf(talk)).toHaveLength(1);
    expect(driftsOf(talk)[0]).toContain(
      '> **The drift of `production` is over**, 2026-11-24 10:03 UTC: P2 was promoted. Noticed 2026-11-24 09:02 UTC; it was this:',
    );
    expect(await metricsOf()).not.toContain('imprimatur_drift{');
    const trail = (await trailOf(world)).filter(({ kind }) => kind.startsWith('drift'));
    expect(trail).toMatchObject([
      { kind: 'drifted', promotion: 1, actor: null },
      { kind: 'drift-over', promotion: 1, details: { because: { kind: 'promotion', number: 2 } } },
    ]);
    await world.end();
  });

  test('is put right by promoting the same image again: only the missing moves, and an approval', async () => {
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
    expect(driftsOf(talk)).toHaveLength(1);
    expect(driftsOf(talk)[0]).toContain('is over');
    await world.end();
  });

  test('is over when somebody moves it back, and a new alarm when it is moved once more', async () => {
    talk = await beginHistory();
    const { world } = talk;
    const a = await talk.release('A');
    const other = strange(world);
    world.registry.setTag(IMAGE, 'main', other.digest);
    await noticed(talk);
    world.registry.setTag(IMAGE, 'main', a.digest);
    await world.pass(5 * MINUTE_MS);
    expect(driftsOf(talk)).toHaveLength(1);
    expect(driftsOf(talk)[0]).toContain('all of it is as it should be again');

    world.registry.setTag(IMAGE, 'main', other.digest);
    await world.pass(6 * MINUTE_MS, MINUTE_MS / 4);
    expect(driftsOf(talk)).toHaveLength(2);
    expect(driftsOf(talk)[1]).toContain('has drifted');
    expect(alarmsOf(world)).toEqual([ALARM, ALARM]);
    await world.end();
  });

  test('that moves on to a third image changes the comment, and a second tag is an alarm of its own', async () => {
    talk = await beginHistory();
    const { world } = talk;
    await talk.release('A');
    const [second, third] = [strange(world, 'second'), strange(world, 'third')];
    world.registry.setTag(IMAGE, 'main', second.digest);
    await noticed(talk);
    world.registry.setTag(IMAGE, 'main', third.digest);
    await world.pass(5 * MINUTE_MS);
    expect(driftsOf(talk)).toHaveLength(1);
    expect(driftsOf(talk)[0]).toContain(`\`main\` holds \`${third.digest}\``);
    expect(alarmsOf(world)).toEqual([ALARM]);
    world.registry.setTag(IMAGE, 'latest', third.digest);
    await world.pass(6 * MINUTE_MS, MINUTE_MS / 4);
    expect(driftsOf(talk)).toHaveLength(2);
    expect(driftsOf(talk)[1]).toContain(`\`latest\` holds \`${third.digest}\``);
    expect(driftsOf(talk)[1]).not.toContain('`main` holds');
    await world.end();
  });

  test('and right back is lag, not drift: nobody hears of it', async () => {
    talk = await beginHistory();
    const { world } = talk;
    const a = await talk.release('A');
    world.registry.setTag(IMAGE, 'main', talk.old.digest);
    await world.pass(MINUTE_MS);
    world.registry.setTag(IMAGE, 'main', a.digest);
    await world.pass(10 * MINUTE_MS, MINUTE_MS / 4);
    expect(driftsOf(talk)).toEqual([]);
    expect(alarmsOf(world)).toEqual([]);
    expect((await trailOf(world)).filter(({ kind }) => kind.startsWith('drift'))).toEqual([]);
    await world.end();
  });
});

describe('a cleanup job that deletes a platform', () => {
  test('of what production holds: the image is named, with the one that is whole', async () => {
    talk = await beginHistory();
    const { world } = talk;
    const a = await talk.release('A');
    const b = await talk.release('B');
    const child = breakChild(talk, b);
    await noticed(talk);
    const [text = ''] = driftsOf(talk);
    expect(text).toContain('has drifted');
    expect(text).toContain(
      `- \`P2\`, what production should hold: the manifest of \`linux/arm64\` is gone (\`${child}\`).`,
    );
    expect(text).toContain(
      `P2 can't be pulled any more: push the same image again, or build anew and promote that. \`P1\` is whole: \`/rollback to P1 --reason "…"\`.`,
    );
    expect(text).not.toContain('To put the tags back');
    expect(await talk.rollBack('to P1')).toBe('');
    expect(talk.holds()).toBe(a.digest);
    expect(talk.card(3)).toContain('-it-fails`: not made, as what the tags held is not whole');
    // What was left by a rollback is no default target, and so nobody's concern.
    await world.pass(MINUTE_MS);
    expect(driftsOf(talk)[0]).toContain('is over');
    await world.end();
  });

  test('of what production holds, with nothing whole to go back to: a new image is promoted over it', async () => {
    talk = await beginHistory({ empty: true });
    const { world } = talk;
    breakChild(talk, await talk.release('A'));
    await noticed(talk);
    expect(driftsOf(talk)[0]).toContain('build anew and promote that.\n');
    const b = await talk.release('B');
    expect(talk.holds()).toBe(b.digest);
    expect(talk.card(2)).toContain('not made, as what the tags held is not whole');
    // It is what could be gone back to now, and is told on as such: the same loss is no second alarm.
    await world.pass(MINUTE_MS);
    expect(driftsOf(talk)).toEqual([expect.stringContaining('`P1`, which could be rolled back to')]);
    expect(alarmsOf(world)).toEqual([ALARM]);
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
    const [text = ''] = driftsOf(talk);
    expect(text).toContain('> [!WARNING]\n> **What `production` could be rolled back to is no longer whole.**');
    expect(text).toContain('- `P2`, which could be rolled back to: the manifest of `linux/arm64` is gone');
    expect(text).toContain(
      'A rollback to `P2` would fail until the same image is pushed again. `P1` is whole: `/rollback to P1 --reason "…"`.',
    );
    world.registry.addImage({ repository: IMAGE, image: b.image });
    await world.pass(5 * MINUTE_MS);
    expect(driftsOf(talk)[0]).toContain('all of it is as it should be again');
    expect(a.digest).not.toBe(b.digest);
    await world.end();
  });

  test('of an image whose manifest goes with it, and of the one that was there before the first promotion', async () => {
    talk = await beginHistory();
    const { world, old } = talk;
    await talk.release('A');
    world.registry.deleteManifest(IMAGE, old.digest);
    await noticed(talk);
    expect(driftsOf(talk)[0]).toContain(
      `- \`rollback-20261124-090100-release\`, which could be rolled back to: its manifest is gone (\`${old.digest}\`).`,
    );
    await world.end();
  });

  test('of the fourth image back, or an attestation: nobody could go there, and nobody pulls it', async () => {
    talk = await beginHistory();
    const { world } = talk;
    const a = await talk.release('A');
    for (const message of ['B', 'C', 'D']) await talk.release(message);
    const e = await talk.release('E');
    breakChild(talk, a);
    const attestation = e.image.children.find(({ platform }) => platform === 'unknown/unknown');
    world.registry.deleteManifest(IMAGE, attestation?.digest ?? '');
    await world.pass(10 * MINUTE_MS, MINUTE_MS / 4);
    expect(driftsOf(talk)).toEqual([]);
    await world.end();
  });
});

test('a look costs a request for each tag, and for each of four images one and one for each platform', async () => {
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

async function metricsOf(): Promise<string> {
  const address = talk.world.app.server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the app does not listen');
  return (await fetch(`http://127.0.0.1:${address.port}/metrics`)).text();
}
