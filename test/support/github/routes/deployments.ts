// Answers about deployments and their statuses, with the refusals that surprise: auto-merge and required contexts.
import { z } from 'zod';
import { deploymentPayload, deploymentStatusPayload } from '../payloads.ts';
import { renderDeployment, renderDeploymentStatus } from '../render-work.ts';
import { NOT_FOUND, page, param, read, refuse, type Answer, type RepoCall, type Route, type Routes } from '../route.ts';
import type { Access, Account, Deployment, DeploymentStatus, Repo, State } from '../state.ts';

const NewDeployment = z.looseObject({
  ref: z.string(),
  task: z.string().default('deploy'),
  auto_merge: z.boolean().default(true),
  required_contexts: z.array(z.string()).optional(),
  payload: z.unknown().default({}),
  environment: z.string().default('production'),
  description: z.string().nullable().default(''),
  transient_environment: z.boolean().default(false),
  production_environment: z.boolean().optional(),
});
const NewStatus = z.looseObject({
  state: z.string(),
  description: z.string().default(''),
  environment: z.string().optional(),
  environment_url: z.string().default(''),
  log_url: z.string().optional(),
  target_url: z.string().optional(),
  auto_inactive: z.boolean().default(true),
});

export const DEPLOYMENT_ROUTES: Routes = {
  'repos/create-deployment': on('write', create),
  'repos/list-deployments': on('read', (call) => {
    const { sha, ref, task, environment } = call.query;
    const found = [...call.repo.deployments.values()].filter(
      (one) =>
        (sha === undefined || one.sha === sha) &&
        (ref === undefined || one.ref === ref) &&
        (task === undefined || one.task === task) &&
        (environment === undefined || one.environment === environment),
    );
    const cut = page(call, found.toReversed());
    const body = cut.items.map((one) => renderDeployment(call.state, call.repo, one));
    return { status: 200, body, headers: cut.headers };
  }),
  'repos/get-deployment': deployment('read', (call, found) => ({
    status: 200,
    body: renderDeployment(call.state, call.repo, found),
  })),
  'repos/create-deployment-status': deployment('write', (call, found) => {
    const asked = read(call, NewStatus);
    const { state, repo } = call;
    const status = addDeploymentStatus({
      state,
      repo,
      deployment: found,
      creator: state.bot,
      status: asked.state,
      description: asked.description,
      environment: asked.environment ?? found.environment,
      environmentUrl: asked.environment_url,
      logUrl: asked.log_url ?? asked.target_url ?? '',
      autoInactive: asked.auto_inactive,
    });
    const about = { state, repo, sender: state.bot };
    const payload = deploymentStatusPayload(about, { deployment: found, status });
    call.echo('deployment_status', payload, repo.owner.login);
    return { status: 201, body: renderDeploymentStatus(repo, found, status) };
  }),
  'repos/list-deployment-statuses': deployment('read', (call, found) => {
    const cut = page(call, found.statuses.toReversed());
    const body = cut.items.map((status) => renderDeploymentStatus(call.repo, found, status));
    return { status: 200, body, headers: cut.headers };
  }),
  'repos/get-deployment-status': deployment('read', (call, found) => {
    const status = found.statuses.find((one) => one.id === Number(param(call, 'status_id')));
    if (status === undefined) return NOT_FOUND;
    return { status: 200, body: renderDeploymentStatus(call.repo, found, status) };
  }),
};

/** A success turns earlier ones of the same non-production, lasting environment `inactive`. */
export function addDeploymentStatus(options: {
  readonly state: State;
  readonly repo: Repo;
  readonly deployment: Deployment;
  readonly creator: Account;
  readonly status: string;
  readonly description: string;
  readonly environment: string;
  readonly environmentUrl: string;
  readonly logUrl: string;
  readonly autoInactive: boolean;
}): DeploymentStatus {
  const { state, deployment: found, status, autoInactive } = options;
  const added: DeploymentStatus = {
    id: state.nextId('status'),
    state: status,
    creator: options.creator,
    description: options.description,
    environment: options.environment,
    environmentUrl: options.environmentUrl,
    logUrl: options.logUrl,
    createdAt: state.now(),
  };
  found.statuses.push(added);
  if (status !== 'success' || !autoInactive) return added;
  for (const other of options.repo.deployments.values()) {
    const replaced =
      other !== found && other.environment === found.environment && !other.production && !other.transient;
    if (!replaced || other.statuses.at(-1)?.state !== 'success') continue;
    other.statuses.push({ ...added, id: state.nextId('status'), state: 'inactive', description: '' });
  }
  return added;
}

export function addDeployment(
  options: Omit<Deployment, 'id' | 'createdAt' | 'statuses'> & { readonly state: State; readonly repo: Repo },
): Deployment {
  const { state, repo, ...rest } = options;
  const added: Deployment = { ...rest, id: state.nextId('deployment'), createdAt: state.now(), statuses: [] };
  repo.deployments.set(added.id, added);
  return added;
}

function create(call: RepoCall): Answer {
  const asked = read(call, NewDeployment);
  const { state, repo } = call;
  const commit = repo.git.resolve(asked.ref);
  if (commit === undefined) return refuse(422, `No ref found for: ${asked.ref}`);
  const main = repo.git.resolve(repo.defaultBranch);
  const isBehind = main !== undefined && repo.git.compare(main, commit)?.behind.length !== 0;
  if (asked.auto_merge && isBehind) return refuse(409, `Conflict merging ${repo.defaultBranch} into ${asked.ref}.`);
  const runs = [...repo.checkRuns.values()].filter((run) => run.headSha === commit.sha);
  if (asked.required_contexts === undefined && runs.some((run) => run.conclusion !== 'success'))
    return refuse(409, `Conflict: Commit status checks failed for ${asked.ref}.`);
  const created = addDeployment({
    state,
    repo,
    sha: commit.sha,
    ref: asked.ref,
    task: asked.task,
    payload: asked.payload,
    environment: asked.environment,
    description: asked.description,
    creator: state.bot,
    transient: asked.transient_environment,
    production: asked.production_environment ?? asked.environment === 'production',
  });
  call.echo('deployment', deploymentPayload({ state, repo, sender: state.bot }, created), repo.owner.login);
  return { status: 201, body: renderDeployment(state, repo, created) };
}

function on(access: Access, answer: (call: RepoCall) => Answer): Route {
  return { auth: 'repository', needs: ['deployments'], access, answer };
}

function deployment(access: Access, answer: (call: RepoCall, found: Deployment) => Answer): Route {
  return on(access, (call) => {
    const found = call.repo.deployments.get(Number(param(call, 'deployment_id')));
    return found === undefined ? NOT_FOUND : answer(call, found);
  });
}
