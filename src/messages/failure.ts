// The words for why a promotion failed, or why its tags are moved back.
import { formatReference } from '../domain/image/reference.ts';
import type { FailureProblem, Incompleteness, OtherTarget } from '../domain/promotion/failure.ts';
import type { Failure, Promotion } from '../domain/promotion/promotion.ts';
import { capitalise } from './format.ts';
import { invalidPolicyWords, policyProblemWords } from './policy-problem.ts';
import { rollbackLine } from './card/next-steps.ts';
import { targetOutcomeWords } from './target-origin.ts';

/** Sentences of plain text: they may carry text from outside, so they are escaped when they are shown. */
export function failureWords(
  { problem, undoRefused }: Pick<Failure, 'problem' | 'undoRefused'>,
  promotion: Place,
): string {
  const words = problemWords(problem, promotion);
  return undoRefused === null ? words : `${words} Moving the tags back failed as well: ${undoRefused.detail}`;
}

type Place = Pick<Promotion, 'environment'>;

/** The same for tags that are about to be moved back. */
export function problemWords(problem: FailureProblem, promotion: Place): string {
  switch (problem.code) {
    case 'outside-error':
      return problem.error.detail;
    case 'target-gone':
      return `${problem.error.detail}${otherTargetWords(problem, promotion)}`;
    case 'target-incomplete': {
      const target = formatReference(problem.repository, problem.digest);
      return `${target} can no longer be pulled: ${incompletenessWords(problem.because)}.${otherTargetWords(problem, promotion)}`;
    }
    case 'policy-unreadable':
      return `${capitalise(invalidPolicyWords(problem.problems, (name) => name))}: ${problem.problems.map(policyProblemWords).join('; ')}${problem.more > 0 ? `; and ${problem.more} more` : ''}.`;
    case 'environment-gone':
      return `The policy file no longer defines the environment ${problem.environment}.`;
    case 'image-not-in-policy':
      return `The policy file now names ${problem.images.join(', ')}, not ${problem.image}.`;
    case 'owner-not-allowed':
      return `This server no longer serves ${problem.owner}. Its operator can add the account to ALLOWED_OWNERS.`;
    case 'image-not-granted':
      return `${problem.repo} can no longer promote ${problem.image}. The operator of this server can grant it with IMAGE_GRANTS.`;
    case 'image-granted-elsewhere':
      return `The operator of this server granted ${problem.image} to another repository, not to ${problem.repo}. ${grantWords(problem)}`;
    case 'image-of-another-repository':
      return `Another repository promoted ${problem.image} before ${problem.repo} did. ${grantWords(problem)}`;
    case 'image-not-proven':
      return `${problem.image} has no source label that names ${problem.repo}. ${grantWords(problem)}`;
    case 'tag-moved':
      return `Somebody else moved ${problem.tag} to ${problem.holds ?? 'nothing'} (expected: ${problem.expected ?? 'nothing'}). It was not changed.`;
    case 'permanent-tag-taken':
      return `${problem.tag} did not exist when this was planned, and now holds ${problem.holds}. ${problem.isVersion ? VERSION_TAKEN : PERMANENT_TAG_TAKEN}`;
    case 'moved-after-writing': {
      const named = problem.tags.map(({ tag, holds }) => `${tag} holds ${holds ?? 'nothing'}`).join(', ');
      return `All tags were moved, but then somebody else moved one: ${named}. It was not changed.`;
    }
    case 'writes-not-shown':
      return `The registry accepted all tags, but did not show them within ten minutes. ${notShownWords(problem.because)}`;
  }
}

function grantWords(to: { readonly image: string; readonly repo: string; readonly repoId: number }): string {
  return `The operator of this server can grant it with IMAGE_GRANTS=${to.image}=${to.repo}@${to.repoId}.`;
}

const VERSION_TAKEN = 'A version is never moved. Use another version, or promote the digest that this one holds.';
const PERMANENT_TAG_TAKEN =
  'Permanent tags are never moved. Build each commit once, or promote the digest that the tag holds.';

function incompletenessWords(because: Incompleteness): string {
  switch (because.kind) {
    case 'no-platform':
      return 'it has no runnable platform';
    case 'manifest-missing':
      return 'its manifest is missing';
    case 'parts-missing': {
      const { part, digest, platform } = because.first;
      return `${part} ${digest} of ${platform} is missing${because.more > 0 ? `, and ${because.more} more` : ''}`;
    }
  }
}

function notShownWords(because: Extract<FailureProblem, { code: 'writes-not-shown' }>['because']): string {
  return because.kind === 'no-answer'
    ? because.error.detail
    : `It still shows the earlier image at ${because.tags.join(', ')}.`;
}

/** With a blank before it; empty without a text. */
function otherTargetWords({ alternative, alternativeOutcome: outcome }: OtherTarget, promotion: Place): string {
  if (alternative === null) return '';
  const became = outcome === undefined ? '' : ` (${targetOutcomeWords(outcome)})`;
  return ` To roll back to ${alternative}${became}, which is complete: ${rollbackLine(promotion, alternative)}`;
}
