// The operator's floors hold whatever the repository is called, and whichever environment deploys to one that has a floor.
import { afterEach, describe, expect, test } from 'vitest';
import { refused } from './answers.ts';
import type { Conversation } from './conversation.ts';
import { beginHistory } from './history.ts';
import { beginUnder, push } from './policy-world.ts';

let talk: Conversation;
afterEach(async () => {
  await talk.world.close();
});

describe('a floor of owner/repo, after the repository is renamed', () => {
  test('holds on: MIN_APPROVALS', async () => {
    const h = await beginHistory({ env: { MIN_APPROVALS: 'acme/dotca:production=1' } });
    talk = h;
    const before = await h.release('A');
    await talk.repo.settings.rename('dot-ca');
    await talk.world.drain();
    await push(talk, `${formerImage()}environments: { production: { approvals: { required: 0 } } }\n`);
    const next = h.build('B');
    await talk.say('ada', `/promote ${next.tag}`);
    expect(await talk.state(2)).toBe('awaiting-approval');
    expect(h.holds()).toBe(before.digest);
    await talk.approve('bob', 2);
    expect(h.holds()).toBe(next.digest);
    await talk.world.end();
  });

  test('holds on: FORBID_SELF_APPROVAL', async () => {
    const h = await beginHistory({ env: { FORBID_SELF_APPROVAL: 'acme/dotca:production' } });
    talk = h;
    await h.release('A');
    await talk.repo.settings.rename('dot-ca');
    await talk.world.drain();
    await push(talk, `${formerImage()}environments: { production: { approvals: { self_approval: true } } }\n`);
    await talk.say('ada', `/promote ${h.build('B').tag}`);
    const answer = refused('own-request', { promotion: 2, isFloor: true });
    expect((await talk.approve('ada', 2)).answers).toMatchObject([answer]);
    await talk.world.end();
  });

  test('of another repository does not hold', async () => {
    talk = await beginUnder('environments: { production: { approvals: { required: 0 } } }\n', {
      env: { MIN_APPROVALS: 'acme/dotca@1:production=1,acme/other:production=1' },
    });
    await talk.request();
    expect(await talk.state()).toBe('promoted');
    await talk.world.end();
  });
});

/** Whatever the repository is called today. */
function formerImage(): string {
  return `images: ["${talk.world.registry.host}/acme/dotca"]\n`;
}
