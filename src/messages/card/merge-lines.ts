// The lines that merge a promoted hotfix into the branches that do not have its commit.
import { movesProduction, knownCommit, type Promotion } from '../../domain/promotion/promotion.ts';
import { code, plainText } from '../escape.ts';
import { listWords } from '../format.ts';

/** A sentence and a code block; empty where the hotfix may still be rolled back, and for all other promotions. */
export function mergeLines(promotion: Promotion): string {
  const { state, unmergedInto: branches = [] } = promotion;
  const commit = knownCommit(promotion);
  if (!SETTLED.has(state.kind) || !movesProduction(promotion) || commit === null || branches.length === 0) return '';
  const names = listWords(
    branches.map((branch) => code(branch)),
    'or',
  );
  const lines = branches.map(quoteBranch).flatMap((branch) => [
    `git switch ${branch}`,
    // Somebody may have pushed since this branch was last pulled.
    'git pull --ff-only',
    `git merge ${commit}`,
    `git push origin ${branch}`,
  ]);
  return [
    `When this hotfix was checked, its commit was not on ${names}. Merge it, so that the next promotion does not take it back. If a branch is protected, open a pull request instead.`,
    '',
    '```sh',
    'git fetch origin',
    ...lines,
    '```',
  ].join('\n');
}

/** After a failed deployment, the next step is the rollback. */
const SETTLED: ReadonlySet<Promotion['state']['kind']> = new Set(['promoted', 'deploying', 'deployed']);

/** Git allows most characters in a name, and a shell would run some of them. */
function quoteBranch(branch: string): string {
  const name = plainText(branch, { maxLength: 300 });
  return /^[\w./+-]+$/.test(name) ? name : `'${name.replaceAll("'", String.raw`'\''`)}'`;
}
