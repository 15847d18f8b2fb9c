// The words for why a promotion failed, or its tags go back.
import { formatReference } from '../domain/image/reference.ts';
import type { FailureProblem, Incompleteness } from '../domain/promotion/failure.ts';
import type { Failure, Promotion } from '../domain/promotion/promotion.ts';
import { policyProblemWords } from './policy-problem.ts';
import { rollbackLine } from './card/next-steps.ts';

/** Sentences of plain text: they may carry text from outside, so they are escaped when they are shown. */
export function failureWords(
  { problem, undoRefused }: Pick<Failure, 'problem' | 'undoRefused'>,
  promotion: Place,
): string {
  const words = problemWords(problem, promotion);
  return undoRefused === null ? words : `${words} Moving the tags back failed as well: ${undoRefused.detail}`;
}

type Place = Pick<Promotion, 'environment'>;

/** The same for tags that are about to go back. */
export function problemWords(problem: FailureProblem, promotion: Place): string {
  switch (problem.code) {
    case 'outside-error':
      return problem.error.detail;
    case 'target-gone':
      return `${problem.error.detail}${alternativeWords(problem.alternative, promotion)}`;
    case 'target-incomplete': {
      const target = formatReference(problem.repository, problem.digest);
      return `${target} can't be pulled any more: ${incompletenessWords(problem.because)}.${alternativeWords(problem.alternative, promotion)}`;
    }
    case 'policy-unreadable':
      return `The policy file can't be read: ${problem.problems.map(policyProblemWords).join('; ')}${problem.more > 0 ? `; and ${problem.more} more` : ''}.`;
    case 'environment-gone':
      return `The policy file has no environment ${problem.environment} any more.`;
    case 'image-not-in-policy':
      return `The policy file names ${problem.images.join(', ')} now, and no longer ${problem.image}.`;
    case 'owner-not-allowed':
      return `This server does not serve ${problem.owner} any more: its operator decides, with ALLOWED_OWNERS.`;
    case 'image-not-granted':
      return `${problem.repo} may not promote ${problem.image} any more: the operator of this server decides, with IMAGE_GRANTS.`;
    case 'image-granted-elsewhere':
      return `The operator of this server granted ${problem.image} to another repository than ${problem.repo}. ${grantWords(problem)}`;
    case 'image-of-another-repository':
      return `Another repository promoted ${problem.image} before ${problem.repo} did. ${grantWords(problem)}`;
    case 'image-not-proven':
      return `No source label proves that ${problem.image} belongs to ${problem.repo}. ${grantWords(problem)}`;
    case 'tag-moved':
      return `Somebody else moved ${problem.tag} to ${problem.holds ?? 'nothing'} meanwhile; ${problem.expected ?? 'nothing'} was expected there. It was left as it is.`;
    case 'permanent-tag-taken':
      return `${problem.tag} was free when this was planned and holds ${problem.holds} now. ${problem.isVersion ? VERSION_TAKEN : PERMANENT_TAG_TAKEN}`;
    case 'moved-after-writing': {
      const named = problem.tags.map(({ tag, holds }) => `${tag} holds ${holds ?? 'nothing'}`).join(', ');
      return `All tags were written, but somebody else moved one right after: ${named}. It was left as it is.`;
    }
    case 'writes-not-shown':
      return `The registry acknowledged all tags, but could not be seen to hold them ten minutes later. ${notShownWords(problem.because)}`;
  }
}

function grantWords(to: { readonly image: string; readonly repo: string; readonly repoId: number }): string {
  return `The operator of this server decides, with IMAGE_GRANTS=${to.image}=${to.repo}@${to.repoId}.`;
}

const VERSION_TAKEN = 'A version is never moved: take another version, or promote the digest that this one names.';
const PERMANENT_TAG_TAKEN =
  'Kept tags are never moved: build the commit once, or promote the digest that the tag holds.';

function incompletenessWords(because: Incompleteness): string {
  switch (because.kind) {
    case 'no-platform':
      return 'it has no platform that can run';
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
    : `It still shows what was before at ${because.tags.join(', ')}.`;
}

/** With a blank before; nothing where there is none. */
function alternativeWords(alternative: string | null, promotion: Place): string {
  return alternative === null ? '' : ` ${alternative} is complete: ${rollbackLine(promotion, alternative)}`;
}
