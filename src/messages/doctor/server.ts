// The words of the checks of this server: its variables and its database.
import type { ServerCheck } from '../../domain/doctor/check.ts';
import { capitalise, listWords } from '../format.ts';
import type { CheckWords } from './check-words.ts';

export function serverWords(check: ServerCheck): CheckWords {
  switch (check.code) {
    case 'variables-readable':
      return { message: 'All variables are valid.', hint: null };
    case 'variable-unreadable':
      return { message: check.detail, hint: null };
    case 'floors-unset': {
      const [is, them] = check.variables.length === 1 ? ['is', 'it'] : ['are', 'them'];
      return {
        message: `${listWords(check.variables)} ${is} not set: anyone who can push to a default branch can release alone.`,
        hint: `Set ${them}, for example ${check.variables.map((one) => EXAMPLES[one] ?? one).join(' and ')}, unless you work alone.`,
      };
    }
    case 'database-readable': {
      const repos = check.repos.length === 0 ? 'no promotions yet' : `promotions of ${listWords(check.repos)}`;
      return { message: `The database is readable. It has ${repos}.`, hint: null };
    }
    case 'database-unreadable': {
      const hint = check.isRepoNamed ? 'Check DATABASE_URL.' : 'Check DATABASE_URL, or name a repository with --repo.';
      return { message: `${capitalise(check.problem.detail)}.`, hint };
    }
  }
}

const EXAMPLES: Readonly<Record<string, string>> = {
  MIN_APPROVALS: 'MIN_APPROVALS=production=1',
  FORBID_SELF_APPROVAL: 'FORBID_SELF_APPROVAL=production',
};
