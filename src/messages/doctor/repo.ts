// The words of the checks of a repository: the App on it, its policy, its environments and their branches.
import type { RepoCheck } from '../../domain/doctor/check.ts';
import { listWords } from '../format.ts';
import { takenNameHint, takenNameWords } from '../card/taken-names.ts';
import { policyProblemWords } from '../policy-problem.ts';
import type { CheckWords } from './check-words.ts';

const POLICY_PATH = '.github/promotion.yml';

export function repoWords(check: RepoCheck): CheckWords {
  switch (check.code) {
    case 'github-not-asked':
      return { message: `GitHub can’t be asked: ${check.detail}.`, hint: null };
    case 'app-installed':
      return { message: `The App is installed on ${check.repo}.`, hint: null };
    case 'app-not-installed':
      return {
        message: `The App is not installed on ${check.repo}, or there is no such repository.`,
        hint: 'Install it there: on the App’s settings page, Install App.',
      };
    case 'policy-unreadable':
      return {
        message: `${POLICY_PATH} can’t be read: ${check.problems.map(policyProblemWords).join('; ')}.`,
        hint: 'Mend the file on the default branch: nothing is promoted meanwhile.',
      };
    case 'policy-built-in':
      return { message: `There is no ${POLICY_PATH}, so the built-in policy holds.`, hint: null };
    case 'policy-readable':
      return { message: `${POLICY_PATH} is right (${check.blob.slice(0, 12)}).`, hint: null };
    case 'name-taken':
      return { message: takenNameWords(check.taken, plain), hint: takenNameHint(check.taken, plain) };
    case 'default-environment':
      return { message: environmentsText(check), hint: null };
    case 'no-default-environment':
      return {
        message: `${environmentsText(check)} None is meant where none is named.`,
        hint: 'Call one production, or name it in every command.',
      };
    case 'default-branch-open':
      return {
        message: `The default branch ${check.branch} of ${check.repo} takes pushes without a pull request: one person can change ${POLICY_PATH} alone.`,
        hint: 'Add a ruleset that requires a pull request, or set MIN_APPROVALS and FORBID_SELF_APPROVAL on the server.',
      };
    case 'branch-missing':
      return {
        message: `There is no branch ${check.branch} with a commit in ${check.repo}, and the policy names it.`,
        hint: `Make the branch, or name another one in ${POLICY_PATH}.`,
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
