// `/help` answers people with read access: it proves no right, and costs no more than what strangers are refused.
import { afterEach, describe, expect, test } from 'vitest';
import { refused } from './answers.ts';
import { begin, type Conversation } from './conversation.ts';
import { beginUnder } from './policy-world.ts';

let talk: Conversation;
afterEach(async () => {
  await talk.world.end();
  await talk.world.close();
});

async function known(): Promise<number> {
  const rows = await talk.world.app.store.db.selectFrom('known_rights').select('person_id').execute();
  return rows.length;
}

function writes(since: number): readonly string[] {
  const sent = talk.world.github.requests.slice(since).filter(({ method }) => method === 'POST');
  return sent.map(({ path }) => path.split('/').at(-1) ?? '').filter((end) => end !== 'access_tokens');
}

function permissionsAsked(since: number): number {
  return talk.world.github.requests.slice(since).filter(({ path }) => path.endsWith('/permission')).length;
}

describe('/help by a reader', () => {
  test('is answered, and makes nobody known', async () => {
    talk = await begin();
    await talk.request();
    const before = await known();
    expect(await talk.say('ron', '/help')).toMatchObject({ reactions: ['rocket'], answers: [{ kind: 'help' }] });
    const elsewhere = talk.openIssue();
    const said = await talk.say('ron', '/imprimatur help approve', elsewhere);
    expect(said).toMatchObject({ reactions: ['rocket'], answers: [{ kind: 'help', topic: 'approve' }] });
    expect(await known()).toBe(before);
    expect((await talk.say('ron', '/approve', talk.issue)).answers).toMatchObject([refused('not-permitted')]);
    expect(await talk.state()).toBe('awaiting-approval');
  });

  test.each(['/help', '/help promote', '/help promot', '/hlep', '/help a b', '/help promote\n/help approve'])(
    'sixty times %j in a thread: one question for each of ten, one reaction, one answer',
    async (body) => {
      talk = await begin();
      const { repo, world } = talk;
      repo.user('mallory', 'read');
      await talk.request();
      const before = world.github.requests.length;
      for (let count = 0; count < 60; count += 1) await repo.comment({ issue: talk.issue, by: 'mallory', body });
      await world.drain();
      expect(writes(before).toSorted()).toEqual(['comments', 'reactions']);
      expect(permissionsAsked(before)).toBe(10);
    },
  );

  test('of many in one thread is answered once a day', async () => {
    talk = await begin();
    const { repo, world } = talk;
    await talk.request();
    const before = world.github.requests.length;
    for (let stranger = 0; stranger < 5; stranger += 1) {
      repo.user(`stranger${stranger}`, 'read');
      await repo.comment({ issue: talk.issue, by: `stranger${stranger}`, body: '/help' });
    }
    await world.drain();
    expect(writes(before).filter((end) => end === 'comments')).toHaveLength(1);
    await world.pass(24 * 60 * 60 * 1000);
    expect((await talk.say('stranger0', '/help')).answers).toMatchObject([{ kind: 'help' }]);
  });

  test('with no access at all is refused', async () => {
    talk = await begin();
    talk.repo.user('mallory', 'none');
    const said = await talk.say('mallory', '/imprimatur help');
    expect(said.answers).toMatchObject([refused('not-permitted', { verb: 'help', role: 'none', wanted: 'read' })]);
  });
});

describe('/help by somebody who is known', () => {
  test('and whom the policy lets review, is answered each time', async () => {
    talk = await beginUnder('environments: { production: { approvals: { users: [ron] } } }\n');
    await talk.request();
    await talk.say('ron', '/reject P1 not today');
    const before = await known();
    for (let count = 0; count < 3; count += 1) {
      expect((await talk.say('ron', '/help')).reactions).toEqual(['eyes', 'rocket']);
    }
    expect(await talk.answers()).toHaveLength(3);
    expect(await known()).toBe(before);
  });

  test('and has lost the rights, ends that', async () => {
    talk = await begin();
    await talk.request();
    expect(await known()).toBe(1);
    talk.repo.user('ada', 'read');
    await talk.say('ada', '/help');
    expect(await known()).toBe(0);
    expect((await talk.say('ada', '/help')).answers).toEqual([]);
  });
});
