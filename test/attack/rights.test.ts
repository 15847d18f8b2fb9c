// People and payloads that claim a right they do not have: nothing is promoted, whatever the payload says of them.
import { afterEach, describe, expect, test } from 'vitest';
import type { GitHubRepo } from '../support/github/repo.ts';
import { answersAmong, refused } from '../scenarios/answers.ts';
import { begin, type Conversation } from '../scenarios/conversation.ts';
import { trailOf } from '../scenarios/release.ts';
import { IMAGE, stage } from '../scenarios/world.ts';

let talk: Conversation;
afterEach(async () => {
  await talk.world.end();
  await talk.world.close();
});

/** A signed payload that a test wrote itself, and all that comes of it. */
async function deliver(event: string, payload: Readonly<Record<string, unknown>>): Promise<void> {
  const sent = await talk.world.github.deliver({ event, payload });
  expect(sent.status).toBe(202);
  await talk.world.drain();
}

/** The account as payloads show it. */
function accountOf(login: string, repo: GitHubRepo = talk.repo): unknown {
  return repo.frame(login)['sender'];
}

async function expectNothingPromoted(): Promise<void> {
  expect(talk.production()).toEqual({ main: talk.old.digest, latest: talk.old.digest });
  expect((await trailOf(talk.world)).map(({ kind }) => kind)).not.toContain('reviewed');
}

describe("a fork's pull request", () => {
  test('its author, with read access only, can’t request or approve, even in their own pull request', async () => {
    talk = await begin();
    const { repo, world } = talk;
    repo.user('mallory', 'read');
    const fork = repo.commitOff('staging', { message: 'From a fork', by: 'mallory' });
    stage(world, { commit: fork });
    const pull = repo.openPullRequest({ title: 'Please', by: 'mallory', head: fork });
    expect((await talk.say('mallory', `/promote ${fork.slice(0, 7)}`, pull)).reactions).toEqual(['-1']);
    await talk.request();
    expect((await talk.say('mallory', '/approve P1', pull)).reactions).toEqual([]);
    expect(await talk.state()).toBe('awaiting-approval');
    await expectNothingPromoted();
  });

  test('an image of its commit fails the checks, whoever requests it', async () => {
    talk = await begin();
    const { repo, world } = talk;
    const commit = repo.commitOff('staging', { message: 'From a fork', by: 'mallory' });
    const pull = repo.openPullRequest({ title: 'Please', by: 'mallory', head: commit });
    stage(world, { commit });
    await talk.say('ada', `/promote ${commit.slice(0, 7)}`, pull);
    expect(await talk.state()).toBe('checks-failed');
    expect((await talk.say('bob', '/approve P1', pull)).reactions.at(-1)).toBe('-1');
    await expectNothingPromoted();
  });

  test('the policy file of its branch does not count', async () => {
    talk = await begin();
    const { repo } = talk;
    const head = repo.commitOn('patch', {
      files: { '.github/promotion.yml': 'environments: { production: { approvals: { required: 0 } } }\n' },
    });
    const pull = repo.openPullRequest({ title: 'No approvals', by: 'ada', head });
    await talk.say('ada', `/promote staging-${talk.short}`, pull);
    expect(await talk.state()).toBe('awaiting-approval');
    expect((await talk.say('ada', '/approve P1', pull)).reactions).toEqual(['eyes', '-1']);
    await expectNothingPromoted();
  });
});

describe('what a payload claims about a person', () => {
  test.each(['OWNER', 'MEMBER', 'COLLABORATOR'])(
    '%s as the association of a reader gives no right',
    async (association) => {
      talk = await begin();
      await talk.request();
      const { repo, issue } = talk;
      const ron = { ...Object(accountOf('ron')), site_admin: true, role_name: 'admin', permissions: { admin: true } };
      await deliver('issue_comment', {
        action: 'created',
        issue: { number: issue, author_association: association },
        comment: { id: 1, body: '/approve P1', user: ron, author_association: association },
        ...repo.frame('ron'),
        sender: ron,
      });
      expect(await talk.answers()).toMatchObject([refused('not-permitted', { verb: 'approve', role: 'read' })]);
      await expectNothingPromoted();
    },
  );

  test("another person's login on one's own account gives no right: the numeric id counts", async () => {
    talk = await begin();
    await talk.request();
    const { repo, issue } = talk;
    const ron = { ...Object(accountOf('ron')), login: 'bob' };
    const comment = { id: 1, body: '/approve P1', user: ron };
    await deliver('issue_comment', {
      action: 'created',
      issue: { number: issue },
      comment,
      ...repo.frame('ron'),
      sender: ron,
    });
    expect(await talk.answers()).toMatchObject([refused('not-permitted', { verb: 'approve', role: 'none' })]);
    const [run] = repo.checkRuns(talk.commit);
    await deliver('check_run', { ...clickOf(run?.id ?? 0, run?.externalId ?? ''), ...repo.frame('ron'), sender: ron });
    expect(await talk.state()).toBe('awaiting-approval');
    await expectNothingPromoted();
  });

  test("a maintainer's edit of a comment, and a comment sent by somebody else, are not read", async () => {
    talk = await begin();
    await talk.request();
    const { repo, issue, world } = talk;
    const { id } = await repo.comment({ issue, by: 'bob', body: 'Looks good.' });
    await repo.editComment({ comment: id, by: 'mia', body: '/approve P1' });
    await world.drain();
    expect(repo.reactions(id)).toEqual([]);
    const comment = { id, body: '/approve P1', user: accountOf('bob') };
    await deliver('issue_comment', { action: 'created', issue: { number: issue }, comment, ...repo.frame('ron') });
    expect(repo.reactions(id)).toEqual([]);
    expect(await talk.state()).toBe('awaiting-approval');
    await expectNothingPromoted();
  });
});

describe('outside collaborators', () => {
  test('may what GitHub lets them: with write access approve, with read access not', async () => {
    talk = await begin();
    talk.repo.user('olga', 'read');
    await talk.request();
    expect((await talk.say('olga', '/approve')).reactions).toEqual(['-1']);
    await expectNothingPromoted();
    talk.repo.user('olga', 'write');
    expect((await talk.say('olga', '/approve')).reactions).toEqual(['eyes', 'rocket']);
    expect(await talk.state()).toBe('promoted');
  });

  test('maintainers of another repository have no rights here', async () => {
    talk = await begin();
    await talk.world.github.repo({ owner: 'acme', name: 'other', users: { otto: 'admin' } });
    await talk.request();
    expect((await talk.say('otto', '/approve P1')).answers).toMatchObject([
      refused('not-permitted', { verb: 'approve', role: 'none' }),
    ]);
    expect(await talk.click('otto', 'approve')).toEqual([]);
    expect((await talk.say('otto', '/cancel P1')).reactions).toEqual([]);
    expect(await talk.state()).toBe('awaiting-approval');
    await expectNothingPromoted();
  });
});

describe('access that is lost', () => {
  test.each(['approve', 'reject'] as const)(
    'between a click on %s and its decision: it does not count',
    async (action) => {
      talk = await begin();
      await talk.request();
      const { repo, world, commit } = talk;
      const checkRun = repo.checkRuns(commit).at(-1)?.id ?? 0;
      await repo.click({ checkRun, action, by: 'bob' });
      repo.user('bob', 'none');
      await world.drain();
      expect(await talk.answers()).toMatchObject([
        { ...refused('not-permitted', { verb: action, role: 'none' }), to: 'bob' },
      ]);
      expect(await talk.state()).toBe('awaiting-approval');
      await expectNothingPromoted();
    },
  );

  test('between a comment and its decision, also by the requester: it neither approves nor requests', async () => {
    talk = await begin();
    await talk.request();
    const { repo, issue, world } = talk;
    const { id } = await repo.comment({ issue, by: 'bob', body: '/approve P1\n/promote staging' });
    repo.user('bob', 'triage');
    await world.drain();
    expect(repo.reactions(id)).toEqual(['-1']);
    expect(await talk.state(2)).toBeNull();
    await expectNothingPromoted();
  });
});

describe('an issue that moved to another repository', () => {
  test('has no promotion there: its commands belong to the other repository, and its old card no longer asks', async () => {
    talk = await begin();
    await talk.request();
    const { world, issue } = talk;
    const other = await world.github.repo({
      owner: 'acme',
      name: 'other',
      users: { ada: 'write', bob: 'write', eve: 'admin' },
    });
    const moved = other.openIssue({ title: 'Release', by: 'ada' });
    expect(moved).toBe(issue);
    for (const body of ['/approve', '/approve P1', '/cancel P1', '/reject P1 no']) {
      await other.comment({ issue: moved, by: 'eve', body });
      await world.drain();
    }
    expect(await talk.state()).toBe('awaiting-approval');
    expect(await answersAmong(world.app.store.db, other.comments(moved))).toMatchObject(
      Array.from({ length: 3 }, () => refused('promotion-not-found', { promotion: 1 })),
    );
    await expectNothingPromoted();
  });

  test('leaves a promotion that others can approve by its check run; answers go nowhere else', async () => {
    talk = await begin();
    await talk.request();
    const { repo, world, issue } = talk;
    repo.removeIssue(issue);
    expect(await talk.world.dead()).toEqual([]);
    await repo.click({ checkRun: repo.checkRuns(talk.commit).at(-1)?.id ?? 0, action: 'approve', by: 'ada' });
    await world.drain();
    await expectNothingPromoted();
    await repo.click({ checkRun: repo.checkRuns(talk.commit).at(-1)?.id ?? 0, action: 'approve', by: 'bob' });
    await world.drain();
    expect(await talk.state()).toBe('promoted');
  });
});

describe('check runs that are not ours', () => {
  test("another App's run with the external id of a promotion, or of a staging commit, has no buttons", async () => {
    talk = await begin();
    const { repo, commit } = talk;
    await repo.push('staging', { message: 'Seen by us' });
    await talk.request();
    const externalId = repo.checkRuns(commit)[0]?.externalId ?? '';
    for (const [identifier, external] of [
      ['approve', externalId],
      ['reject', externalId],
      ['promote', `staging/${repo.head('staging')}`],
    ] as const) {
      for (const app of [{ id: 4 }, null, undefined]) {
        await deliver('check_run', {
          ...clickOf(5, external, identifier),
          ...repo.frame('bob'),
          ...foreignRun(external, app),
        });
      }
    }
    expect(talk.replies()).toEqual([]);
    expect(await talk.state()).toBe('awaiting-approval');
    expect(await talk.state(2)).toBeNull();
    await expectNothingPromoted();
  });

  test('a click in a fork on a run with an id of ours does not reach the promotion', async () => {
    talk = await begin();
    await talk.request();
    const { world, repo, commit } = talk;
    const fork = await world.github.repo({ owner: 'acme', name: 'fork', users: { mallory: 'admin' } });
    const [run] = repo.checkRuns(commit);
    await deliver('check_run', { ...clickOf(run?.id ?? 0, run?.externalId ?? ''), ...fork.frame('mallory') });
    expect(await talk.state()).toBe('awaiting-approval');
    await expectNothingPromoted();
  });
});

describe('forged deployments', () => {
  test('approve nothing: a success before the approval leaves the promotion waiting', async () => {
    talk = await begin();
    await talk.request();
    const { repo, commit, image } = talk;
    const payload = { promotion: 'P1', digest: image.digest, image: `ghcr.io/${IMAGE}@${image.digest}` };
    const { id } = await repo.deploy({ commit, by: 'ron', environment: 'production', payload });
    await repo.deploymentStatus({ deployment: id, state: 'success', by: 'ron' });
    await talk.world.drain();
    expect(await talk.state()).toBe('awaiting-approval');
    await expectNothingPromoted();
  });

  test("of another repository don't count for ours, though they name our deployment's id", async () => {
    talk = await begin();
    await talk.request();
    await talk.say('bob', '/approve P1');
    const { world, repo } = talk;
    const [ours] = repo.deployments();
    const other = await world.github.repo({ owner: 'acme', name: 'other', users: { eve: 'admin' } });
    await deliver('deployment_status', {
      action: 'created',
      deployment: {
        id: ours?.id ?? 0,
        sha: ours?.sha ?? '',
        environment: 'production',
        payload: { digest: talk.image.digest },
        created_at: '2026-11-24T09:00:00Z',
        creator: accountOf('eve', other),
      },
      deployment_status: { state: 'failure', created_at: '2026-11-24T10:00:00Z' },
      ...other.frame('eve'),
    });
    expect(await talk.state()).toBe('promoted');
    expect(talk.card()).not.toContain('failed');
  });
});

function clickOf(id: number, externalId: string, identifier = 'approve'): Readonly<Record<string, unknown>> {
  const app = { id: Number(talk.world.github.env.APP_ID) };
  return {
    action: 'requested_action',
    requested_action: { identifier },
    check_run: { id, external_id: externalId, app },
  };
}

function foreignRun(externalId: string, app: unknown): Readonly<Record<string, unknown>> {
  return { check_run: { id: 5, external_id: externalId, app } };
}
