// A login that a policy lists is somebody else's by now: the card says so, and the new account approves nothing.
import { afterEach, describe, expect, test } from 'vitest';
import { takenNameWords } from '../../src/messages/card/taken-names.ts';
import type { TakenName } from '../../src/domain/policy/pinned-name.ts';
import { listPins } from '../../src/store/pins.ts';
import { refused } from './answers.ts';
import { IMAGE, stage } from './world.ts';
import { begin, type Conversation } from './conversation.ts';
import { beginUnder, push, write } from './policy-world.ts';

const LISTED = 'environments: { production: { approvals: { users: [maria] } } }\n';

let talk: Conversation;
afterEach(async () => {
  await talk.world.close();
});

/** Promotes once by maria's approval, so that her id is kept; then her login is somebody else's. Answers both ids. */
async function passOn(): Promise<{ readonly id: number; readonly holder: number }> {
  const { world, repo } = talk;
  repo.user('maria', 'write');
  await talk.request();
  await talk.approve('maria');
  expect(await talk.state()).toBe('promoted');
  const [pin] = await pins();
  const holder = world.github.passOnLogin('maria', 'maria-lopez');
  return { id: pin?.id ?? 0, holder };
}

async function pins(owner = 'acme'): ReturnType<typeof listPins> {
  return listPins(talk.world.app.store.db, { owner, kind: 'user', names: ['maria'] });
}

async function requestAgain(): Promise<number> {
  const commit = talk.repo.commitOn('staging', { message: 'Later' });
  stage(talk.world, { commit });
  const before = talk.world.github.requests.length;
  await talk.say('ada', `/promote staging-${commit.slice(0, 7)}`);
  return talk.world.github.requests.slice(before).filter(({ path }) => path.endsWith('/maria/permission')).length;
}

async function taken(): Promise<TakenName> {
  const [pin] = await pins();
  if (pin === undefined || pin.holder === null) throw new Error('nobody is known to have taken the name');
  return { ...pin, holder: pin.holder };
}

describe('a listed login that belongs to another account', () => {
  test('is shown on the card, and only the first account can approve, whatever its login', async () => {
    talk = await beginUnder(LISTED);
    const { id, holder } = await passOn();
    talk.repo.user('maria', 'write');
    expect(await requestAgain()).toBe(1);
    expect(await taken()).toMatchObject({ id, holder });
    expect(talk.card(2)).toContain(takenNameWords(await taken()));
    await talk.approve('maria');
    expect(await talk.state(2)).toBe('awaiting-approval');
    await talk.approve('maria-lopez');
    expect(await talk.state(2)).toBe('promoted');
    expect(talk.card(2)).not.toContain(takenNameWords(await taken()));
    await talk.world.end();
  });

  test('is shown until the file has the id of the new account, even before any request', async () => {
    talk = await beginUnder(LISTED);
    const { holder } = await passOn();
    talk.repo.user('maria', 'write');
    await requestAgain();
    const words = takenNameWords(await taken());
    expect(talk.card(2)).toContain(words);
    await push(talk, LISTED.replace('maria', `"maria#${holder}"`));
    // What was asked for under the file of before still needs what that says.
    expect(talk.card(2)).toContain(words);
    await requestAgain();
    expect(talk.card(3)).not.toContain(words);
    await talk.approve('maria', 3);
    expect(await talk.state(3)).toBe('promoted');
    await talk.world.end();
  });

  test('does not count either once the repository belongs to another owner, or its owner has another name', async () => {
    talk = await begin({ owners: ['acme', 'globex'] });
    const image = `${talk.world.registry.host}/${IMAGE}`;
    write(talk, `images: ["${image}"]\n${LISTED}`);
    await talk.world.restart({ ALLOWED_OWNERS: 'acme,globex', IMAGE_GRANTS: `${image}=acme/dotca` });
    const { id, holder } = await passOn();
    await talk.repo.settings.transfer('globex');
    await talk.world.drain();
    talk.repo.user('maria', 'write');
    await requestAgain();
    const [pin] = await pins('globex');
    expect(pin).toMatchObject({ id, holder });
    if (pin === undefined) throw new Error('the pin was not taken along');
    expect(talk.card(2)).toContain(takenNameWords({ ...pin, holder }));
    expect((await talk.approve('maria')).answers).toMatchObject([refused('another-account')]);
    await talk.approve('maria-lopez');
    expect(await talk.state(2)).toBe('promoted');
    await talk.world.end();
  });

  test('that the first account took back is no longer shown', async () => {
    talk = await beginUnder(LISTED);
    await passOn();
    await requestAgain();
    const words = takenNameWords(await taken());
    talk.world.github.passOnLogin('maria', 'mallory');
    talk.world.github.passOnLogin('maria-lopez', 'maria');
    await requestAgain();
    expect(await pins()).toMatchObject([{ holder: null }]);
    expect(talk.card(2)).not.toContain(words);
    expect(talk.card(3)).not.toContain(words);
    await talk.world.end();
  });
});

test('an unchanged login takes no counted request, and is not shown', async () => {
  talk = await beginUnder(LISTED);
  talk.repo.user('maria', 'write');
  await talk.request();
  await talk.approve('maria');
  await requestAgain();
  expect(await pins()).toMatchObject([{ holder: null }]);
  expect(talk.card(2)).not.toContain('pinned');
  const last = talk.world.github.requests.findLast(({ path }) => path.endsWith('/maria/permission'));
  expect(last).toMatchObject({ status: 304 });
  await talk.world.end();
});

test('a failure of GitHub to look up a login blocks no request', async () => {
  talk = await beginUnder(LISTED);
  await passOn();
  talk.world.github.failNext({ path: /\/maria\/permission$/, status: 500, times: 3 });
  await requestAgain();
  expect(await talk.state(2)).toBe('awaiting-approval');
  await talk.world.end();
});

test('an App with the slug of another one is named on the card once it tried to approve', async () => {
  talk = await beginUnder('environments: { production: { approvals: { apps: [deployer] } } }\n');
  await talk.request();
  const approveBy = async (id: number, number: number): Promise<void> => {
    const body = `/approve P${number} ${await talk.plan(number)}`;
    await talk.repo.comment({ issue: talk.issue, by: 'bob', body, via: { id, slug: 'deployer' } });
    await talk.world.drain();
  };
  await approveBy(4242, 1);
  expect(await talk.state()).toBe('promoted');
  await requestAgain();
  await approveBy(4343, 2);
  expect(await talk.state(2)).toBe('awaiting-approval');
  const { takenNames } = await talk.world.view(await talk.promotion(2));
  expect(takenNames).toMatchObject([{ kind: 'app', name: 'deployer', id: 4242, holder: 4343 }]);
  for (const one of takenNames) expect(talk.card(2)).toContain(takenNameWords(one));
  await talk.world.end();
});
