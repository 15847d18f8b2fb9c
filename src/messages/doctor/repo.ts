// The words of the checks of a repository: the App on it, its policy, its environments and their branches.
import type { RepoCheck } from '../../domain/doctor/check.ts';
import { POLICY_PATH } from '../../domain/policy/policy.ts';
import { capitalise, listWords } from '../format.ts';
import { takenNameHint, takenNameWords } from '../card/taken-names.ts';
import { invalidPolicyWords, policyProblemWords } from '../policy-problem.ts';
import type { CheckWords } from './check-words.ts';

export function repoWords(check: RepoCheck): CheckWords {
  switch (check.code) {
    case 'github-not-asked':
      return { message: `GitHub was not read: ${check.detail}.`, hint: null };
    case 'app-installed':
      return { message: `The App is installed on ${check.repo}.`, hint: null };
    case 'app-not-installed':
      return {
        message: `The App is not installed on ${check.repo}, or the repository does not exist.`,
        hint: 'Install it there from the App’s settings page (Install App).',
      };
    case 'policy-unreadable':
      return {
        message: `${capitalise(invalidPolicyWords(check.problems, plain))}: ${check.problems.map(policyProblemWords).join('; ')}.`,
        hint: 'Fix the file on the default branch. Until then, nothing is promoted.',
      };
    case 'policy-built-in':
      return { message: `There is no ${POLICY_PATH}, so the built-in policy applies.`, hint: null };
    case 'policy-readable':
      return { message: `${POLICY_PATH} is valid (${check.blob.slice(0, 12)}).`, hint: null };
    case 'name-taken':
      return { message: takenNameWords(check.taken, plain), hint: takenNameHint(check.taken, plain) };
    case 'default-environment':
      return { message: environmentsText(check), hint: null };
    case 'no-default-environment':
      return {
        message: `${environmentsText(check)} None of them is the default.`,
        hint: 'Name one of them production, or name the environment in every command.',
      };
    case 'default-branch-open':
      return {
        message: `The default branch ${check.branch} of ${check.repo} accepts pushes without a pull request. One person alone can change ${POLICY_PATH}.`,
        hint: 'Add a ruleset that requires a pull request, or set MIN_APPROVALS and FORBID_SELF_APPROVAL on the server.',
      };
    case 'branch-missing':
      return {
        message: `The policy names the branch ${check.branch}, which has no commit in ${check.repo}.`,
        hint: `Create the branch, or name another one in ${POLICY_PATH}.`,
      };
  }
}

function plain(text: string): string {
  return text;
}

function environmentsText({ environments }: Extract<RepoCheck, { name: 'environment' }>): string {
  const texts = environments.map(
    ({ name, branch, tags }) => `${name} (branch ${branch}, ${tags.length === 0 ? 'no tag' : listWords(tags)})`,
  );
  return `Environments: ${listWords(texts)}.`;
}
