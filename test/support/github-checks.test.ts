// Check runs on the test GitHub: what GitHub would refuse is refused and noted.
import type { Octokit } from '@octokit/rest';
import { describe, expect, test } from 'vitest';
import { AT, statusOf, useStage } from './github/stage.ts';

const stage = useStage();
const APPROVE = { label: 'Approve', description: 'Promote this image', identifier: 'approve' };
const OUTPUT = { title: 'Waiting for approval', summary: 'One of the reviewers must approve.' };
const NOTE = { path: 'a', start_line: 1, end_line: 1, annotation_level: 'notice', message: 'x' };

describe('check runs', () => {
  test('a run is created, completed with buttons, listed, and clicked', async () => {
    const { world, listener, repo, app } = stage();
    const sha = repo.commitOn('staging');
    const created = await app.rest.checks.create({ ...AT, name: 'imprimatur / production', head_sha: sha });
    expect(created.data).toMatchObject({ status: 'queued', conclusion: null, app: { slug: 'imprimatur' } });
    expect(() => repo.click({ checkRun: created.data.id, action: 'approve', by: 'bob' })).toThrow('shows no button');
    await app.rest.checks.update({
      ...AT,
      check_run_id: created.data.id,
      status: 'completed',
      conclusion: 'action_required',
      actions: [APPROVE],
      external_id: 'P1',
      output: OUTPUT,
    });
    const listed = await app.rest.checks.listForRef({ ...AT, ref: 'staging', check_name: 'imprimatur / production' });
    expect(listed.data.check_runs).toMatchObject([{ id: created.data.id, external_id: 'P1', output: OUTPUT }]);
    expect(repo.checkRuns(sha)).toMatchObject([{ actions: [APPROVE], conclusion: 'action_required' }]);

    const sent = await repo.click({ checkRun: created.data.id, action: 'approve', by: 'bob' });
    expect(sent.status).toBe(202);
    expect(JSON.parse(listener.received.at(-1)?.body ?? '')).toMatchObject({
      action: 'requested_action',
      requested_action: { identifier: 'approve' },
      check_run: { id: created.data.id, external_id: 'P1', head_sha: sha },
      sender: { login: 'bob', type: 'User' },
      repository: { id: repo.id, full_name: 'acme/dotca' },
      installation: { id: world.installation('acme').id },
    });
    expect(world.violations).toEqual([]);
  });

  test('a conclusion alone completes a run', async () => {
    const { repo, app } = stage();
    const run = await createRun(app, repo.commitOn('staging'));
    const { data } = await app.rest.checks.update({ ...AT, check_run_id: run, conclusion: 'success' });
    expect(data).toMatchObject({ status: 'completed', conclusion: 'success', completed_at: '2026-11-24T09:00:00Z' });
  });

  test('frozen, a completed run answers 200 and stays as it was', async () => {
    const { world, repo, app } = stage();
    const run = await createRun(app, repo.commitOn('staging'));
    await app.rest.checks.update({ ...AT, check_run_id: run, status: 'completed', conclusion: 'action_required' });
    world.freezeCompletedCheckRuns(true);
    const change = { ...AT, check_run_id: run, status: 'completed', conclusion: 'success' } as const;
    expect((await app.rest.checks.update(change)).data.conclusion).toBe('action_required');
    world.freezeCompletedCheckRuns(false);
    expect((await app.rest.checks.update(change)).data.conclusion).toBe('success');
  });

  test('the latest run of a name hides the older ones', async () => {
    const { repo, app } = stage();
    const ref = repo.commitOn('staging');
    const first = await createRun(app, ref);
    const second = await createRun(app, ref);
    const latest = await app.rest.checks.listForRef({ ...AT, ref });
    expect(latest.data.check_runs.map((run) => run.id)).toEqual([second]);
    const all = await app.rest.checks.listForRef({ ...AT, ref, filter: 'all' });
    expect(all.data.check_runs.map((run) => run.id)).toEqual([second, first]);
  });

  const four = [1, 2, 3, 4].map((number) => ({ ...APPROVE, identifier: `approve-${number}` }));
  const notes = Array.from({ length: 51 }, () => NOTE);
  test.each([
    ['four buttons', { actions: four }, 'must NOT have more than 3 items'],
    ['an identifier of 21 characters', { actions: [{ ...APPROVE, identifier: 'x'.repeat(21) }] }, 'identifier'],
    ['a label of 21 characters', { actions: [{ ...APPROVE, label: 'x'.repeat(21) }] }, 'label'],
    ['a description of 41 characters', { actions: [{ ...APPROVE, description: 'x'.repeat(41) }] }, 'description'],
    ['a summary of 65,536 characters', { output: { ...OUTPUT, summary: 'x'.repeat(65_536) } }, 'summary'],
    ['a text of 65,536 characters', { output: { ...OUTPUT, text: 'x'.repeat(65_536) } }, 'text'],
    ['51 annotations', { output: { ...OUTPUT, annotations: notes } }, 'annotations'],
    ['a status only Actions may set', { status: 'waiting' }, 'status'],
    ['completed without a conclusion', { status: 'completed' }, 'needs a conclusion'],
    ['a conclusion on a running one', { status: 'in_progress', conclusion: 'success' }, 'completes a check run'],
    ['the conclusion stale', { conclusion: 'stale' }, 'only GitHub'],
    ['an unknown field', { colour: 'green' }, 'colour is not a field'],
    ['no name', { name: undefined }, "'name'"],
  ])('a new check run with %s is refused and recorded', async (_, fields, note) => {
    const { world, repo, app } = stage();
    const sha = repo.commitOn('staging');
    const body = { name: 'imprimatur / production', head_sha: sha, ...fields };
    expect(await statusOf(app.request('POST /repos/acme/dotca/check-runs', body))).toBe(422);
    expect(world.violations).toHaveLength(1);
    expect(world.violations[0]).toContain(note);
    expect(repo.checkRuns(sha)).toEqual([]);
  });

  test('a commit that does not exist gets no check run', async () => {
    const { world, app } = stage();
    expect(await statusOf(app.rest.checks.create({ ...AT, name: 'x', head_sha: 'a'.repeat(40) }))).toBe(422);
    expect(world.violations).toEqual([]);
  });
});

async function createRun(app: Octokit, head_sha: string): Promise<number> {
  return (await app.rest.checks.create({ ...AT, name: 'imprimatur / production', head_sha })).data.id;
}
