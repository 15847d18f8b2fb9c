// What a policy file says is what holds: who approves, which tags move, where to, from which branch.
import { afterEach, describe, expect, test } from 'vitest';
import { reaches, type Role } from '../../src/domain/actor.ts';
import { refused } from './answers.ts';
import { begin, type Conversation } from './conversation.ts';
import { beginUnder, write } from './policy-world.ts';
import { tagsOf, writesOf } from './release.ts';
import { IMAGE, stage } from './world.ts';

let talk: Conversation;
afterEach(async () => {
  await talk.world.end();
  await talk.world.close();
});

function approvals(rules: string): string {
  return `environments: { production: { approvals: { ${rules} } } }\n`;
}

describe('who approves', () => {
  test('two people, each once, and not the requester', async () => {
    talk = await beginUnder(approvals('required: 2'));
    await talk.request();
    expect(await talk.approvals()).toEqual({
      required: 2,
      role: 'write',
      users: [],
      selfApproval: false,
      apps: [],
      contributors: 'warn',
    });
    expect((await talk.say('ada', '/approve')).reactions).toEqual(['eyes', '-1']);
    expect(await talk.click('bob', 'approve')).toEqual([]);
    expect(await talk.world.outdated()).toEqual([]);
    expect(await talk.click('bob', 'approve')).toMatchObject([refused('already-approved', { promotion: 1 })]);
    expect(talk.production().main).toBe(talk.old.digest);
    expect((await talk.say('mia', '/approve')).reactions).toEqual(['eyes', 'rocket']);
    expect(talk.production().main).toBe(talk.image.digest);
  });

  test('nobody, if none is required: it starts immediately', async () => {
    talk = await beginUnder(approvals('required: 0'));
    expect((await talk.request()).reactions).toEqual(['eyes', 'rocket']);
    expect(await talk.state()).toBe('promoted');
    expect(talk.production()).toEqual({ main: talk.image.digest, latest: talk.image.digest });
  });

  test('also the requester, if the file allows it', async () => {
    talk = await beginUnder(approvals('self_approval: true'));
    await talk.request();
    expect(await talk.approvals()).toMatchObject({ required: 1, role: 'write', selfApproval: true });
    expect(await talk.click('ada', 'approve')).toEqual([]);
    expect(await talk.state()).toBe('promoted');
  });

  test('only listed users, even with read access; they are mentioned once, and nobody else is', async () => {
    talk = await beginUnder(approvals('users: [Ron, ada]'));
    const { repo, issue } = talk;
    await talk.request();
    expect(await talk.approvals()).toMatchObject({ role: null, users: ['Ron', 'ada'] });
    expect(talk.card().match(/(?<!`)@\w+/g)).toEqual(['@Ron']);
    const refusal = refused('not-a-reviewer', { verb: 'approve', users: ['Ron', 'ada'], role: null });
    expect(await talk.click('bob', 'approve')).toMatchObject([{ ...refusal, to: 'bob' }]);
    expect(await talk.click('bob', 'reject')).toEqual([]);
    expect((await talk.say('mia', '/approve')).answers).toMatchObject([refusal]);
    expect((await talk.say('ron', '/status')).reactions).toEqual(['-1']);
    expect((await talk.say('ron', '/approve')).reactions).toEqual(['eyes', 'rocket']);
    expect(await talk.state()).toBe('promoted');
    const ours = repo.comments(issue).filter(({ byApp }) => byApp);
    expect(ours.flatMap(({ body }) => body.match(/@(?!sha256)\w+/g) ?? [])).toEqual([]);
    expect(ours.filter(({ body }) => body.startsWith('<!-- imprimatur P1 -->'))).toHaveLength(1);
  });

  test('a listed user who can no longer read the repository does not count', async () => {
    talk = await beginUnder(approvals('users: [ron]'));
    await talk.request();
    talk.repo.user('ron', 'none');
    expect((await talk.say('ron', '/approve')).reactions).toEqual(['-1']);
    expect(await talk.state()).toBe('awaiting-approval');
  });

  test('listed users and people with the role', async () => {
    talk = await beginUnder(approvals('required: 2, role: maintain, users: [ron]'));
    await talk.request();
    expect(await talk.approvals()).toMatchObject({ required: 2, role: 'maintain', users: ['ron'] });
    expect((await talk.say('bob', '/approve')).answers).toMatchObject([
      refused('not-a-reviewer', { verb: 'approve', users: ['ron'], role: 'maintain' }),
    ]);
    expect((await talk.say('ron', '/approve')).reactions).toEqual(['eyes', 'rocket']);
    expect((await talk.say('mia', '/approve')).reactions).toEqual(['eyes', 'rocket']);
    expect(await talk.state()).toBe('promoted');
  });

  test.each<[string, string, Role, boolean]>([
    ['triage is enough where the file says so', 'triage', 'triage', true],
    ['read is less than triage', 'triage', 'read', false],
    ['write is less than maintain', 'maintain', 'write', false],
    ['maintain is less than admin', 'admin', 'maintain', false],
    ['admin is admin', 'admin', 'admin', true],
  ])('%s', async (_name, wanted, role, may) => {
    talk = await beginUnder(approvals(`role: ${wanted}`));
    talk.repo.user('rita', role);
    await talk.request();
    expect(await talk.approvals()).toMatchObject({ role: wanted });
    const said = await talk.say('rita', '/approve');
    const seen = reaches(role, 'write') || may ? ['eyes'] : [];
    expect(said.reactions).toEqual([...seen, may ? 'rocket' : '-1']);
    expect(said.answers).toMatchObject(may ? [] : [refused('not-permitted', { verb: 'approve', role, wanted })]);
    expect(await talk.state()).toBe(may ? 'promoted' : 'awaiting-approval');
  });

  test('people who may only review have no other command, and learn nothing about other promotions', async () => {
    talk = await beginUnder(approvals('users: [ron]'));
    await talk.request();
    // One 👎 a day in a thread for who may not do it.
    for (const [line, reactions] of [
      ['/promote staging', ['-1']],
      ['/cancel P1', []],
      ['/status P1', []],
    ] as const) {
      expect((await talk.say('ron', line)).reactions).toEqual(reactions);
    }
    expect(await talk.state()).toBe('awaiting-approval');
    expect((await talk.say('ron', '/reject P1 not today')).reactions).toEqual(['eyes', 'rocket']);
    expect(await talk.state()).toBe('rejected');
  });
});

async function promoted(policy: string, to = ''): Promise<Readonly<Record<string, string>>> {
  talk = await beginUnder(policy);
  await talk.say('ada', `/promote staging-${talk.short}${to}`);
  await talk.say('bob', '/approve');
  expect(await talk.state()).toBe('promoted');
  return tagsOf(talk.world);
}

test.each<[string, string, Role, boolean]>([
  ['whoever has the role of the file', 'triage', 'triage', true],
  ['not whoever has less', 'triage', 'read', false],
  ['not write, where the file wants maintain', 'maintain', 'write', false],
])('who rolls back: %s', async (_name, wanted, role, may) => {
  talk = await beginUnder(`rollback: { role: ${wanted} }\n${approvals('required: 0')}`);
  talk.repo.user('rita', role);
  await talk.request();
  const said = await talk.say('rita', `/rollback to ${talk.old.digest} --reason "it fails"`);
  const seen = reaches(role, 'write') || may ? ['eyes'] : [];
  expect(said.reactions).toEqual([...seen, may ? 'rocket' : '-1']);
  expect(talk.production().main).toBe(may ? talk.old.digest : talk.image.digest);
});

describe('which tags move', () => {
  test('neither rollback nor permanent tags, if the file has none', async () => {
    const tags = await promoted('environments: { production: { rollback_tags: false, keep_as: off } }');
    expect(tags).toEqual({ main: talk.image.digest, latest: talk.image.digest });
  });

  test('in the order of the file, after the permanent ones', async () => {
    const tags = await promoted(
      'environments: { production: { tags: [stable, latest, main], keep_as: "{source}.was" } }',
    );
    const kept = `staging-${talk.short}.was`;
    expect(talk.world.registry.tag(IMAGE, kept)).toBe(talk.image.digest);
    expect(tags).toMatchObject({ stable: talk.image.digest });
    const writes = writesOf(talk.world);
    expect(writes.slice(0, 2).toSorted()).toEqual([expect.stringMatching(/^rollback-/), kept]);
    expect(writes.slice(2)).toEqual(['stable', 'latest', 'main']);
  });

  test('those of another environment, and production is untouched', async () => {
    const tags = await promoted('environments: { production: {}, canary: {} }', ' to canary');
    expect(tags).toEqual({ main: talk.old.digest, latest: talk.old.digest, canary: talk.image.digest });
    expect(talk.card()).toContain(`✓ P1 · \`staging-${talk.short}\` → \`canary\``);
    expect(talk.repo.checkRuns(talk.commit).map(({ name }) => name)).toContain('imprimatur / canary');
  });

  test('of the only environment, if none is named', async () => {
    const tags = await promoted('environments: { edge: { tags: [edge, nightly] } }');
    expect(tags).toMatchObject({ edge: talk.image.digest, nightly: talk.image.digest, main: talk.old.digest });
  });
});

test('with two environments one must be named, unless one is production; and an unknown one is refused', async () => {
  talk = await beginUnder('environments: { edge: {}, canary: {} }');
  const environments = ['edge', 'canary'];
  const asked = await talk.request();
  expect(asked.answers).toMatchObject([refused('environment-unknown', { typed: null, environments })]);
  expect(asked.replies[0]).toContain(' to edge`');
  expect((await talk.say('ada', '/promote staging to production')).answers).toMatchObject([
    refused('environment-unknown', { typed: 'production', environments }),
  ]);
  expect((await talk.say('ada', '/status')).reactions).toEqual(['eyes', '-1']);
  expect((await talk.say('ada', '/status canary')).replies).toEqual([expect.stringMatching(/^- `canary`: [^`\n]*$/m)]);
});

test('one image goes to two environments at the same time, each with its own approval', async () => {
  talk = await beginUnder('environments: { production: {}, canary: { approvals: { self_approval: true } } }');
  await talk.request();
  await talk.say('ada', `/promote staging-${talk.short} to canary`);
  expect((await talk.say('ada', '/approve P2')).reactions).toEqual(['eyes', 'rocket']);
  expect((await talk.say('ada', '/approve P1')).reactions).toEqual(['eyes', '-1']);
  expect([await talk.state(1), await talk.state(2)]).toEqual(['awaiting-approval', 'promoted']);
});

describe('where images come from', () => {
  test('another branch and prefix', async () => {
    talk = await beginUnder('staging: { branch: next, tag_prefix: rc }');
    const { repo, world } = talk;
    expect((await talk.say('ada', '/promote')).replies).toEqual([expect.stringMatching(/`next`.*`rc-/)]);
    const commit = repo.commitOn('next', { message: 'Next thing' });
    const short = commit.slice(0, 7);
    const image = stage(world, { commit, tag: `rc-${short}` });
    expect((await talk.request()).answers).toMatchObject([refused('not-a-source', { prefixes: ['rc'] })]);
    expect((await talk.say('ada', '/promote')).replies).toEqual([expect.stringContaining(`\`/promote rc-${short}\``)]);
    await talk.say('ada', `/promote ${short}`);
    await talk.say('bob', '/approve');
    expect(tagsOf(world)).toMatchObject({ main: image.digest, [`main-rc-${short}`]: image.digest });
  });

  test('an environment’s branch counts for its commits', async () => {
    talk = await beginUnder('environments: { production: { branch: trunk } }');
    const commit = talk.repo.commitOn('trunk', { message: 'Only here' });
    stage(talk.world, { commit });
    await talk.say('ada', `/promote staging-${commit.slice(0, 7)}`);
    expect(await talk.state()).toBe('awaiting-approval');
  });

  test('a file on another branch than the default one counts for nothing', async () => {
    talk = await beginUnder('');
    talk.repo.writeFiles('staging', { '.github/promotion.yml': approvals('required: 0') });
    await talk.request();
    expect(await talk.state()).toBe('awaiting-approval');
    expect(talk.world.registry.tag(IMAGE, 'main')).toBe(talk.old.digest);
  });
});

async function beginGranted(): Promise<string> {
  talk = await begin();
  const { world, commit } = talk;
  const granted = `${world.registry.host}/acme/api`;
  await world.restart({ IMAGE_GRANTS: `${granted}=acme/dotca` });
  write(talk, `images: ["${granted}"]\n`);
  stage(world, { commit, repository: 'acme/api' });
  await talk.request();
  expect(await talk.state()).toBe('awaiting-approval');
  expect((await talk.promotion()).images).toMatchObject([{ repository: granted }]);
  expect(talk.card()).toContain('`acme/api`');
  return granted;
}

describe('the image of another name, which the operator granted', () => {
  test('is promoted, and the own one does not change', async () => {
    await beginGranted();
    expect((await talk.say('bob', '/approve')).reactions).toEqual(['eyes', 'rocket']);
    expect(talk.world.registry.tag('acme/api', 'main')).toBe(talk.image.digest);
    expect(talk.production().main).toBe(talk.old.digest);
  });

  test('is not, once the grant is removed: reviews are refused with the line that restores it', async () => {
    const granted = await beginGranted();
    await talk.world.restart();
    const line = expect.stringContaining(`\`IMAGE_GRANTS=${granted}=acme/dotca\``);
    expect((await talk.say('bob', '/approve')).replies).toEqual([line]);
    expect(await talk.click('bob', 'approve')).toMatchObject([
      refused('image-not-granted', { image: granted, repo: 'acme/dotca' }),
    ]);
    await talk.repo.rerun({ checkRun: talk.repo.checkRuns(talk.commit)[0]?.id ?? 0, by: 'bob' });
    await talk.world.drain();
    expect(await talk.state()).toBe('failed');
    expect((await talk.promotion()).state).toMatchObject({
      failure: { problem: { code: 'image-not-granted', image: granted, repo: 'acme/dotca' } },
    });
    expect(talk.world.registry.tag('acme/api', 'main')).toBeNull();
  });
});
