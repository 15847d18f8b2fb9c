// Force: rules of the policy are overridden in everybody's sight; what protects others, and the approval, are not.
import { afterEach, describe, expect, test } from 'vitest';
import type { ImageOptions, TestImage } from '../support/registry/images.ts';
import { cardTitle } from '../../src/messages/card/card.ts';
import { renderFindings } from '../../src/messages/card/findings.ts';
import { stateTitle } from '../../src/messages/card/state.ts';
import { viewOf } from '../messages/sample-view.ts';
import { mistaken, refused } from './answers.ts';
import { begin, converse, shown, type Conversation } from './conversation.ts';
import { trailOf } from './release.ts';
import { acme, IMAGE, Scenario, stage } from './world.ts';

let talk: Conversation;
afterEach(async () => {
  await talk.world.end();
  await talk.world.close();
});

const REASON = '--reason "login is down"';

/** One rule fails: nothing to start. */
const BROKEN: ImageOptions = { cmd: [], entrypoint: [] };

/** An image of a commit on `main`, pushed as the hotfix build does. */
function hotfix(args: { readonly tag?: (commit: string) => string } = {}): {
  readonly commit: string;
  readonly short: string;
  readonly image: TestImage;
} {
  const { world, repo } = talk;
  const commit = repo.commitOn('main', { message: 'Hotfix' });
  const tag = args.tag?.(commit) ?? `hotfix-${commit.slice(0, 7)}`;
  const staging = world.registry.tag(IMAGE, 'staging') ?? '';
  const image = stage(world, { commit, tag });
  world.registry.setTag(IMAGE, 'staging', staging);
  return { commit, short: commit.slice(0, 7), image };
}

/** The lines of the code block, as the card and the check run show them; null where neither does. */
async function hotfixLines(commit: string, number = 1): Promise<readonly string[] | null> {
  const texts = [talk.card(number), talk.repo.checkRuns(commit).at(-1)?.summary ?? ''];
  const blocks = texts.map((text) => /^```sh\n([^]*?)\n```$/m.exec(text)?.[1]?.split('\n') ?? null);
  expect(blocks[0]).toEqual(blocks[1]);
  return blocks[0] ?? null;
}

async function promoteByForce(tag: string): Promise<void> {
  await talk.say('mia', `/promote ${tag} force ${REASON}`);
  expect(await hotfixLines(talk.repo.head('main'))).toBeNull();
  await talk.approve('bob');
}

describe('a rule that fails', () => {
  test('is overridden: the card and the check run show that to reviewers, and the audit trail records it', async () => {
    talk = await begin({ image: BROKEN });
    await talk.request();
    expect(await talk.state()).toBe('checks-failed');

    const { reactions } = await talk.say('mia', `/promote staging-${talk.short} force ${REASON}`);
    expect(reactions).toEqual(['eyes', 'rocket']);
    expect(await talk.state(2)).toBe('awaiting-approval');
    const card = talk.card(2);
    const second = await talk.promotion(2);
    expect(second).toMatchObject({ force: true, reason: 'login is down' });
    expect((await talk.findings(2)).filter((line) => line.includes('overridden'))).toEqual([
      'fail command linux/amd64 overridden',
      'fail command linux/arm64 overridden',
    ]);
    // The title says that rules are overridden, the list which.
    expect(card).toContain(`● P2 · \`staging-${talk.short}\` → \`production\``);
    expect(card).toContain('login is down');
    const run = talk.repo.checkRuns(talk.commit).at(-1);
    expect(run?.title).toBe(stateTitle(viewOf(second)));
    expect(run?.title).not.toBe(stateTitle(viewOf({ ...second, findings: [] })));
    const list = renderFindings(second.findings, { findings: 200, reviews: 50, tags: 100, textLength: 500 });
    for (const text of [card, run?.text]) expect(text).toContain(list);

    expect(await talk.say('mia', '/approve P2')).toMatchObject({ reactions: ['eyes', '-1'] });
    expect(talk.production().main).toBe(talk.old.digest);
    await talk.click('bob', 'approve');
    expect(talk.production()).toEqual({ main: talk.image.digest, latest: talk.image.digest });
    const trail = (await trailOf(talk.world)).filter(({ promotion }) => promotion === 2);
    expect(trail.find(({ kind }) => kind === 'requested')?.details).toMatchObject({
      force: true,
      reason: 'login is down',
    });
    const examined = JSON.stringify(trail.find(({ kind }) => kind === 'examined')?.details);
    expect(examined.match(/"outcome":"fail","overridden":true/g)).toHaveLength(2);
  });

  test('needs the role that the policy names', async () => {
    talk = await begin({ image: BROKEN });
    const { reactions, answers } = await talk.say('ada', `/promote staging-${talk.short} force ${REASON}`);
    expect(reactions).toEqual(['eyes', '-1']);
    expect(answers).toMatchObject([
      refused('not-permitted', { verb: 'promote with force', role: 'write', wanted: 'maintain' }),
    ]);
    expect(await talk.state()).toBeNull();
  });

  test('without a reason nothing is forced', async () => {
    talk = await begin({ image: BROKEN });
    const { answers } = await talk.say('mia', `/promote staging-${talk.short} force`);
    expect(answers).toMatchObject([mistaken('force-without-reason')]);
    expect(await talk.state()).toBeNull();
  });

  test('of an image that passes, force overrides nothing and needs the approval like any other', async () => {
    talk = await begin();
    await talk.say('mia', `/promote staging-${talk.short} force ${REASON}`);
    const promotion = await talk.promotion();
    expect(promotion).toMatchObject({ force: true, state: { kind: 'awaiting-approval' } });
    expect((await talk.findings()).join()).not.toContain('overridden');
    expect(talk.card()).toContain(cardTitle(viewOf(promotion)));
    expect(talk.card()).not.toContain(cardTitle(viewOf({ ...promotion, force: false })));
    await talk.click('bob', 'approve');
    expect(talk.production().main).toBe(talk.image.digest);
    expect(Object.keys(talk.world.registry.tags(IMAGE))).toContain('rollback-20261124-090000-login-is-down');
  });
});

test('an image that proves no commit is shown on its card only', async () => {
  const labels = {
    'org.opencontainers.image.source': 'https://github.com/acme/dotca',
    'org.opencontainers.image.revision': 'a'.repeat(40),
  };
  talk = await begin({ image: { labels } });
  await talk.say('mia', `/promote staging-${talk.short} force ${REASON}`);
  expect(await talk.state()).toBe('awaiting-approval');
  expect(talk.repo.checkRuns(talk.commit)).toEqual([]);
  expect((await talk.promotion()).images).toMatchObject([{ commit: null }]);
  expect(await talk.findings()).toContain('fail revision overridden');
  await talk.say('bob', '/approve P1');
  expect(talk.production().main).toBe(talk.image.digest);
});

describe('never overridden', () => {
  test('a source label that names another repository', async () => {
    talk = await begin({ image: { labels: { 'org.opencontainers.image.source': 'https://github.com/acme/other' } } });
    await talk.say('mia', `/promote staging-${talk.short} force ${REASON}`);
    expect(await talk.state()).toBe('checks-failed');
    expect(await talk.findings()).toEqual(
      expect.arrayContaining([expect.stringMatching(/^fail source\b(?!.*overridden)/)]),
    );
  });

  test('a missing layer', async () => {
    talk = await begin();
    const layer = talk.image.blobs.find(({ sizeBytes }) => sizeBytes === 90_000_000);
    talk.world.registry.quirks.missing.add(layer?.digest ?? '');
    await talk.say('mia', `/promote staging-${talk.short} force ${REASON}`);
    expect(await talk.state()).toBe('checks-failed');
    expect(await talk.findings()).toContain('fail completeness');
  });

  test('a permanent tag that holds another digest', async () => {
    talk = await begin({ image: BROKEN });
    talk.world.registry.setTag(IMAGE, `main-staging-${talk.short}`, talk.old.digest);
    await talk.say('mia', `/promote staging-${talk.short} force ${REASON}`);
    expect(await talk.state()).toBe('checks-failed');
    expect(await talk.findings()).toEqual(
      expect.arrayContaining(['fail permanent-tag', 'fail command linux/amd64 overridden']),
    );
  });

  test('a policy file that cannot be read', async () => {
    talk = await begin({ image: BROKEN });
    talk.repo.writeFiles('main', { '.github/promotion.yml': 'images: [' });
    const { answers } = await talk.say('mia', `/promote staging-${talk.short} force ${REASON}`);
    expect(answers).toMatchObject([refused('policy-unreadable')]);
    expect(await talk.state()).toBeNull();
  });

  test('an image that the repository may not promote', async () => {
    talk = await begin();
    talk.repo.writeFiles('main', { '.github/promotion.yml': `images: [${talk.world.registry.host}/acme/other]\n` });
    const { answers } = await talk.say('mia', `/promote staging-${talk.short} force ${REASON}`);
    expect(answers).toMatchObject([
      refused('image-not-granted', { image: `${talk.world.registry.host}/acme/other`, repo: 'acme/dotca' }),
    ]);
  });
});

describe('a hotfix', () => {
  test('goes from its own tag to production, with force only, and gets its permanent tag', async () => {
    talk = await begin();
    const { short, image, commit } = hotfix();
    expect((await talk.say('mia', `/promote hotfix-${short}`)).answers).toMatchObject([
      refused('not-a-source', { typed: `hotfix-${short}`, prefixes: ['staging'] }),
    ]);
    await talk.say('mia', `/promote hotfix-${short} force ${REASON}`);
    expect(await talk.state()).toBe('awaiting-approval');
    expect(talk.card()).toContain(`P1 · \`hotfix-${short}\` → \`production\``);
    expect(await talk.findings()).toContain('pass tag-commit');
    const run = talk.repo.checkRuns(commit).at(-1);
    await talk.repo.click({ checkRun: run?.id ?? 0, action: 'approve', by: 'bob' });
    await talk.world.drain();
    expect(talk.production().main).toBe(image.digest);
    expect(talk.world.registry.tag(IMAGE, `main-hotfix-${short}`)).toBe(image.digest);
  });

  describe('that is promoted', () => {
    test('shows the lines that merge its commit into staging', async () => {
      talk = await begin();
      const { short, commit } = hotfix();
      await promoteByForce(`hotfix-${short}`);
      expect(await hotfixLines(commit)).toEqual([
        'git fetch origin',
        'git switch staging',
        'git pull --ff-only',
        `git merge ${commit}`,
        'git push origin staging',
      ]);
      await talk.say('mia', '/rollback --reason "worse"');
      await talk.approve('bob', 2);
      await talk.say('mia', '/rollback to P1 --reason "it was not the hotfix"');
      await talk.approve('bob', 3);
      expect(await talk.state(3)).toBe('promoted');
      // Its own card shows them. What is brought back may be there for an hour only.
      expect(talk.card(3)).not.toContain('git merge');
    });

    test('shows nothing where staging has the commit', async () => {
      talk = await begin();
      const { short, commit } = hotfix();
      talk.repo.merge({ from: 'main', into: 'staging' });
      await promoteByForce(`hotfix-${short}`);
      expect(await talk.state()).toBe('promoted');
      expect(await hotfixLines(commit)).toBeNull();
    });

    test('shows them with the branches of the policy, and for the production branch too', async () => {
      const world = await Scenario.start();
      const repo = await acme(world);
      repo.writeFiles('main', {
        '.github/promotion.yml': "hotfix: { branch: urgent }\nstaging: { branch: 'next;ls' }\n",
      });
      const old = stage(world, { commit: repo.commitOn('next;ls', { message: 'Old' }) });
      world.registry.setTag(IMAGE, 'main', old.digest);
      world.registry.setTag(IMAGE, 'latest', old.digest);
      const commit = repo.commitOn('urgent', { message: 'Hotfix' });
      const image = stage(world, { commit, tag: `hotfix-${commit.slice(0, 7)}` });
      talk = converse(world, { repo, commit, image, old });
      await promoteByForce(`hotfix-${talk.short}`);
      expect(await hotfixLines(commit)).toEqual([
        'git fetch origin',
        "git switch 'next;ls'",
        'git pull --ff-only',
        `git merge ${commit}`,
        "git push origin 'next;ls'",
        'git switch main',
        'git pull --ff-only',
        `git merge ${commit}`,
        'git push origin main',
      ]);
    });

    test('shows none once its deployment has failed: the next step is the rollback', async () => {
      talk = await begin();
      const { short, commit } = hotfix();
      await promoteByForce(`hotfix-${short}`);
      const deployment = talk.repo.deployments().at(-1)?.id ?? 0;
      await talk.repo.deploymentStatus({ deployment, state: 'failure', by: 'github-actions[bot]' });
      await talk.world.drain();
      expect(await talk.state()).toBe('deployment-failed');
      expect(await hotfixLines(commit)).toBeNull();
    });

    test('a forced image of staging shows none, wherever its commit is', async () => {
      talk = await begin();
      const { commit } = hotfix({ tag: (sha) => `staging-${sha.slice(0, 7)}` });
      await promoteByForce(`staging-${commit.slice(0, 7)}`);
      expect(await talk.state()).toBe('promoted');
      expect(await hotfixLines(commit)).toBeNull();
    });
  });

  test('whose tag names another commit is shown, and overridden', async () => {
    talk = await begin();
    hotfix({ tag: () => 'hotfix-deadbee' });
    await talk.say('mia', `/promote deadbee force ${REASON}`);
    expect(await talk.findings()).toContain('fail tag-commit overridden');
  });

  test('called `hotfix` is kept under its commit', async () => {
    talk = await begin();
    const { short, image } = hotfix({ tag: () => 'hotfix' });
    await talk.say('mia', `/promote hotfix force ${REASON}`);
    expect(talk.card()).toMatch(new RegExp(`\`main-hotfix-${short}\`: .*\`${shown(image.digest)}\``));
  });

  test('comes from the branch that the policy names', async () => {
    const world = await Scenario.start();
    const repo = await acme(world);
    repo.writeFiles('main', { '.github/promotion.yml': 'hotfix: { branch: urgent, tag_prefix: fix }\n' });
    const old = stage(world, { commit: repo.commitOn('staging', { message: 'Old' }) });
    const commit = repo.commitOn('urgent', { message: 'Hotfix' });
    const image = stage(world, { commit, tag: `fix-${commit.slice(0, 7)}` });
    talk = converse(world, { repo, commit, image, old });
    await talk.say('mia', `/promote ${talk.short} force ${REASON}`);
    expect(talk.card()).toContain(`P1 · \`fix-${talk.short}\` →`);
    expect(await talk.findings()).toContain('pass revision');
  });
});
