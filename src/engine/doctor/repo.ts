// Checks of one repository: the App's access, its policy, its branches and its images.
import type { Check } from '../../domain/doctor/check.ts';
import type { MachineToken } from '../../domain/machine-token.ts';
import { findEnvironment, type Policy } from '../../domain/policy/policy.ts';
import type { Repo } from '../../domain/promotion/promotion.ts';
import type { RepoName } from '../../domain/image/reference.ts';
import { fetchDefaultBranch } from '../../github/branch-protection.ts';
import type { GitHub, InstallationClient } from '../../github/client/client.ts';
import { listCommits } from '../../github/commits.ts';
import { findInstalledRepo } from '../../github/repos.ts';
import { loadPolicy } from '../core/load.ts';
import { findTakenNames } from '../people/taken-names.ts';
import { unlessFails } from './check.ts';
import { examineImage } from './image.ts';
import { openStore, type DoctorSetup } from './setup.ts';

export async function examineRepo(
  setup: DoctorSetup,
  { name, token }: { readonly name: RepoName; readonly token: MachineToken | null },
): Promise<readonly Check[]> {
  const { github: access, settings } = setup;
  if (access.kind === 'none')
    return [{ name: 'repository', outcome: 'unknown', code: 'github-not-asked', detail: access.why }];
  const { github } = access;
  return unlessFails('repository', async () => {
    const repo = await findInstalledRepo(github, name);
    if (repo === null) return [{ name: 'repository', outcome: 'fail', code: 'app-not-installed', repo: name }];
    const found: Check = { name: 'repository', outcome: 'ok', code: 'app-installed', repo: repo.name };
    const loaded = await loadPolicy({ github, settings }, repo);
    if (loaded.kind === 'unreadable') {
      const { problems } = loaded;
      return [found, { name: 'policy', outcome: 'fail', code: 'policy-unreadable', problems }];
    }
    const { policy } = loaded;
    const images = await Promise.all(policy.images.map((image) => examineImage(setup, { repo, image, policy, token })));
    const names = await checkNames(setup, { github, repo, policy });
    return [found, checkPolicy(policy), ...names, ...(await checkBranches(github, repo, policy)), ...images.flat()];
  });
}

function checkPolicy({ blob }: Policy): Check {
  const name = 'policy';
  if (blob === 'none') return { name, outcome: 'ok', code: 'policy-built-in' };
  return { name, outcome: 'ok', code: 'policy-readable', blob };
}

/** Nothing without a database: another check reports that. */
async function checkNames(
  setup: DoctorSetup,
  { github, repo, policy }: { readonly github: GitHub; readonly repo: Repo; readonly policy: Policy },
): Promise<readonly Check[]> {
  const store = await openStore(setup);
  if (store === null) return [];
  const policies = policy.environments.map(({ approvals }) => approvals);
  const taken = await findTakenNames({ store, client: github.forRepo(repo) }, repo, policies);
  return taken.map((one) => ({ name: 'policy', outcome: 'warn', code: 'name-taken', taken: one }));
}

function checkEnvironments(policy: Policy): Check {
  const environments = policy.environments.map(({ name, branch, tags }) => ({ name, branch, tags }));
  if (findEnvironment(policy, null) === null)
    return { name: 'environment', outcome: 'warn', code: 'no-default-environment', environments };
  return { name: 'environment', outcome: 'ok', code: 'default-environment', environments };
}

async function checkBranches(github: GitHub, repo: Repo, policy: Policy): Promise<readonly Check[]> {
  const client = github.forRepo(repo);
  const names = [...new Set([policy.staging.branch, ...policy.environments.map(({ branch }) => branch)])];
  const missing: Check[] = [];
  for (const branch of names) {
    const commits = await listCommits({ client, repo: repo.name, branch, limit: 1 });
    if (commits.length === 0)
      missing.push({ name: 'branch', outcome: 'warn', code: 'branch-missing', branch, repo: repo.name });
  }
  return [checkEnvironments(policy), ...missing, ...(await checkDefaultBranch(client, repo))];
}

async function checkDefaultBranch(client: InstallationClient, repo: Repo): Promise<readonly Check[]> {
  const { branch, takesDirectPushes } = await fetchDefaultBranch({ client, repo: repo.name });
  return takesDirectPushes
    ? [{ name: 'branch', outcome: 'warn', code: 'default-branch-open', branch, repo: repo.name }]
    : [];
}
