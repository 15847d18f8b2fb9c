// Shows what is sent for a check run, when another run takes over, and which texts are a bug.
import nock from 'nock';
import { expect, test } from 'vitest';
import {
  createCheckRun,
  findCheckRuns,
  publishCheckRun,
  updateCheckRun,
  type CheckRunContent,
} from '../../../src/github/checks/check-runs.ts';
import type { InstallationClient } from '../../../src/github/client/client.ts';
import { API, APP_ID, COMMIT, failureOf, grantToken, offlineGitHub, playOffline, REPO } from '../offline-github.ts';

playOffline();

const RUNS = '/repos/acme/dotca/check-runs';
const LIST = `/repos/acme/dotca/commits/${COMMIT}/check-runs`;
const QUERY = { check_name: 'imprimatur / production', app_id: APP_ID, filter: 'all', per_page: 100 };

const approve = { label: 'Approve', description: 'Let it go to production', identifier: 'approve' };
const waiting = {
  name: 'imprimatur / production',
  headSha: COMMIT,
  externalId: 'promotion-1',
  status: 'completed',
  conclusion: 'action_required',
  title: 'P12 awaits approval',
  summary: 'Everything passed.',
  actions: [approve],
} as const satisfies CheckRunContent;
const { conclusion: _, ...unfinished } = waiting;
const examining = { ...unfinished, status: 'in_progress', actions: [] } as const satisfies CheckRunContent;
const done = { ...waiting, conclusion: 'success', actions: [] } as const satisfies CheckRunContent;

const ours = { name: waiting.name, external_id: waiting.externalId, app: { id: APP_ID } };
const standing = { status: 'completed', conclusion: 'action_required' };

test('a run is created with its buttons', async () => {
  grantToken(7);
  nock(API)
    .post(RUNS, {
      name: 'imprimatur / production',
      head_sha: COMMIT,
      external_id: 'promotion-1',
      details_url: 'https://imprimatur.example/P12',
      status: 'completed',
      conclusion: 'action_required',
      output: { title: 'P12 awaits approval', summary: 'Everything passed.', text: 'All findings.' },
      actions: [approve],
    })
    .reply(201, { id: 5, ...standing });
  const content = { ...waiting, detailsUrl: 'https://imprimatur.example/P12', text: 'All findings.' };
  expect(await createCheckRun({ client: client(), repo: REPO, content })).toEqual({ id: 5, ...standing });
});

test('a run in progress is created without a conclusion', async () => {
  grantToken(7);
  nock(API)
    .post(RUNS, (body) => body.status === 'in_progress' && !('conclusion' in body))
    .reply(201, { id: 5, status: 'in_progress', conclusion: null });
  const run = await createCheckRun({ client: client(), repo: REPO, content: examining });
  expect(run).toEqual({ id: 5, status: 'in_progress', conclusion: null });
});

test('an update takes the old buttons away and names no commit', async () => {
  grantToken(7);
  nock(API)
    .patch(`${RUNS}/5`, (body) => body.actions.length === 0 && body.conclusion === 'success' && !('head_sha' in body))
    .reply(200, { id: 5, status: 'completed', conclusion: 'success' });
  const run = await updateCheckRun({ client: client(), repo: REPO, id: 5, content: done });
  expect(run).toEqual({ id: 5, status: 'completed', conclusion: 'success' });
});

test('an update in progress leaves the status alone, so a completed run is not reopened', async () => {
  grantToken(7);
  nock(API)
    .patch(`${RUNS}/5`, (body) => !('status' in body) && !('conclusion' in body) && body.output.title !== undefined)
    .reply(200, { id: 5, ...standing });
  expect(await publish(examining, { existing: 5 })).toBe(5);
});

test('the first run is created without looking for one', async () => {
  grantToken(7);
  nock(API)
    .post(RUNS)
    .reply(201, { id: 5, ...standing });
  expect(await publish(waiting, { existing: null })).toBe(5);
});

test('a known run is updated in place', async () => {
  grantToken(7);
  nock(API).patch(`${RUNS}/5`).reply(200, { id: 5, status: 'completed', conclusion: 'success' });
  expect(await publish(done, { existing: 5 })).toBe(5);
});

test.each([
  { name: 'the conclusion stays old', answer: standing },
  { name: 'the status stays old', answer: { status: 'in_progress', conclusion: null } },
  { name: 'the status alone stays old', answer: { status: 'queued', conclusion: 'success' } },
])('where $name after an update, a new run with the same identity takes over', async ({ answer }) => {
  grantToken(7);
  nock(API)
    .patch(`${RUNS}/5`)
    .reply(200, { id: 5, ...answer });
  nock(API)
    .post(
      RUNS,
      ({ name, head_sha: sha, external_id: id, conclusion }) =>
        name === waiting.name && sha === COMMIT && id === waiting.externalId && conclusion === 'success',
    )
    .reply(201, { id: 6, status: 'completed', conclusion: 'success' });
  expect(await publish(done, { existing: 5 })).toBe(6);
});

test('a run that GitHub has deleted is replaced', async () => {
  grantToken(7);
  nock(API).patch(`${RUNS}/5`).reply(404, { message: 'Not Found' });
  nock(API).get(LIST).query(QUERY).reply(200, { check_runs: [] });
  nock(API).post(RUNS).reply(201, { id: 6, status: 'completed', conclusion: 'success' });
  expect(await publish(done, { existing: 5 })).toBe(6);
});

test('a run that GitHub does not find for a moment is not created twice', async () => {
  grantToken(7);
  nock(API).patch(`${RUNS}/5`).reply(404, { message: 'Not Found' });
  nock(API)
    .get(LIST)
    .query(QUERY)
    .reply(200, { check_runs: [{ id: 5, ...standing, ...ours }] });
  const error = await failureOf(publish(done, { existing: 5 }));
  expect(error).toMatchObject({ code: 'github-unavailable', retryable: true, status: 404 });
});

test('after a failed update, no second run is created', async () => {
  grantToken(7);
  nock(API).patch(`${RUNS}/5`).reply(502, '');
  expect((await failureOf(publish(done, { existing: 5 }))).code).toBe('github-unavailable');
});

test('after an unclear attempt, the run that was created after all is used', async () => {
  grantToken(7);
  nock(API)
    .get(LIST)
    .query(QUERY)
    .reply(200, { check_runs: [{ id: 5, ...standing, ...ours }] });
  nock(API)
    .patch(`${RUNS}/5`)
    .reply(200, { id: 5, ...standing });
  expect(await publish(waiting, { existing: null, mayExist: true })).toBe(5);
});

test('after an unclear attempt that created nothing, a run is created', async () => {
  grantToken(7);
  nock(API).get(LIST).query(QUERY).reply(200, { check_runs: [] });
  nock(API)
    .post(RUNS)
    .reply(201, { id: 5, ...standing });
  expect(await publish(waiting, { existing: null, mayExist: true })).toBe(5);
});

test('after an unclear take-over, the newest run counts and not the one that was known', async () => {
  grantToken(7);
  nock(API)
    .get(LIST)
    .query(QUERY)
    .reply(200, { check_runs: [5, 6].map((id) => ({ id, ...standing, ...ours })) });
  nock(API).patch(`${RUNS}/6`).reply(200, { id: 6, status: 'completed', conclusion: 'success' });
  expect(await publish(done, { existing: 5, mayExist: true })).toBe(6);
});

test('runs of other promotions, names and Apps are not ours', async () => {
  grantToken(7);
  const runs = [
    { id: 1, ...standing, ...ours },
    { id: 9, ...standing, ...ours, external_id: 'promotion-2' },
    { id: 8, ...standing, ...ours, app: { id: 1 } },
    { id: 7, ...standing, ...ours, app: null },
    { id: 6, ...standing, ...ours, name: 'imprimatur / canary' },
    { id: 3, status: 'in_progress', conclusion: null, ...ours },
  ];
  nock(API).get(LIST).query(QUERY).reply(200, { check_runs: runs });
  const { name, externalId } = waiting;
  expect(await findCheckRuns({ client: client(), repo: REPO, commit: COMMIT, name, externalId })).toEqual([
    { id: 3, status: 'in_progress', conclusion: null },
    { id: 1, ...standing },
  ]);
});

const FULL = {
  label: 'l'.repeat(20),
  description: 'd'.repeat(40),
  identifier: 'i'.repeat(20),
};

test('texts of exactly the allowed length are sent', async () => {
  grantToken(7);
  nock(API)
    .post(RUNS)
    .reply(201, { id: 5, ...standing });
  const longest = { ...waiting, summary: 's'.repeat(65_535), text: 't'.repeat(65_535), actions: [FULL, FULL, FULL] };
  expect((await createCheckRun({ client: client(), repo: REPO, content: longest })).id).toBe(5);
});

test.each<{ readonly name: string; readonly change: Partial<CheckRunContent>; readonly message: string }>([
  { name: 'a fourth button', change: { actions: [FULL, FULL, FULL, FULL] }, message: '4 actions, 3 at most' },
  {
    name: 'a long label',
    change: { actions: [{ ...FULL, label: 'l'.repeat(21) }] },
    message: '21 characters, 20 at most',
  },
  {
    name: 'a long description',
    change: { actions: [{ ...FULL, description: 'd'.repeat(41) }] },
    message: '41 characters, 40 at most',
  },
  {
    name: 'a long identifier',
    change: { actions: [{ ...FULL, identifier: 'i'.repeat(21) }] },
    message: '21 characters, 20 at most',
  },
  { name: 'a long summary', change: { summary: 's'.repeat(65_536) }, message: 'summary has 65536 characters' },
  { name: 'a long text', change: { text: 't'.repeat(65_536) }, message: 'text has 65536 characters' },
  { name: 'a blank title', change: { title: ' ' }, message: 'needs a title' },
])('$name is a bug and is not sent', async ({ change, message }) => {
  const content = { ...waiting, ...change, status: 'completed', conclusion: 'success' } as const;
  await expect(createCheckRun({ client: client(), repo: REPO, content })).rejects.toThrow(message);
  await expect(updateCheckRun({ client: client(), repo: REPO, id: 5, content })).rejects.toThrow(message);
});

function client(): InstallationClient {
  return offlineGitHub().forInstallation(7);
}

function publish(
  content: CheckRunContent,
  { existing, mayExist = false }: { readonly existing: number | null; readonly mayExist?: boolean },
): Promise<number> {
  const known = existing === null ? null : { id: existing };
  return publishCheckRun({ client: client(), repo: REPO, content, existing: known, mayExist });
}
