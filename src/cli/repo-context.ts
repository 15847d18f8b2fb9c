// Loads the GitHub repository and its policy for a command, as far as GitHub can be read.
import { ConfigError } from '../config/env.ts';
import { OutsideError } from '../net/outside-error.ts';
import { builtInPolicy, type Policy } from '../domain/policy/policy.ts';
import type { PolicyProblem } from '../domain/policy/policy-problem.ts';
import type { Repo } from '../domain/promotion/promotion.ts';
import type { RepoName } from '../domain/image/reference.ts';
import { loadPolicy } from '../engine/core/load.ts';
import { POLICY_PATH } from '../domain/policy/policy.ts';
import type { GitHub } from '../github/client/client.ts';
import type { FactSources } from '../facts/facet.ts';
import { NoAccess } from '../facts/no-access.ts';
import { findInstalledRepo } from '../github/repos.ts';
import { invalidPolicyWords } from '../messages/policy-problem.ts';
import { noAccessText } from '../messages/unknown-reason.ts';
import type { CliServices } from './services.ts';

export type RepoContext = {
  /** With id 0 where GitHub was not asked. */
  readonly repo: Repo;
  /** NoAccess if GitHub can't be read. */
  readonly github: FactSources['github'];
  readonly policy: Policy;
  /** What is wrong with the policy file; then `policy` is the built-in one. */
  readonly problems: readonly PolicyProblem[];
  /** A phrase that says where the policy comes from. */
  readonly policyFrom: string;
};

/** Without an App, or if it is not installed there, the built-in policy applies, with the reason. */
export async function openRepoContext(services: CliServices, name: RepoName): Promise<RepoContext> {
  const settings = services.settings();
  const builtIn = builtInPolicy({ repo: name, registryHost: settings.registryHost });
  const asked = await askForRepo(services, name);
  if (asked.kind === 'unasked') {
    const { why } = asked;
    return {
      repo: { id: 0, name, installationId: 0 },
      github: () => {
        throw new NoAccess('github', why);
      },
      policy: builtIn,
      problems: [],
      policyFrom: `built-in, because ${noAccessText({ source: 'github', detail: why })}`,
    };
  }
  const { repo, github } = asked;
  const loaded = await loadPolicy({ github, settings }, repo);
  const found = { repo, github: () => github.forRepo(repo) };
  if (loaded.kind === 'unreadable') {
    const { problems } = loaded;
    const policyFrom = `built-in, because ${invalidPolicyWords(problems, String)}`;
    return { ...found, policy: builtIn, problems, policyFrom };
  }
  const { policy } = loaded;
  const policyFrom =
    policy.blob === 'none'
      ? `built-in, because there is no ${POLICY_PATH}`
      : `${POLICY_PATH} (${policy.blob.slice(0, 12)})`;
  return { ...found, policy, problems: [], policyFrom };
}

type AskedForRepo =
  | { readonly kind: 'repo'; readonly repo: Repo; readonly github: GitHub }
  | { readonly kind: 'unasked'; readonly why: string };

async function askForRepo(services: CliServices, name: RepoName): Promise<AskedForRepo> {
  try {
    const access = await services.github();
    if (access.kind === 'none') return { kind: 'unasked', why: access.why };
    const repo = await findInstalledRepo(access.github, name);
    if (repo !== null) return { kind: 'repo', repo, github: access.github };
    return { kind: 'unasked', why: `the App is not installed on ${name}, or ${name} does not exist` };
  } catch (error) {
    if (error instanceof ConfigError) return { kind: 'unasked', why: error.problems.join('; ') };
    if (error instanceof OutsideError && !error.retryable) return { kind: 'unasked', why: error.message };
    throw error;
  }
}
