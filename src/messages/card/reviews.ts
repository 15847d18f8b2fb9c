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

/** The same with those mentioned who are named in the policy: once, where only they can approve. */
export function askForApproval(view: PromotionView): string {
  const asked = askNamed(view);
  const [rules, second] = view.rules;
  const isNamed = rules !== undefined && second === undefined && rules.role === null;
  if (asked === '' || !isNamed || remainingOf(rules, view).length < missingUnder(rules, view)) {
    return joinSentences([whoCanApprove(view), asked]);
  }
  const by = rules.floor === null ? '' : `${capitalise(floorWords(rules.floor))}.`;
  return joinSentences([asked, by, unknownAuthors(view)]);
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

function whoMay(view: PromotionView): string {
  const { promotion, rules, policyChange } = view;
  const { requester, otherReviewers, state } = promotion;
  const [first, second] = rules;
  // Until the policy file is fixed, no review counts.
  if (promotion.policyProblems !== undefined) return '';
  if (state.kind !== 'awaiting-approval' || first === undefined) return '';
  if (otherReviewers === 'none' && rules.every(({ selfApproval }) => !selfApproval)) {
    return `Only the requester (${code(requester.login)}) has access; nobody else can approve. ${howToAdd(first)}.`;
  }
  if (second === undefined) return whoUnder(first, view);
  // Edited while it waits: neither of the two requires less.
  const { policyBlob, createdAt: at } = promotion;
  const isBuiltIn = policyBlob === 'none' && policyChange === null;
  const edited = isBuiltIn ? '' : ` (${changeWords({ policyBlob, policyChange, at })})`;
  return `The policy was edited after the request${edited}, and both versions must be satisfied. At the request: ${whoUnder(first, view)} Now: ${whoUnder(second, view)}`;
}

function whoUnder(rules: ApprovalRules, view: PromotionView): string {
  const { required, role, floor } = rules;
  const missing = missingUnder(rules, view);
  const by = floor === null ? '' : ` (${floorWords(floor)})`;
  if (required === 0) return 'No approval is needed.';
  if (missing === 0) return 'Enough people have approved.';
  const named = remainingOf(rules, view);
  if (role === null) return namedSentence({ named, missing, by, rules });
  const { selfApproval } = rules;
  if (required === 1) {
    const self = selfApproval ? 'including' : 'except';
    return `${capitalise(reviewerWords({ role, users: named }))} can approve, ${self} the requester${by}.`;
  }
  const people = missing === 1 ? 'person' : 'people';
  const count = missing < required ? `${missing} more ${people}` : `${missing} ${people}`;
  const group = named.length === 0 ? `with ${accessWords(role)}` : `(${reviewerWords({ role, users: named })})`;
  return `${count} ${group} must approve${selfApproval ? '; the requester counts' : ', not counting the requester'}${by}.`;
}

function missingUnder(rules: ApprovalRules, { promotion, subject }: PromotionView): number {
  return shownTally(promotion, { subject, rules: [rules] }).missing;
}

/** Where only named people can approve: those who still can, or that there are too few of them. */
function namedSentence(args: {
  readonly named: readonly string[];
  readonly missing: number;
  readonly by: string;
  readonly rules: ApprovalRules;
}): string {
  const { named, missing, by, rules } = args;
  if (named.length === 0) return `Nobody whom the policy names can still approve${by}. ${howToAdd(rules)}.`;
  const anyOf = reviewerWords({ role: null, users: named });
  if (named.length < missing) {
    return `${missing} more people must approve, but only ${anyOf} still can${by}. ${howToAdd(rules)}.`;
  }
  if (missing === 1) return `${anyOf} can approve${by}.`;
  const all = reviewerWords({ role: null, users: named }, 'and');
  return `${named.length === missing ? all : `${missing} of ${all}`} must approve${by}.`;
}

/** "Nobody had to approve (policy 1a2b3c4, changed by ada 3 minutes before)."; empty if somebody has to, or did. */
export function nobodyHadTo({ promotion, rules, policyChange }: PromotionView): string {
  const { reviews, policyBlob, createdAt, openBranch } = promotion;
  const isFree = rules.length > 0 && rules.every(({ required }) => required === 0);
  if (!needsEnvironmentApprovals(promotion) || !isFree || reviews.length > 0 || policyBlob === 'none') return '';
  const changed = `Nobody had to approve (${changeWords({ policyBlob, policyChange, at: createdAt })}).`;
  if (openBranch === undefined) return changed;
  return `${changed} ⚠ ${code(openBranch)} accepts pushes without a pull request, so one person can change that policy alone.`;
}

/** `policy 1a2b3c4, changed by ada 3 minutes before`. */
export function changeWords(args: {
  readonly policyBlob: string;
  readonly policyChange: PolicyChange | null;
  readonly at: number;
}): string {
  const { policyBlob, policyChange: change, at } = args;
  const policy = policyBlob === 'none' ? 'the built-in policy' : `policy ${code(policyBlob.slice(0, 7))}`;
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
  const isEveryone = view.environment?.approvals.role === null && logins.length <= missing;
  const people = listWords([...shown, ...(rest > 0 ? [plural(rest, 'other')] : [])], isEveryone ? 'and' : 'or');
  return `Waiting for ${plural(missing, 'more approval')}: ${people}.`;
}

/** The people named in the policy who can still approve. */
export function namedReviewers(view: PromotionView): readonly string[] {
  const { promotion, environment } = view;
  if (environment === null || (promotion.policyProblems ?? []).length > 0) return [];
  return remainingOf(environment.approvals, view);
}

/** Logins of the policy, but not of the requester, of who already approved, of excluded authors, or of another account. */
function remainingOf(
  { users, selfApproval, contributors: rule }: ApprovalPolicy,
  { promotion, subject, takenNames }: PromotionView,
): readonly string[] {
  const { requester, reviews, contributors } = promotion;
  const excluded = [
    ...(selfApproval ? [] : [requester.login]),
    ...reviews.filter((review) => covers(review, subject)).map(({ by }) => by.login),
    ...(rule === 'refuse' ? (contributors?.people ?? []).map(({ login }) => login) : []),
    ...takenNames.map(({ name }) => name),
  ].map((login) => login.toLowerCase());
  return users.map((user) => readListed(user).name).filter((login) => !excluded.includes(login.toLowerCase()));
}

/** `anyone with write access`, or the users that the policy names, or both; as code, which mentions nobody. */
export function reviewerWords(
  { role, users }: Pick<ApprovalPolicy, 'role' | 'users'>,
  last: 'and' | 'or' = 'or',
): string {
  const named = users.slice(0, MAX_NAMED).map((user) => code(readListed(user).name));
  const rest = users.length - named.length;
  const others = `${rest} other${rest === 1 ? '' : 's'} named in the policy`;
  return listWords(
    [
      ...named,
      ...(rest > 0 ? [last === 'or' ? `one of ${others}` : others] : []),
      ...(role === null ? [] : [`anyone with ${accessWords(role)}`]),
    ],
    last,
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

function howToAdd({ role }: ApprovalPolicy): string {
  if (role === null) return `Add a reviewer to ${code('approvals')} in the policy file`;
  return `Give somebody else ${accessWords(role)} to this repository`;
}
