// Creates the deployments of our App, and reads those of a repository with their statuses.
import { z } from 'zod';
import type { CommitSha, Digest, RepoName } from '../../domain/image/reference.ts';
import { digestsIn } from '../../domain/promotion/deployment.ts';
import type { Reporter } from '../../domain/promotion/reporter.ts';
import { splitRepo, type InstallationClient } from '../client/client.ts';
import { reporter } from './reporter-part.ts';

type RepoAccess = { readonly client: InstallationClient; readonly repo: RepoName };

const Deployments = z.array(z.object({ id: z.number(), sha: z.string(), payload: z.unknown(), creator: reporter }));
const Statuses = z.array(z.object({ state: z.string(), creator: reporter }));

/** This many are listed at once; if there are as many, there may be more. */
export const DEPLOYMENTS_LISTED = 100;

/** The newest deployments to an environment, newest first, at most `DEPLOYMENTS_LISTED`; of one commit if given. */
export async function listDeployments({
  client,
  repo,
  environment,
  commit,
}: RepoAccess & { readonly environment: string; readonly commit?: CommitSha }): Promise<
  readonly {
    readonly id: number;
    readonly sha: string;
    readonly digests: readonly Digest[];
    readonly creator: Reporter | null;
  }[]
> {
  const { data } = await client.ask({
    tried: `listing the deployments of ${repo} to ${environment}`,
    send: (api) =>
      api.repos.listDeployments({
        ...splitRepo(repo),
        environment,
        ...(commit === undefined ? {} : { sha: commit }),
        per_page: DEPLOYMENTS_LISTED,
      }),
    answer: Deployments,
  });
  return data.map(({ payload, ...deployment }) => ({ ...deployment, digests: digestsIn(payload) }));
}

/** This many of a deployment's statuses are read; it usually has a few. */
const STATUSES_LISTED = 30;
const TAKEN_OVER = 'inactive';

/**
 * How it went, newest first, in GitHub's words such as `success` or `in_progress`. `inactive` only says that a later
 * deployment took over, and GitHub adds it by itself: it is left out where there is anything else.
 */
export async function listDeploymentStates({
  client,
  repo,
  deployment,
}: RepoAccess & { readonly deployment: number }): Promise<readonly DeploymentState[]> {
  const { data } = await client.ask({
    tried: `reading how deployment ${deployment} of ${repo} went`,
    send: (api) =>
      api.repos.listDeploymentStatuses({ ...splitRepo(repo), deployment_id: deployment, per_page: STATUSES_LISTED }),
    answer: Statuses,
  });
  const states = data.map(({ state, creator: by }) => ({ state, by }));
  const told = states.filter(({ state }) => state !== TAKEN_OVER);
  return told.length > 0 ? told : states.slice(0, 1);
}

export type DeploymentState = { readonly state: string; readonly by: Reporter | null };

export type DeploymentContent = {
  readonly commit: CommitSha;
  readonly environment: string;
  readonly isProduction: boolean;
  /** Plain text, at most 140 characters. */
  readonly description: string;
  readonly payload: DeploymentPayload;
};

/** The payload, which a deployer reads. */
export type DeploymentPayload = {
  /** `host/name@digest`. */
  readonly image: string;
  readonly digest: Digest;
  /** All tags that hold the digest now and that we wrote. */
  readonly tags: readonly string[];
  /** `P12`; finds the deployment again. */
  readonly promotion: string;
  readonly reason: string | null;
};

/**
 * Answers the deployment's id. Not safe to repeat: after an unclear failure, look for it first. Neither merges branches
 * nor asks for statuses of the commit: what may be deployed was decided before.
 */
export async function createDeployment({
  client,
  repo,
  content,
}: RepoAccess & { readonly content: DeploymentContent }): Promise<number> {
  const { commit, environment, isProduction, description, payload } = content;
  const { data } = await client.ask({
    tried: `creating a deployment of ${commit} to ${environment} in ${repo}`,
    makes: true,
    send: (api) =>
      api.repos.createDeployment({
        ...splitRepo(repo),
        ref: commit,
        auto_merge: false,
        required_contexts: [],
        environment,
        production_environment: isProduction,
        description,
        payload: { ...payload, tags: [...payload.tags] },
      }),
    answer: z.object({ id: z.number() }),
  });
  return data.id;
}

const OwnDeployments = z.array(
  z.object({
    id: z.number(),
    payload: z.unknown(),
    creator: reporter,
  }),
);

/**
 * The id of our App's newest deployment of that commit to that environment for that promotion (`P12`), or null, among
 * the hundred that GitHub lists first. `bot`: the login of our App's own account. Anybody with write access can put a
 * promotion into a payload, so deployments of others don't count.
 */
export async function findOwnDeployment({
  client,
  repo,
  commit,
  environment,
  promotion,
  bot,
}: RepoAccess &
  Pick<DeploymentContent, 'commit' | 'environment'> & { readonly promotion: string; readonly bot: string }): Promise<
  number | null
> {
  const { data } = await client.ask({
    tried: `listing the deployments of ${commit} to ${environment} in ${repo}`,
    send: (api) =>
      api.repos.listDeployments({ ...splitRepo(repo), sha: commit, environment, per_page: DEPLOYMENTS_LISTED }),
    answer: OwnDeployments,
  });
  const ours = data.filter(
    ({ payload, creator }) =>
      z.object({ promotion: z.literal(promotion) }).safeParse(payload).success &&
      creator?.kind === 'bot' &&
      creator.login === bot,
  );
  return ours.length === 0 ? null : Math.max(...ours.map(({ id }) => id));
}
