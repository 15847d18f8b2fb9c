// Who reviewed, whether it still counts, and who can approve: sentences made from the rule.
import { approvalsMissing, covers } from '../../domain/promotion/approval.ts';
import type { ApprovalPolicy } from '../../domain/policy/policy.ts';
import type { Review } from '../../domain/promotion/review.ts';
import type { Role } from '../../domain/actor.ts';
import type { Detail } from './detail.ts';
import { code, mention } from '../escape.ts';
import { capitalise, formatTime, listWords, plural } from '../format.ts';
import type { PromotionView } from '../promotion-view.ts';

/** One line per review, the newest ones where there are too many; empty when nobody reviewed. */
export function renderReviews({ promotion, subject }: PromotionView, detail: Detail): string {
  const { reviews } = promotion;
  if (reviews.length === 0) return '';
  const shown = detail.reviews === 0 ? [] : reviews.slice(-detail.reviews);
  const leftOut = reviews.length - shown.length;
  const lines = [
    ...(leftOut > 0 ? [`- ${plural(leftOut, 'review')} left out to fit in here`] : []),
    ...shown.map((review) => `- ${reviewLine(review, subject)}`),
  ];
  return ['**Reviews**', '', ...lines].join('\n');
}

/** "Anyone with write access can approve, but not the one who asked."; empty when no approval is waited for. */
export function whoCanApprove({ promotion, environment, subject }: PromotionView): string {
  const { requester, reviews, otherReviewers, state } = promotion;
  if (state.kind !== 'awaiting-approval' || environment === null) return '';
  const { approvals } = environment;
  if (otherReviewers === 'none' && !approvals.selfApproval) {
    return `Nobody but ${code(requester.login)}, who asked, could approve. ${howToAdd(approvals)}; then they can.`;
  }
  const missing = approvalsMissing({ approvals, requester, reviews, subject });
  const still = missing < approvals.required ? `${missing} more` : `${approvals.required}`;
  const who =
    approvals.required === 1
      ? `${capitalise(reviewerWords(approvals))} can approve`
      : `${still} ${missing === 1 ? 'person' : 'people'} ${groupWords(approvals)} must approve`;
  return approvals.selfApproval ? `${who}, also the one who asked.` : `${who}, but not the one who asked.`;
}

/**
 * Mentions the people whom the policy names, other than the requester. The words depend on nothing else, so they stay
 * the same while the card is edited: people are told once, when it is posted.
 */
export function askNamed({ promotion, environment }: PromotionView): string {
  const { requester, state } = promotion;
  if (state.kind !== 'awaiting-approval' || environment === null) return '';
  const { users } = environment.approvals;
  const asked = users.filter((user) => user.toLowerCase() !== requester.login.toLowerCase());
  const shown = asked.slice(0, MAX_MENTIONED).map(mention);
  const rest = asked.length - shown.length;
  return shown.length === 0
    ? ''
    : `${listWords([...shown, ...(rest > 0 ? [`${rest} more`] : [])])}, please have a look.`;
}

/** `anyone with write access`, or the users that the policy names, or both; as code, which mentions nobody. */
export function reviewerWords({ role, users }: Pick<ApprovalPolicy, 'role' | 'users'>): string {
  const named = users.slice(0, MAX_NAMED).map((user) => code(user));
  const rest = users.length - named.length;
  return listWords(
    [
      ...named,
      ...(rest > 0 ? [`one of ${rest} others that the policy names`] : []),
      ...(role === null ? [] : [`anyone with ${accessWords(role)}`]),
    ],
    'or',
  );
}

/** `write access`, as GitHub names the role. */
export function accessWords(role: Role): string {
  return role === 'none' ? 'no access' : `${role} access`;
}

function reviewLine(review: Review, current: string): string {
  const { verdict, by, at, via } = review;
  const how = via === 'check-run' ? 'with the button' : 'by comment';
  const word = verdict === 'approve' ? '✓ Approved' : '✗ Declined';
  const line = `${word} by ${code(by.login)}, ${formatTime(at)}, ${how}`;
  return verdict === 'approve' && !covers(review, current) ? `${line}; counts no more` : line;
}

const MAX_NAMED = 10;
/** GitHub tells no more than fifty people of one comment. */
const MAX_MENTIONED = 50;

function groupWords(approvals: ApprovalPolicy): string {
  const { role, users } = approvals;
  return users.length === 0 && role !== null ? `with ${accessWords(role)}` : `(${reviewerWords(approvals)})`;
}

function howToAdd({ role }: ApprovalPolicy): string {
  if (role === null) return `Add somebody to ${code('approvals')} in the policy file`;
  return `Invite somebody with ${accessWords(role)} to this repository`;
}
