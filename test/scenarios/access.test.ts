// Which accounts are served, and a repository that is called something else from one day to the next.
import { afterEach, describe, expect, test } from 'vitest';
import type { Reply } from '../../src/domain/reply.ts';
import type { GitHubRepo } from '../support/github/repo.ts';
import { answersAmong, refused } from './answers.ts';
import { begin, type Conversation } from './conversation.ts';
import { Scenario, stage } from './world.ts';

let world: Scenario;
afterEach(async () => {
  await world.close();
});

describe('accounts', () => {
  test('by default only the App’s owner is served; the answer to another account shows the line for its operator', async () => {
    world = await Scenario.start({ owners: ['acme', 'globex'] });
    const repo = await repoOf('globex');
    const said = await say(repo, '/promote staging');
    expect(said.reactions).toEqual(['-1']);
    expect(said.answers).toMatchObject([refused('owner-not-allowed', { owner: 'globex' })]);
    expect(repo.comments(1).at(-1)?.body).toContain('`ALLOWED_OWNERS=globex`');
    expect(await say(repo, '/status')).toEqual({ reactions: [], answers: [] });
    expect(world.registry.requests).toEqual([]);
    const own = await repoOf('acme');
    expect((await say(own, '/status')).reactions).toEqual(['eyes', 'rocket']);
    await world.end();
  });

  test('ALLOWED_OWNERS replaces the default, in any case', async () => {
    world = await Scenario.start({ owners: ['acme', 'Globex'], env: { ALLOWED_OWNERS: 'GLOBEX, initech' } });
    expect((await say(await repoOf('Globex'), '/status')).reactions).toEqual(['eyes', 'rocket']);
    expect((await say(await repoOf('acme'), '/status')).reactions).toEqual(['-1']);
    await world.end();
  });

  test('for an account that is no longer served, clicks and re-runs change nothing', async () => {
    const talk = await conversation({ owners: ['acme', 'globex'], env: { ALLOWED_OWNERS: 'acme' } });
    await talk.request();
    await world.restart({ ALLOWED_OWNERS: 'globex' });
    expect(await talk.click('bob', 'approve')).toMatchObject([
      { ...refused('owner-not-allowed', { owner: 'acme' }), to: 'bob' },
    ]);
    expect((await talk.say('bob', '/approve P1')).reactions).toEqual(['-1']);
    const asked = world.registry.requests.length;
    await talk.repo.rerun({ checkRun: talk.repo.checkRuns(talk.commit)[0]?.id ?? 0, by: 'bob' });
    await world.drain();
    expect(world.registry.requests).toHaveLength(asked);
    expect(await talk.state()).toBe('awaiting-approval');
    expect(talk.production().main).toBe(talk.old.digest);
    await world.end();
  });
});

describe('a renamed repository', () => {
  test('keeps its open promotion: approval, card and check run continue under the new name', async () => {
    const talk = await conversation();
    await talk.request();
    talk.repo.rename('dot-ca');
    expect((await talk.say('bob', '/approve')).reactions).toEqual(['eyes', 'rocket']);
    expect(await talk.state()).toBe('promoted');
    expect(talk.production().main).toBe(talk.image.digest);
    expect(talk.card()).toContain('https://github.com/acme/dot-ca/commit/');
    expect(talk.repo.checkRuns(talk.commit)).toEqual([expect.objectContaining({ conclusion: 'success' })]);
    await world.end();
  });

  test('promotes the image of its new name, and its numbers and audit trail continue', async () => {
    const talk = await conversation();
    const { repo } = talk;
    await talk.request();
    await talk.say('ada', '/cancel');
    repo.rename('dot-ca');
    const commit = repo.commitOn('staging', { message: 'After the move' });
    const image = stage(world, {
      commit,
      repository: 'acme/dot-ca',
      image: {
        labels: {
          'org.opencontainers.image.source': 'https://github.com/acme/dot-ca',
          'org.opencontainers.image.revision': commit,
        },
      },
    });
    await talk.say('ada', '/promote staging');
    await talk.say('bob', '/approve P2');
    expect(await talk.state(2)).toBe('promoted');
    expect(world.registry.tag('acme/dot-ca', 'main')).toBe(image.digest);
    expect([...(await world.audit()).keys()]).toEqual([repo.id]);
    await world.end();
  });
});

async function conversation(options: Parameters<typeof begin>[0] = {}): Promise<Conversation> {
  const talk = await begin(options);
  world = talk.world;
  return talk;
}

function repoOf(owner: string): Promise<GitHubRepo> {
  return world.github.repo({ owner, name: 'dotca', users: { ada: 'write' } });
}

async function say(
  repo: GitHubRepo,
  body: string,
): Promise<{ readonly reactions: readonly string[]; readonly answers: readonly Reply[] }> {
  const issue = repo.comments(1).length > 0 ? 1 : repo.openIssue({ title: 'Release', by: 'ada' });
  const before = repo.comments(issue).length + 1;
  const { id } = await repo.comment({ issue, by: 'ada', body });
  await world.drain();
  const answers = await answersAmong(world.app.store.db, repo.comments(issue).slice(before));
  return { reactions: repo.reactions(id), answers };
}
