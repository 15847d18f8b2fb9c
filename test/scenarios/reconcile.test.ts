// The reconcile pass: what differs from GitHub or the registry, and work that was lost, is found and put right.
import { sql } from 'kysely';
import { afterEach, describe, expect, test } from 'vitest';
import { tick } from '../../src/engine/queue/scheduler.ts';
import { JOB_ROWS } from '../engine/job-kinds.ts';
import { dropJob, listDeadJobs } from '../../src/store/queue/job-upkeep.ts';
import { begin, type Conversation } from './conversation.ts';
import { beginUnder, write } from './policy-world.ts';
import { IMAGE, stage, type Scenario } from './world.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

let talk: Conversation;
afterEach(async () => {
  await talk.world.close();
});

/** The pass of the next ten minutes, with the turn of each promotion. */
async function reconcile(world: Scenario): Promise<void> {
  world.clock.turn(10 * MINUTE_MS);
  expect(await tick({ store: world.app.store, jobs: JOB_ROWS, now: world.clock.now }, 'reconcile')).toBe(true);
  await world.pass(8 * MINUTE_MS, MINUTE_MS);
}

/** What the passes so far put right, in the order of finding. */
function healed({ log }: Scenario): readonly string[] {
  return log.flatMap((line) => {
    const { msg, differences = [] }: { msg: string; differences?: readonly string[] } = JSON.parse(line);
    return msg === 'reconciled differences' ? differences : [];
  });
}

/** A job of this kind vanishes as it is put into the table. */
async function losing(kind: string, happens: () => Promise<unknown>): Promise<void> {
  const { db } = talk.world.app.store;
  const trigger = `CREATE TRIGGER lose BEFORE INSERT ON jobs WHEN NEW.kind = '${kind}' BEGIN SELECT RAISE(IGNORE); END`;
  await sql.raw(trigger).execute(db);
  await happens();
  await sql.raw('DROP TRIGGER lose').execute(db);
}

function cardId({ repo, issue }: Conversation): number {
  const card = repo.comments(issue).find(({ body }) => body.startsWith('<!-- imprimatur P1 -->'));
  if (card === undefined) throw new Error('there is no card');
  return card.id;
}

describe('what is shown', () => {
  test('an edited card is restored, and a deleted one is posted again', async () => {
    talk = await begin();
    const { world, repo, issue } = talk;
    await talk.request();
    const before = talk.card();
    await repo.editComment({ comment: cardId(talk), by: 'mia', body: '<!-- imprimatur P1 -->\nAll is well, approve!' });
    await reconcile(world);
    expect(talk.card()).toBe(before);
    await repo.deleteComment({ comment: cardId(talk), by: 'mia' });
    await reconcile(world);
    expect(talk.card()).toBe(before);
    expect(healed(world)).toEqual(['card', 'card']);
    repo.lock(issue);
    await repo.deleteComment({ comment: cardId(talk), by: 'mia' });
    await reconcile(world);
    expect(healed(world)).toEqual(['card', 'card']);
    await world.end();
  });

  test.each(['update-card', 'update-check-run'])('a lost first %s is created', async (kind) => {
    talk = await begin();
    const { world, repo, commit } = talk;
    await losing(kind, () => talk.request());
    expect(repo.checkRuns(commit).map(({ status }) => status)).toEqual(kind === 'update-card' ? ['completed'] : []);
    await reconcile(world);
    expect(talk.card()).toContain('/approve P1');
    expect(repo.checkRuns(commit).map(({ conclusion }) => conclusion)).toEqual(['action_required']);
    await reconcile(world);
    // The card tells of the run, so it is written again as well.
    expect(healed(world)).toEqual(kind === 'update-card' ? ['card'] : ['check-run', 'card']);
    await world.end();
  });

  test('a check run with an older state is updated; while its job is dead, people decide', async () => {
    talk = await begin();
    const { world, repo, commit } = talk;
    await talk.request();
    world.github.failNext({ method: 'PATCH', path: /check-runs/, status: 422 });
    await talk.say('ada', '/cancel P1');
    const conclusions = (): readonly (string | null)[] => repo.checkRuns(commit).map(({ conclusion }) => conclusion);
    expect(conclusions()).toEqual(['action_required']);
    // It has ended, so only who asks has it compared.
    await talk.say('ada', '/refresh P1');
    expect(conclusions()).toEqual(['action_required']);
    const [dead] = await listDeadJobs(world.app.store.db, 1);
    await world.app.store.transaction((tx) => dropJob(tx, dead?.id ?? 0));
    await talk.say('ada', '/refresh P1');
    expect(conclusions()).toEqual(['cancelled']);
    await world.end();
  });
});

describe('changes outside', () => {
  test('production was moved without an event: the promotion is re-planned', async () => {
    talk = await begin();
    const { world } = talk;
    await talk.request();
    const other = stage(world, { commit: talk.repo.head('main'), tag: 'by-hand' });
    world.registry.setTag(IMAGE, 'main', other.digest);
    await reconcile(world);
    expect(healed(world)).toEqual(['production']);
    expect(talk.card()).toContain('`main`');
    await reconcile(world);
    expect(healed(world)).toEqual(['production']);
    await world.end();
  });

  test('the policy file was edited, and the push was lost: it is examined under the new one', async () => {
    talk = await begin();
    const { world } = talk;
    await talk.request();
    write(talk, 'environments: { production: { approvals: { required: 2 } } }\n');
    await reconcile(world);
    expect(healed(world)).toEqual(['policy']);
    expect(await talk.told()).toBe('awaiting-approval');
    expect(await talk.approvals()).toMatchObject({ required: 2 });
    write(talk, 'environments: [');
    await reconcile(world);
    await reconcile(world);
    write(talk, 'environments: { production: { approvals: { required: 2 } } }\n');
    await reconcile(world);
    await reconcile(world);
    expect(healed(world)).toEqual(['policy', 'policy', 'policy']);
    await world.end();
  });

  test('the source tag moved to another image: the card shows it', async () => {
    talk = await begin();
    const { world } = talk;
    await talk.say('ada', '/promote staging');
    stage(world, { commit: talk.repo.commitOn('staging', { message: 'Newer' }) });
    await reconcile(world);
    await reconcile(world);
    expect(healed(world)).toEqual(['source']);
    expect((await talk.promotion()).sourceMovedTo).toBeDefined();
    expect(await talk.told()).toBe('awaiting-approval');
    await world.end();
  });

  test('a deployment status was lost: it is read from GitHub', async () => {
    talk = await begin();
    const { world, repo } = talk;
    await talk.request();
    await talk.click('bob', 'approve');
    const [deployment] = repo.deployments();
    const report = (state: string): Promise<unknown> =>
      repo.deploymentStatus({
        deployment: deployment?.id ?? 0,
        state,
        by: 'github-actions[bot]',
        logUrl: 'https://ci.example.com/7',
      });
    world.github.setFate(({ event }) => (event === 'deployment_status' ? 'unlisted' : 'arrives'));
    await report('success');
    expect(await talk.state()).toBe('promoted');
    await reconcile(world);
    expect(await talk.state()).toBe('deployed');
    expect(talk.card()).toContain('https://ci.example.com/7');
    await report('inactive');
    await reconcile(world);
    expect(healed(world)).toEqual(['deployment']);
    await world.end();
  });

  test('the last comment of a thread was lost: it is found', async () => {
    talk = await begin();
    const { world } = talk;
    await talk.request();
    world.github.setFate(() => 'unlisted');
    await talk.say('ada', '/cancel P1');
    world.github.setFate(null);
    await reconcile(world);
    expect(await talk.state()).toBe('cancelled');
    await world.end();
  });
});

describe('lost work', () => {
  test.each([
    ['collect-facts', 'examining', 'awaiting-approval'],
    ['apply-tag-plan', 'applying', 'promoted'],
  ])('%s: the promotion continues', async (kind, stuck, after) => {
    talk = await begin();
    const { world } = talk;
    await losing(kind, async () => {
      await talk.request();
      if (kind === 'apply-tag-plan') await talk.click('bob', 'approve');
    });
    expect(await talk.state()).toBe(stuck);
    await reconcile(world);
    expect(await talk.state()).toBe(after);
    expect(healed(world)).toEqual(['work']);
    expect(world.log.filter((line) => line.includes('a promotion waits for a job that does not exist'))).toHaveLength(
      1,
    );
    await world.end();
  });

  test('poll-image: the image is found', async () => {
    talk = await begin();
    const { world, repo } = talk;
    const commit = repo.commitOn('staging', { message: 'Being built' });
    await losing('poll-image', () => talk.say('ada', `/promote ${commit.slice(0, 7)}`));
    expect(await talk.state()).toBe('waiting-for-image');
    stage(world, { commit });
    await reconcile(world);
    expect(await talk.state()).toBe('awaiting-approval');
    expect(healed(world)).toEqual(['work']);
    await world.end();
  });

  test('create-deployment: there is one', async () => {
    talk = await begin();
    const { world, repo } = talk;
    await talk.request();
    await losing('create-deployment', () => talk.click('bob', 'approve'));
    expect(repo.deployments()).toEqual([]);
    await reconcile(world);
    await reconcile(world);
    expect(repo.deployments()).toHaveLength(1);
    expect(healed(world)).toEqual(['work']);
    await world.end();
  });

  test('expire-promotion: the promotion expires', async () => {
    talk = await begin();
    const { world } = talk;
    await losing('expire-promotion', () => talk.request());
    await reconcile(world);
    expect(healed(world)).toEqual(['work']);
    await world.pass(15 * DAY_MS);
    expect(await talk.state()).toBe('expired');
    await world.end();
  });

  test('revisit-environment: the superseded one ends', async () => {
    talk = await begin();
    const { world } = talk;
    await talk.request();
    const commit = talk.repo.commitOn('staging', { message: 'Newer' });
    stage(world, { commit });
    await talk.say('ada', `/promote ${commit.slice(0, 7)}`);
    await losing('revisit-environment', () => talk.say('bob', '/approve P2'));
    expect(await talk.state(2)).toBe('promoted');
    expect(await talk.state(1)).toBe('awaiting-approval');
    await reconcile(world);
    expect(await talk.state(1)).toBe('superseded');
    expect(healed(world)).toEqual(['turn']);
    await world.end();
  });

  test('a dead job is not started again: people decide', async () => {
    talk = await begin();
    const { world } = talk;
    await talk.request();
    await world.app.store.db
      .updateTable('jobs')
      .set({ state: 'dead', finished_at: world.clock.now() })
      .where('kind', '=', 'expire-promotion')
      .execute();
    await reconcile(world);
    expect(healed(world)).toEqual([]);
    await world.app.store.db.deleteFrom('jobs').where('state', '=', 'dead').execute();
    await world.end();
  });
});

test('without differences, nothing is written, and hardly anything counts against the limit', async () => {
  talk = await beginUnder('environments: { production: {}, canary: {} }\n');
  const { world, repo } = talk;
  await talk.request();
  const second = repo.commitOn('staging', { message: 'Second' });
  stage(world, { commit: second });
  await talk.say('ada', `/promote ${second.slice(0, 7)} to canary`);
  await talk.say('bob', '/approve P2');
  expect([await talk.state(1), await talk.state(2)]).toEqual(['awaiting-approval', 'promoted']);
  await reconcile(world);
  const from = world.github.requests.length;
  await reconcile(world);
  const asked = world.github.requests.slice(from).filter(({ path }) => path.startsWith('/repos/'));
  expect(healed(world)).toEqual([]);
  expect(asked.filter(({ method }) => method !== 'GET')).toEqual([]);
  // Of the list of comments, only what is new is asked for.
  const counted = asked.filter(({ status }) => status !== 304).map(({ operation }) => operation);
  expect(counted).toEqual(['issues/list-comments']);
  // One is the policy file, for the look at production's tags that falls into the same time.
  expect(asked.length).toBeLessThanOrEqual(2 * 4 + 1);
  await world.pass(2 * DAY_MS, DAY_MS);
  await reconcile(world);
  expect(healed(world)).toEqual([]);
  await world.end();
});

test('while GitHub does not answer, the pass ends without a dead job, and the next one catches up', async () => {
  talk = await begin();
  const { world, repo } = talk;
  await talk.request();
  await repo.deleteComment({ comment: cardId(talk), by: 'mia' });
  world.github.failNext({ path: /issues\/comments/, status: 503 });
  await reconcile(world);
  expect(healed(world)).toEqual([]);
  await reconcile(world);
  expect(healed(world)).toEqual(['card']);
  await world.end();
});

test('if the App was removed, nothing is compared', async () => {
  talk = await begin();
  const { world } = talk;
  await talk.request();
  await talk.click('bob', 'approve');
  world.clock.turn(10 * MINUTE_MS);
  // The App leaves between the pass and the turn of the promotion.
  expect(await tick({ store: world.app.store, jobs: JOB_ROWS, now: world.clock.now }, 'reconcile')).toBe(true);
  await world.github.installation('acme').suspend();
  await world.drain();
  const from = world.github.requests.length;
  await reconcile(world);
  expect(world.github.requests.slice(from)).toEqual([]);
  await world.end();
});
