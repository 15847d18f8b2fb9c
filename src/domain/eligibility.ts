// Decides whether a person's review counts for a promotion, or the reason why it does not.
import { reaches, type ActingApp, type Actor, type Person } from './actor.ts';
import type { Ineligibility } from './ineligibility.ts';
import type { ApprovalPolicy } from './policy/policy.ts';
import type { Promotion } from './promotion/promotion.ts';
import type { Review } from './promotion/review.ts';

/** What is known about a reviewer at the time of the decision. */
export type Reviewer = Actor & {
  /** A collaborator or a member of the organization; `unasked` if the role already shows it. */
  readonly membership: 'member' | 'outsider' | 'unasked';
  /** True for the account of GHCR_TOKEN, if that token can comment. */
  readonly isRegistryUser: boolean;
};

/** The ids that the logins and App slugs of policies had when they were first used, by lower-case name. */
export type Pins = { readonly users: ReadonlyMap<string, number>; readonly apps: ReadonlyMap<string, number> };

export const NO_PINS: Pins = { users: new Map(), apps: new Map() };

/**
 * Null if the person may give this review under these rules. `approvals` null: the rules can't be read, so only what
 * holds under any of them is known. A rejection needs less: a person who may review can always reject.
 */
export function findIneligibility(args: {
  readonly person: Reviewer;
  readonly verdict: Review['verdict'];
  /** Null: no App acted for the person. */
  readonly app: ActingApp | null;
  readonly promotion: Pick<Promotion, 'requester' | 'contributors'>;
  readonly approvals: ApprovalPolicy | null;
  readonly pins: Pins;
}): Ineligibility | null {
  const { person, verdict, app, promotion, approvals, pins } = args;
  if (person.kind === 'bot') return { code: 'bot' };
  if (approvals === null) return null;
  const role = findRoleProblem(approvals, person, pins);
  if (role !== null || verdict === 'reject') return role;
  if (app !== null && !listsApp(approvals, app, pins)) return { code: 'acted-through-app', app: app.slug };
  if (person.isRegistryUser) return { code: 'registry-user' };
  return findContribution(promotion, person, approvals) ?? findOwnRequest(promotion, person, approvals);
}

/** True if the policy lets this person review another person's request. */
export function mayReview(approvals: ApprovalPolicy, person: Actor, pins: Pins): boolean {
  return findRoleProblem(approvals, { ...person, membership: 'unasked' }, pins) === null;
}

/** False for the requester, if the policy wants another person's approval. */
export function countsFor(
  { requester }: Pick<Promotion, 'requester'>,
  { id }: Pick<Person, 'id'>,
  { selfApproval }: Pick<ApprovalPolicy, 'selfApproval'>,
): boolean {
  return id !== requester.id || selfApproval;
}

/** True when the policy names somebody who is not this person. */
export function listsAnother({ users }: Pick<ApprovalPolicy, 'users'>, person: Person, pins: Pins): boolean {
  return users.some((user) => idOf(user, pins.users) !== person.id);
}

/** Whether the policy names this person, by the id that the login was first used with. */
export function listsPerson({ users }: Pick<ApprovalPolicy, 'users'>, { id }: Pick<Person, 'id'>, pins: Pins): boolean {
  return users.some((user) => idOf(user, pins.users) === id);
}

export function listsApp({ apps }: Pick<ApprovalPolicy, 'apps'>, { id }: Pick<ActingApp, 'id'>, pins: Pins): boolean {
  return apps.some((app) => idOf(app, pins.apps) === id);
}

/** `bob#583231`: the login for people to read, and the id that counts; `bob` alone has none. */
export function readListed(entry: string): { readonly name: string; readonly id: number | null } {
  const [name = '', id] = entry.split('#');
  return { name, id: id === undefined ? null : Number(id) };
}

/** The id of a listed name; null if it was never used. */
function idOf(entry: string, pins: ReadonlyMap<string, number>): number | null {
  const { name, id } = readListed(entry);
  return id ?? pins.get(name.toLowerCase()) ?? null;
}

/** A listed user only has to belong to the repository. Others need the role, if the policy accepts one. */
function findRoleProblem(
  approvals: ApprovalPolicy,
  person: Actor & Pick<Reviewer, 'membership'>,
  pins: Pins,
): Ineligibility | null {
  const { role, users } = approvals;
  if (role !== null && reaches(person.role, role)) return null;
  if (listsPerson(approvals, person, pins)) {
    if (!reaches(person.role, 'read')) return { code: 'role-too-low', wanted: 'read' };
    return person.membership === 'outsider' ? { code: 'outsider' } : null;
  }
  const namesake = users.map(readListed).find(({ name }) => name.toLowerCase() === person.login.toLowerCase());
  if (namesake !== undefined && (namesake.id ?? pins.users.get(person.login.toLowerCase())) !== undefined) {
    return { code: 'another-account', login: namesake.name };
  }
  return role === null || users.length > 0
    ? { code: 'not-listed', users, role }
    : { code: 'role-too-low', wanted: role };
}

function findContribution(
  { contributors }: Pick<Promotion, 'contributors'>,
  { id }: Person,
  approvals: ApprovalPolicy,
): Ineligibility | null {
  if (approvals.contributors !== 'refuse' || contributors === undefined) return null;
  const own = contributors.people.find((one) => one.id === id);
  return own === undefined ? null : { code: 'contributor', commits: own.commits, of: contributors.commits };
}

function findOwnRequest(
  promotion: Pick<Promotion, 'requester'>,
  person: Person,
  approvals: ApprovalPolicy,
): Ineligibility | null {
  return countsFor(promotion, person, approvals) ? null : { code: 'own-request' };
}
