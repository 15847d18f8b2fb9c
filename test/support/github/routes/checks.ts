// Answers about check runs; the rules for status and conclusion are GitHub's.
import { z } from 'zod';
import { checkRunPayload } from '../payloads.ts';
import { renderCheckRun } from '../render-work.ts';
import { NOT_FOUND, page, param, read, refuse, type Answer, type RepoCall, type Route, type Routes } from '../route.ts';
import { suiteOf, type Access, type CheckRun } from '../state.ts';

const Change = z.looseObject({
  name: z.string().optional(),
  head_sha: z.string().optional(),
  external_id: z.string().optional(),
  details_url: z.string().optional(),
  status: z.enum(['queued', 'in_progress', 'completed']).optional(),
  conclusion: z.string().optional(),
  started_at: z.string().optional(),
  completed_at: z.string().optional(),
  output: z
    .looseObject({
      title: z.string().optional(),
      summary: z.string(),
      text: z.string().optional(),
      annotations: z.array(z.unknown()).default([]),
    })
    .optional(),
  actions: z.array(z.object({ label: z.string(), description: z.string(), identifier: z.string() })).optional(),
});

export const CHECK_ROUTES: Routes = {
  'checks/create': on('write', (call) => {
    const change = read(call, Change);
    const { state, repo } = call;
    const commit = repo.git.resolve(change.head_sha ?? '');
    if (commit === undefined || commit.sha !== change.head_sha)
      return refuse(422, `No commit found for SHA: ${change.head_sha ?? ''}`);
    const run: CheckRun = {
      id: state.nextId('check'),
      suiteId: suiteOf(state, repo, commit.sha),
      headSha: commit.sha,
      name: '',
      externalId: '',
      detailsUrl: '',
      status: 'queued',
      conclusion: null,
      startedAt: state.now(),
      completedAt: null,
      title: null,
      summary: null,
      text: null,
      annotations: [],
      actions: [],
    };
    repo.checkRuns.set(run.id, run);
    applyChange(call, run, change);
    tell(call, run, 'created');
    if (run.status === 'completed') tell(call, run, 'completed');
    return { status: 201, body: renderCheckRun(state, repo, run) };
  }),
  'checks/update': on('write', (call) => {
    const run = call.repo.checkRuns.get(Number(param(call, 'check_run_id')));
    if (run === undefined) return NOT_FOUND;
    const before = run.status;
    applyChange(call, run, read(call, Change));
    if (before !== 'completed' && run.status === 'completed') tell(call, run, 'completed');
    return { status: 200, body: renderCheckRun(call.state, call.repo, run) };
  }),
  'checks/get': on('read', (call) => {
    const run = call.repo.checkRuns.get(Number(param(call, 'check_run_id')));
    return run === undefined ? NOT_FOUND : { status: 200, body: renderCheckRun(call.state, call.repo, run) };
  }),
  'checks/list-for-ref': on('read', (call) => {
    const commit = call.repo.git.resolve(param(call, 'ref'));
    if (commit === undefined) return refuse(422, `No commit found for SHA: ${param(call, 'ref')}`);
    const { check_name: name, status, app_id: app } = call.query;
    const all = [...call.repo.checkRuns.values()].filter((run) => run.headSha === commit.sha).toReversed();
    const wanted = call.query['filter'] === 'all' ? all : newestOfEachName(all);
    const found = wanted.filter(
      (run) =>
        (name === undefined || run.name === name) &&
        (status === undefined || run.status === status) &&
        (app === undefined || Number(app) === call.state.app.id),
    );
    const cut = page(call, found);
    const runs = cut.items.map((run) => renderCheckRun(call.state, call.repo, run));
    return { status: 200, body: { total_count: found.length, check_runs: runs }, headers: cut.headers };
  }),
};

function on(access: Access, answer: (call: RepoCall) => Answer): Route {
  return { auth: 'repository', needs: ['checks'], access, answer };
}

function applyChange(call: RepoCall, run: CheckRun, change: z.infer<typeof Change>): void {
  const { state } = call;
  const frozen = state.freezeCompletedCheckRuns && run.status === 'completed';
  if (!frozen) applyStatus(run, change, state.now());
  run.name = change.name ?? run.name;
  run.externalId = change.external_id ?? run.externalId;
  run.detailsUrl = change.details_url ?? run.detailsUrl;
  run.startedAt = change.started_at === undefined ? run.startedAt : Date.parse(change.started_at);
  run.actions = change.actions ?? run.actions;
  if (change.output === undefined) return;
  run.title = change.output.title ?? run.title;
  run.summary = change.output.summary;
  run.text = change.output.text ?? run.text;
  run.annotations.push(...change.output.annotations);
}

/** A conclusion completes the run, with or without a status. */
function applyStatus(run: CheckRun, change: z.infer<typeof Change>, now: number): void {
  run.status = change.conclusion === undefined ? (change.status ?? run.status) : 'completed';
  if (run.status !== 'completed') {
    run.conclusion = null;
    run.completedAt = null;
    return;
  }
  run.conclusion = change.conclusion ?? run.conclusion;
  run.completedAt = change.completed_at === undefined ? (run.completedAt ?? now) : Date.parse(change.completed_at);
}

function newestOfEachName(runs: readonly CheckRun[]): readonly CheckRun[] {
  const seen = new Set<string>();
  return runs.filter((run) => !seen.has(run.name) && seen.add(run.name));
}

function tell(call: RepoCall, run: CheckRun, action: 'created' | 'completed'): void {
  const about = { state: call.state, repo: call.repo, sender: call.state.bot };
  call.echo('check_run', checkRunPayload(about, { action, run }), call.repo.owner.login);
}
