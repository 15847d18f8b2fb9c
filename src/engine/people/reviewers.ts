// Loads what a decision needs to know about the people whose approvals could count.
import type { ActingApp, Actor, Person } from '../../domain/actor.ts';
import type { DecisionContext } from '../../domain/decide.ts';
import { listsPerson, NO_PINS, readListed, type Pins, type Reviewer } from '../../domain/eligibility.ts';
import type { ApprovalPolicy } from '../../domain/policy/policy.ts';
import type { Promotion, Repo } from '../../domain/promotion/promotion.ts';
import type { Review } from '../../domain/promotion/review.ts';
import { isCollaborator } from '../../github/collaborators.ts';
import { untilAnswered } from '../../github/client/ask-again.ts';
import { findAccountId, findLogin } from '../../github/permissions.ts';
import { findPins, inheritPins, savePin, savePinHolder } from '../../store/pins.ts';
import { loadActor, loadContext } from '../core/load.ts';
import type { Services } from '../core/services.ts';

type Asked = Pick<Services, 'store' | 'github' | 'now' | 'wait' | 'registryTokenWatch'>;
export type Names = readonly Pick<ApprovalPolicy, 'users' | 'apps'>[];

/**
 * The ids behind the names of these policies. A login that was never used here is looked up and kept; an App's slug is
 * kept when an App of that name acts for the first time (`acting`). OutsideError if GitHub does not answer.
 */
export async function loadPins(
  services: Asked,
  repo: Repo,
  { policies, acting = null }: { readonly policies: Names; readonly acting?: ActingApp | null },
): Promise<Pins> {
  const { store, github, now } = services;
  const owner = ownerOf(repo);
  const { users, apps } = pinnedNamesOf(policies);
  if (users.length === 0 && apps.length === 0) return NO_PINS;
  const read = async (): Promise<Pins> => ({
    users: await findPins(store.db, { owner, kind: 'user', names: users }),
    apps: await findPins(store.db, { owner, kind: 'app', names: apps }),
  });
  const known = await readWithFormer(services, repo, { users, apps, read });
  const client = github.forRepo(repo);
  const unknownUsers = users.filter((user) => !known.users.has(user));
  for (const name of unknownUsers) {
    const id = await findAccountId({ client, repo: repo.name, login: name });
    if (id !== null) await savePin(store.db, { owner, kind: 'user', name, id, now: now() });
  }
  const slug = acting?.slug.toLowerCase() ?? '';
  const isNewApp = acting !== null && apps.includes(slug) && !known.apps.has(slug);
  if (isNewApp) await savePin(store.db, { owner, kind: 'app', name: slug, id: acting.id, now: now() });
  // An App with the slug of another one is refused, and the card of the next plan shows that.
  const pinned = known.apps.get(slug);
  const isTaken = acting !== null && pinned !== undefined && pinned !== acting.id;
  if (isTaken) await savePinHolder(store.db, { owner, kind: 'app', name: slug, holder: acting.id });
  // Read again, as another process may have stored it first.
  return unknownUsers.length > 0 || isNewApp ? read() : known;
}

/** Names that are new here may have been used under a former owner of the repository. */
async function readWithFormer(
  { store }: Pick<Services, 'store'>,
  repo: Repo,
  about: ReturnType<typeof pinnedNamesOf> & { readonly read: () => Promise<Pins> },
): Promise<Pins> {
  const { users, apps, read } = about;
  const known = await read();
  if (users.every((user) => known.users.has(user)) && apps.every((app) => known.apps.has(app))) return known;
  const place = { repoId: repo.id, owner: ownerOf(repo) };
  await inheritPins(store.db, { ...place, kind: 'user', names: users });
  await inheritPins(store.db, { ...place, kind: 'app', names: apps });
  return read();
}

/** The account that these pins belong to; pins of different accounts are separate. */
export function ownerOf({ name }: Pick<Repo, 'name'>): string {
  return name.split('/')[0]?.toLowerCase() ?? '';
}

/** The names that need a pin, in lower case. */
export function pinnedNamesOf(policies: Names): Readonly<Record<'users' | 'apps', readonly string[]>> {
  return {
    users: namesOf(policies.flatMap(({ users }) => users)),
    apps: namesOf(policies.flatMap(({ apps }) => apps)),
  };
}

/** Entries with an id of their own need no pin. */
function namesOf(entries: readonly string[]): readonly string[] {
  const listed = entries.map(readListed).filter(({ id }) => id === null);
  return [...new Set(listed.map(({ name }) => name.toLowerCase()))];
}

/** A person with a known role, and the rest of what decides whether their review counts. */
export async function describeReviewer(
  services: Asked,
  about: {
    readonly repo: Repo;
    readonly actor: Actor;
    readonly policies: Names;
    readonly pins: Pins;
    readonly verdict: Review['verdict'];
  },
): Promise<Reviewer> {
  const { repo, actor, policies, pins, verdict } = about;
  // Everybody can read a public repository, so read access proves nothing about a listed user.
  const mustProve = actor.role === 'read' && policies.some((policy) => listsPerson(policy, actor, pins));
  const client = services.github.forRepo(repo);
  const isMember = mustProve && (await isCollaborator({ client, repo: repo.name, login: actor.login }));
  return {
    ...actor,
    membership: mustProve ? (isMember ? 'member' : 'outsider') : 'unasked',
    // A rejection counts in any case, so it does not wait for this.
    isRegistryUser: verdict === 'approve' && (await isCommentingRegistryUser(services, actor)),
  };
}

/** What approvals have to satisfy under the policies of a decision; none if they are no longer readable. */
export function approvalsIn({
  environmentPolicy,
  requestPolicy,
}: Pick<DecisionContext, 'environmentPolicy' | 'requestPolicy'>): readonly ApprovalPolicy[] {
  return [environmentPolicy, requestPolicy].flatMap((policy) => (policy === null ? [] : [policy.approvals]));
}

/** Otherwise a holder of the machine user's token could write an approval with it. */
async function isCommentingRegistryUser(
  { registryTokenWatch }: Pick<Services, 'registryTokenWatch'>,
  person: Person,
): Promise<boolean> {
  const user = await registryTokenWatch.learnUser();
  return user !== null && user.canComment === true && user.id === person.id;
}

/** What a decision that may move production needs. `also`: policies that the promotion is about to be planned under. */
export async function loadReleaseContext(
  services: Services,
  promotion: Promotion,
  { also = [] }: { readonly also?: Names } = {},
): Promise<DecisionContext> {
  const context = await loadContext(services, promotion);
  const policies = [...approvalsIn(context), ...also];
  const pins = await untilAnswered(() => loadPins(services, promotion.repo, { policies }));
  const reviewers = await loadReviewers(services, promotion, { policies, pins, reviewer: null });
  return { ...context, people: { reviewers, pins } };
}

/**
 * Reads the rights of everybody whose approval could count again, except of `reviewer`. A retryable OutsideError if
 * GitHub does not answer: then nothing is decided, and nobody is dropped.
 */
export async function loadReviewers(
  services: Asked,
  { repo, reviews }: Promotion,
  about: { readonly policies: Names; readonly pins: Pins; readonly reviewer: Reviewer | null },
): Promise<ReadonlyMap<number, Reviewer>> {
  const { policies, pins, reviewer } = about;
  const reviewers = new Map(reviewer === null ? [] : [[reviewer.id, reviewer]]);
  const approvals = reviews.filter(({ verdict, void: isVoid }) => verdict === 'approve' && isVoid !== true);
  // The newest of each person: it has the newest login.
  for (const review of new Map(approvals.map((one) => [one.by.id, one])).values()) {
    if (reviewers.has(review.by.id)) continue;
    const described = await untilAnswered(async () => {
      const actor = await loadReviewedBy(services, repo, review);
      return describeReviewer(services, { repo, actor, policies, pins, verdict: 'approve' });
    });
    reviewers.set(described.id, described);
  }
  return reviewers;
}

/** The person who gave a review, with current rights. If the login of the review has none, by the account's current login. */
async function loadReviewedBy(services: Asked, repo: Repo, { by, at }: Review): Promise<Actor> {
  const load = ({ id, login }: Person): Promise<Actor> =>
    loadActor(services, { repo, by: { id, login, kind: 'user' }, confirmedAt: at });
  const actor = await load(by);
  if (actor.role !== 'none') return actor;
  const login = await findLogin({ client: services.github.forRepo(repo), id: by.id });
  return login === null || login.toLowerCase() === by.login.toLowerCase() ? actor : load({ id: by.id, login });
}
