// Decides whose deployment statuses count: those of GitHub Actions, of the deployment's creator, and of whom the policy lists.
import type { Person } from '../actor.ts';

/** The account that reported a deployment status. */
export type Reporter = Person & { readonly kind: 'user' | 'bot' };

/** Nobody can register a login with brackets, so GitHub's own App alone is called like this. */
const ACTIONS = 'github-actions[bot]';

/** `creatorId`: who made the deployment, null where GitHub does not say. Accounts are compared by id. */
export function isCountedReporter(
  reporter: Reporter | null,
  { creatorId, reporters }: { readonly creatorId: number | null; readonly reporters: readonly Person[] },
): reporter is Reporter {
  if (reporter === null) return false;
  const { id, login, kind } = reporter;
  return (kind === 'bot' && login === ACTIONS) || id === creatorId || reporters.some((listed) => listed.id === id);
}

/** The line of the policy file that makes the statuses of this account count. */
export function reportersLine(person: Person): string {
  return `reporters: ["${formatReporter(person)}"]`;
}

/** As the policy file names a reporter: `ada#12345`. */
export function formatReporter({ login, id }: Person): string {
  return `${login}#${id}`;
}
