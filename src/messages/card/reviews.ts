// Renders who reviewed, whether the reviews still count, and who can approve.
import type { PolicyChange } from '../../domain/policy/policy-change.ts';
import type { IneligibilityCode } from '../../domain/ineligibility.ts';
import {
  needsEnvironmentApprovals,
  refusesContributors,
  type ApprovalRules,
} from '../../domain/policy/approval-rules.ts';
import type { Floor } from '../../domain/policy/floors.ts';
import { readListed } from '../../domain/eligibility.ts';
import { covers, shownTally } from '../../domain/promotion/approval.ts';
import type { ApprovalPolicy } from '../../domain/policy/policy.ts';
import type { Review } from '../../domain/promotion/review.ts';
import type { Role } from '../../domain/actor.ts';
import type { Detail } from './detail.ts';
import { code, mention } from '../escape.ts';
import { joinSentences } from '../blocks.ts';
import { capitalise, codeList, formatSpan, formatTime, listWords, plural } from '../format.ts';
import type { PromotionView } from '../promotion-view.ts';

/** One line per review, only the newest if there are too many; empty without reviews. */
export function renderReviews({ promotion, subject }: PromotionView, detail: Detail): string {
  const { reviews } = promotion;
  if (reviews.length === 0) return '';
  const shown = detail.reviews === 0 ? [] : reviews.slice(-detail.reviews);
  const leftOut = reviews.length - shown.length;
  const lines = [
    ...(leftOut > 0 ? [`- ${plural(leftOut, 'review')} left out to fit in here`] : []),
    ...shown.map((review) => `- ${reviewLine(review, { promotion, subject })}`),
  ];
  return ['**Reviews**', '', ...lines].join('\n');
}

/** "Anyone with write access can approve, except the requester."; empty when no approval is needed. */
export function whoCanApprove(view: PromotionView): string {
  return joinSentences([whoMay(view), unknownAuthors(view)]);
}

/** If authors can't approve: an unknown range, or commits without a GitHub account, could be anybody's. */
function unknownAuthors({ promotion, rules }: PromotionView): string {
  const { state, contributors } = promotion;
  if (state.kind !== 'awaiting-approval' || !refusesContributors(promotion, rules)) return '';
  if (contributors === undefined) {
    return 'The commits since production could not be listed, so no author is excluded.';
  }
  const { unknown } = contributors;
  if (unknown.length === 0) return '';
  const shown = codeList(
    unknown.map((commit) => commit.slice(0, 7)),
    { max: 10 },
  );
  return `GitHub has no account for the author of ${shown}: do not approve your own commits.`;
}

function whoMay({ promotion, rules, subject, policyChange }: PromotionView): string {
  const { requester, otherReviewers, state } = promotion;
  const [first, second] = rules;
  // Until the policy file is fixed, no review counts.
  if (promotion.policyProblems !== undefined) return '';
  if (state.kind !== 'awaiting-approval' || first === undefined) return '';
  if (otherReviewers === 'none' && rules.every(({ selfApproval }) => !selfApproval)) {
    return `Only the requester (${code(requester.login)}) has access; nobody else can approve. ${howToAdd(first)}.`;
  }
  if (second === undefined) return whoUnder(first, { promotion, subject });
  // Edited while it waits: neither of the two requires less.
  const edited = changeWords({ policyBlob: promotion.policyBlob, policyChange, at: promotion.createdAt });
  return `The policy was edited after the request (${edited}), and both versions must be satisfied. At the request: ${whoUnder(first, { promotion, subject })} Now: ${whoUnder(second, { promotion, subject })}`;
}

function whoUnder(rules: ApprovalRules, { promotion, subject }: Pick<PromotionView, 'promotion' | 'subject'>): string {
  const { required, selfApproval, floor } = rules;
  const { missing } = shownTally(promotion, { subject, rules: [rules] });
  const still = missing < required ? `${missing} more` : `${required}`;
  const who =
    required === 0
      ? 'No approval is needed'
      : required === 1
        ? `${capitalise(reviewerWords(rules))} can approve`
        : `${still} ${missing === 1 ? 'person' : 'people'} ${groupWords(rules)} must approve`;
  const self = required === 0 ? '' : selfApproval ? ', including the requester' : ', except the requester';
  return `${who}${self}${floor === null ? '' : ` (${floorWords(floor)})`}.`;
}

/** "Nobody had to approve (policy 1a2b3c4, changed by ada 3 minutes before)."; empty if somebody has to, or did. */
export function nobodyHadTo({ promotion, rules, policyChange }: PromotionView): string {
  const { reviews, policyBlob, createdAt, openBranch } = promotion;
  const isFree = rules.length > 0 && rules.every(({ required }) => required === 0);
  if (!needsEnvironmentApprovals(promotion) || !isFree || reviews.length > 0 || policyBlob === 'none') return '';
  const changed = `Nobody had to approve (${changeWords({ policyBlob, policyChange, at: createdAt })}).`;
  if (openBranch === undefined) return changed;
  return `${changed} ⚠ ${code(openBranch)} takes pushes without a pull request, so one person can change that policy alone.`;
}

/** `policy 1a2b3c4, changed by ada 3 minutes before`. */
export function changeWords(args: {
  readonly policyBlob: string;
  readonly policyChange: PolicyChange | null;
  readonly at: number;
}): string {
  const { policyBlob, policyChange: change, at } = args;
  const policy = `policy ${code(policyBlob.slice(0, 7))}`;
  if (change === null) return policy;
  const who = `${change.source === 'git-author' ? 'git author ' : ''}${code(change.by.login)}`;
  const when = change.at > at ? formatTime(change.at) : `${formatSpan(at - change.at)} before`;
  return `${policy}, changed by ${who} ${when}`;
}

/** The operator's variable that requires more than the policy. */
function floorWords({ required, forbidsSelfApproval }: Floor): string {
  const variables = [
    ...(required > 0 ? ['MIN_APPROVALS'] : []),
    ...(forbidsSelfApproval ? ['FORBID_SELF_APPROVAL'] : []),
  ];
  return `required by ${listWords(variables.map((name) => code(name)))} on the server`;
}

/** `Waiting for 1 more approval: @mia.`: mentions those of the people named in the policy who can still approve. */
export function askNamed(view: PromotionView): string {
  const { promotion, rules, subject } = view;
  if (promotion.state.kind !== 'awaiting-approval') return '';
  const logins = namedReviewers(view);
  const shown = logins.slice(0, MAX_MENTIONED).map(mention);
  const rest = logins.length - shown.length;
  const { missing } = shownTally(promotion, { subject, rules });
  if (shown.length === 0 || missing === 0) return '';
  const people = listWords([...shown, ...(rest > 0 ? [`${rest} more`] : [])], 'or');
  return `Waiting for ${plural(missing, 'more approval')}: ${people}.`;
}

/** Logins of the policy, but not of the requester, of who already approved, of excluded authors, or of another account. */
export function namedReviewers({ promotion, environment, subject, takenNames }: PromotionView): readonly string[] {
  if (environment === null || (promotion.policyProblems ?? []).length > 0) return [];
  const { requester, reviews, contributors } = promotion;
  const { users, selfApproval, contributors: rule } = environment.approvals;
  const excluded = [
    ...(selfApproval ? [] : [requester.login]),
    ...reviews.filter((review) => covers(review, subject)).map(({ by }) => by.login),
    ...(rule === 'refuse' ? (contributors?.people ?? []).map(({ login }) => login) : []),
    ...takenNames.map(({ name }) => name),
  ].map((login) => login.toLowerCase());
  return users.map((user) => readListed(user).name).filter((login) => !excluded.includes(login.toLowerCase()));
}

/** `anyone with write access`, or the users that the policy names, or both; as code, which mentions nobody. */
export function reviewerWords({ role, users }: Pick<ApprovalPolicy, 'role' | 'users'>): string {
  const named = users.slice(0, MAX_NAMED).map((user) => code(readListed(user).name));
  const rest = users.length - named.length;
  return listWords(
    [
      ...named,
      ...(rest > 0 ? [`one of ${rest} others named in the policy`] : []),
      ...(role === null ? [] : [`anyone with ${accessWords(role)}`]),
    ],
    'or',
  );
}

/** `write access`, as GitHub names the role. */
export function accessWords(role: Role): string {
  return role === 'none' ? 'no access' : `${role} access`;
}

function reviewLine(review: Review, { promotion, subject }: Pick<PromotionView, 'promotion' | 'subject'>): string {
  const { verdict, by, at, via, app } = review;
  const how =
    via === 'check-run' ? 'with the button' : app === undefined ? 'by comment' : `through the App ${code(app.slug)}`;
  const word = verdict === 'approve' ? '✓ Approved' : '✗ Rejected';
  const line = `${word} by ${code(by.login)}, ${formatTime(at)}, ${how}`;
  if (verdict !== 'approve') return line;
  if (!covers(review, subject)) return `${line}; no longer counts`;
  const lost = promotion.lostApprovals?.find((one) => one.by.id === by.id);
  if (lost !== undefined) return `${line}; does not count: ${LOST_WORDS[lost.code]}`;
  const own = promotion.contributors?.people.find(({ id }) => id === by.id);
  if (own === undefined || promotion.contributors === undefined) return line;
  return `${line}; wrote ${own.commits} of these ${plural(promotion.contributors.commits, 'commit')}`;
}

/** Why a given approval does not count when it is needed. */
const LOST_WORDS: Readonly<Record<IneligibilityCode, string>> = {
  bot: 'a bot can’t approve',
  'role-too-low': 'no longer has the required access',
  'not-listed': 'is no longer a reviewer',
  outsider: 'is neither a collaborator nor a member of the organization',
  'another-account': 'the login in the policy belongs to another account',
  'acted-through-app': 'an App wrote the comment',
  'registry-user': 'is the registry user, whose token can comment',
  contributor: 'wrote commits of this image',
  'own-request': 'requested it',
};

const MAX_NAMED = 10;
/** GitHub notifies at most fifty people of one comment. */
const MAX_MENTIONED = 50;

function groupWords(approvals: ApprovalPolicy): string {
  const { role, users } = approvals;
  return users.length === 0 && role !== null ? `with ${accessWords(role)}` : `(${reviewerWords(approvals)})`;
}

function howToAdd({ role }: ApprovalPolicy): string {
  if (role === null) return `Add a reviewer to ${code('approvals')} in the policy file`;
  return `Give somebody else ${accessWords(role)} to this repository`;
}
