// Checks of one repository: is the App there, can its policy be read, are its branches there, and what of its images?
import type { MachineToken } from '../../domain/machine-token.ts';
import { findEnvironment, type Policy } from '../../domain/policy/policy.ts';
import type { Repo } from '../../domain/promotion/promotion.ts';
import type { RepoName } from '../../domain/image/reference.ts';
import type { GitHub } from '../../github/client/client.ts';
import { listCommits } from '../../github/commits.ts';
import { findInstalledRepo } from '../../github/repos.ts';
import { policyProblemWords } from '../../messages/policy-problem.ts';
import { listWords } from '../../messages/format.ts';
import { loadPolicy, POLICY_PATH } from '../core/load.ts';
import { fine, trouble, unlessFails, type Check } from './check.ts';
import { examineImage } from './image.ts';
import type { DoctorSetup } from './setup.ts';

export async function examineRepo(
  setup: DoctorSetup,
  { name, token }: { readonly name: RepoName; readonly token: MachineToken | null },
): Promise<readonly Check[]> {
  const { github: access, settings } = setup;
  if (access.kind === 'none')
    return [trouble('unknown', 'repository', { message: `GitHub can’t be asked: ${access.why}.` })];
  const { github } = access;
  return unlessFails('repository', async () => {
    const repo = await findInstalledRepo(github, name);
    if (repo === null) {
      const message = `The App is not installed on ${name}, or there is no such repository.`;
      return [
        trouble('fail', 'repository', { message, hint: 'Install it there: on the App’s settings page, Install App.' }),
      ];
    }
    const found = fine('repository', `The App is installed on ${repo.name}.`);
    const loaded = await loadPolicy({ github, settings }, repo);
    if (loaded.kind === 'unreadable') {
      const message = `${POLICY_PATH} can’t be read: ${loaded.problems.map(policyProblemWords).join('; ')}.`;
      const hint = 'Mend the file on the default branch: nothing is promoted meanwhile.';
      return [found, trouble('fail', 'policy', { message, hint })];
    }
    const { policy } = loaded;
    const images = await Promise.all(
      policy.images.map((image) => examineImage(setup, { repo: repo.name, image, policy, token })),
    );
    return [found, describePolicy(policy), ...(await checkBranches(github, repo, policy)), ...images.flat()];
  });
}

function describePolicy(policy: Policy): Check {
  if (policy.blob === 'none') return fine('policy', `There is no ${POLICY_PATH}, so the built-in policy holds.`);
  return fine('policy', `${POLICY_PATH} is right (${policy.blob.slice(0, 12)}).`);
}

async function checkBranches(github: GitHub, repo: Repo, policy: Policy): Promise<readonly Check[]> {
  const client = github.forInstallation(repo.installationId);
  const names = [...new Set([policy.staging.branch, ...policy.environments.map(({ branch }) => branch)])];
  const missing: string[] = [];
  for (const branch of names) {
    const commits = await listCommits({ client, repo: repo.name, branch, limit: 1 });
    if (commits.length === 0) missing.push(branch);
  }
  const environments = policy.environments.map(
    ({ name, branch, tags }) => `${name} (branch ${branch}, ${tags.length === 0 ? 'no tag' : listWords(tags)})`,
  );
  const here = `Environments: ${listWords(environments)}.`;
  const unnamed =
    findEnvironment(policy, null) === null
      ? [
          trouble('warn', 'environment', {
            message: `${here} None is meant where none is named.`,
            hint: 'Call one production, or name it in every command.',
          }),
        ]
      : [fine('environment', here)];
  const gone = missing.map((branch) => {
    const message = `There is no branch ${branch} with a commit in ${repo.name}, and the policy names it.`;
    return trouble('warn', 'branch', { message, hint: `Make the branch, or name another one in ${POLICY_PATH}.` });
  });
  return [...unnamed, ...gone];
}
