// The rule on staging deployments, from GitHub's answers to the card.
import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { reportersLine } from '../../src/domain/promotion/reporter.ts';
import type { GitHubRepo } from '../support/github/repo.ts';
import { begin, type Conversation } from './conversation.ts';

let talk: Conversation;

afterEach(async () => {
  await talk.world.close();
});

/** A deployment of that commit, and how it went, oldest status first. */
async function deploy(repo: GitHubRepo, commit: string, states: readonly string[]): Promise<void> {
  const { id: deployment } = await repo.deploy({ commit, environment: 'staging', by: 'deployer[bot]' });
  for (const state of states) await repo.deploymentStatus({ deployment, state, by: 'deployer[bot]' });
}

/** The finding of the rule: its outcome and what it saw; `-` where it says nothing. */
async function finding(): Promise<string> {
  const found = (await talk.promotion()).findings.find(({ rule }) => rule === 'staging-deployed');
  if (found?.rule !== 'staging-deployed') return '-';
  return `${found.outcome}: ${found.seen.code === 'status' ? found.seen.state : found.seen.code}`;
}

test('a status by somebody who is not listed does not count, and the finding has the line to add', async () => {
  talk = await begin();
  talk.repo.writeFiles('main', { '.github/promotion.yml': 'staging: { deployed: required }\n' });
  const { id: deployment } = await talk.repo.deploy({
    commit: talk.commit,
    environment: 'staging',
    by: 'deployer[bot]',
  });
  await talk.repo.deploymentStatus({ deployment, state: 'success', by: 'ada' });
  await talk.request();
  expect(await finding()).toBe('fail: not-counted');
  expect(await talk.state()).toBe('checks-failed');
  const [found] = (await talk.promotion()).findings.filter(({ rule }) => rule === 'staging-deployed');
  const { login, id } = z.object({ login: z.string(), id: z.int() }).parse(found?.seen);
  const line = reportersLine({ login, id });
  talk.repo.writeFiles('main', { '.github/promotion.yml': `staging: { deployed: required, ${line} }\n` });
  await talk.repo.rerun({ checkRun: talk.repo.checkRuns(talk.commit).at(-1)?.id ?? 0, by: 'bob' });
  await talk.world.drain();
  expect(await finding()).toBe('pass: success');
  await talk.world.end();
});

test('a deployment whose payload names another image does not count for this one', async () => {
  talk = await begin();
  const payload = { digest: talk.old.digest };
  const about = { commit: talk.commit, environment: 'staging', by: 'deployer[bot]' };
  const { id: deployment } = await talk.repo.deploy({ ...about, payload });
  await talk.repo.deploymentStatus({ deployment, state: 'success', by: 'deployer[bot]' });
  await talk.request();
  expect(await finding()).toBe('warn: commit-not-deployed');
  await talk.world.end();
});

test('a repository that never deployed to staging gets no finding', async () => {
  talk = await begin();
  await talk.request();
  expect(await finding()).toBe('-');
  await talk.world.end();
});

test.each([
  ['succeeded', ['in_progress', 'success'], 'pass: success'],
  ['failed', ['in_progress', 'failure'], 'warn: failure'],
  ['is on its way', ['in_progress'], 'warn: in_progress'],
  ['failed, and was switched off', ['failure', 'inactive'], 'warn: failure'],
  ['was switched off, and nothing else is known of it', ['inactive'], 'warn: inactive'],
  ['has no status', [], 'warn: no-status'],
])('the deployment of the commit %s', async (_name, states, seen) => {
  talk = await begin();
  await deploy(talk.repo, talk.commit, states);
  await talk.request();
  expect(await finding()).toBe(seen);
  expect(await talk.state()).toBe('awaiting-approval');
  await talk.world.end();
});

test('another commit was deployed; and the newest deployment of the commit counts', async () => {
  talk = await begin();
  await deploy(talk.repo, talk.repo.commitOn('staging'), ['success']);
  await talk.request();
  expect(await finding()).toBe('warn: commit-not-deployed');
  await deploy(talk.repo, talk.commit, ['failure']);
  await deploy(talk.repo, talk.commit, ['success']);
  await talk.repo.rerun({ checkRun: talk.repo.checkRuns(talk.commit).at(-1)?.id ?? 0, by: 'bob' });
  await talk.world.drain();
  expect(await finding()).toBe('pass: success');
  await talk.world.end();
});

test('the deployment of the commit succeeded, and staging has moved on: it still counts', async () => {
  talk = await begin();
  talk.repo.writeFiles('main', { '.github/promotion.yml': 'staging: { deployed: required }\n' });
  await deploy(talk.repo, talk.commit, ['in_progress', 'success']);
  await deploy(talk.repo, talk.repo.commitOn('staging'), ['success']);
  const [first] = talk.repo.deployments();
  expect(first?.statuses.map(({ state }) => state)).toEqual(['in_progress', 'success', 'inactive']);
  await talk.request();
  expect(await finding()).toBe('pass: success');
  await talk.world.end();
});

test('if the policy requires it, a commit fails until it was deployed', async () => {
  talk = await begin();
  talk.repo.writeFiles('main', { '.github/promotion.yml': 'staging: { deployed: required }\n' });
  await talk.request();
  expect(await finding()).toBe('fail: never-deployed');
  expect(await talk.state()).toBe('checks-failed');
  await deploy(talk.repo, talk.commit, ['success']);
  await talk.repo.rerun({ checkRun: talk.repo.checkRuns(talk.commit).at(-1)?.id ?? 0, by: 'bob' });
  await talk.world.drain();
  expect(await talk.state()).toBe('awaiting-approval');
  await talk.world.end();
});

test('if the policy does not require it, GitHub is not asked', async () => {
  talk = await begin();
  talk.repo.writeFiles('main', { '.github/promotion.yml': 'staging: { deployed: off }\n' });
  await talk.request();
  expect(talk.world.github.requests.filter(({ path }) => path.includes('/deployments'))).toEqual([]);
  expect(await talk.state()).toBe('awaiting-approval');
  await talk.world.end();
});

test('an installation without the permission for deployments only gets a warning if the rule only warns', async () => {
  talk = await begin();
  await talk.world.github.installation('acme').setPermissions({
    checks: 'write',
    contents: 'read',
    issues: 'write',
    metadata: 'read',
    pull_requests: 'write',
  });
  await talk.request();
  expect(await finding()).toBe('warn: unknown');
  expect(await talk.state()).toBe('awaiting-approval');
  await talk.world.end();
});
