// What has to be known of the people whose approvals could count, at the moment that is decided about.
import type { ActingApp, Actor, Person } from '../../domain/actor.ts';
import type { DecisionContext } from '../../domain/decide.ts';
import { listsPerson, NO_PINS, readListed, type Pins, type Reviewer } from '../../domain/eligibility.ts';
import type { ApprovalPolicy } from '../../domain/policy/policy.ts';
import type { Promotion, Repo } from '../../domain/promotion/promotion.ts';
import { isCollaborator } from '../../github/collaborators.ts';
import { findAccountId } from '../../github/permissions.ts';
import { findPins, savePin } from '../../store/pins.ts';
import { loadActor, loadContext, loadPlannedPolicy, loadRequestPolicy } from '../core/load.ts';
import type { Services } from '../core/services.ts';

type Asked = Pick<Services, 'store' | 'github' | 'now' | 'registryTokenWatch'>;
type Names = readonly Pick<ApprovalPolicy, 'users' | 'apps'>[];

/**
 * The ids behind the names of these policies. A login that was never used here is looked up and kept; an App's slug is
 * kept when an App of that name acts for the first time (`acting`). OutsideError when GitHub does not tell.
 */
export async function loadPins(
  services: Asked,
  repo: Repo,
  { policies, acting = null }: { readonly policies: Names; readonly acting?: ActingApp | null },
): Promise<Pins> {
  const { store, github, now } = services;
  const owner = repo.name.split('/')[0]?.toLowerCase() ?? '';
  const users = namesOf(policies.flatMap((policy) => policy.users));
  const apps = namesOf(policies.flatMap((policy) => policy.apps));
  if (users.length === 0 && apps.length === 0) return NO_PINS;
  const [pinnedUsers, pinnedApps] = await Promise.all([
    findPins(store.db, { owner, kind: 'user', names: users }),
    findPins(store.db, { owner, kind: 'app', names: apps }),
  ]);
  const client = github.forRepo(repo);
  for (const name of users.filter((user) => !pinnedUsers.has(user))) {
    const id = await findAccountId({ client, repo: repo.name, login: name });
    if (id !== null) await savePin(store.db, { owner, kind: 'user', name, id, now: now() });
  }
  const slug = acting?.slug.toLowerCase() ?? '';
  if (acting !== null && apps.includes(slug) && !pinnedApps.has(slug)) {
    await savePin(store.db, { owner, kind: 'app', name: slug, id: acting.id, now: now() });
  }
  return {
    users: await findPins(store.db, { owner, kind: 'user', names: users }),
    apps: await findPins(store.db, { owner, kind: 'app', names: apps }),
  };
}

/** Entries with an id of their own need no pin. */
function namesOf(entries: readonly string[]): readonly string[] {
  const listed = entries.map(readListed).filter(({ id }) => id === null);
  return [...new Set(listed.map(({ name }) => name.toLowerCase()))];
}

/** Somebody whose role is known, with the rest of what decides whether their review counts. */
export async function describeReviewer(
  services: Asked,
  about: { readonly repo: Repo; readonly actor: Actor; readonly policies: Names; readonly pins: Pins },
): Promise<Reviewer> {
  const { repo, actor, policies, pins } = about;
  // Everybody can read a public repository, so reading proves nothing of somebody who is listed.
  const mustProve = actor.role === 'read' && policies.some((policy) => listsPerson(policy, actor, pins));
  const client = services.github.forRepo(repo);
  const isMember = mustProve && (await isCollaborator({ client, repo: repo.name, id: actor.id }));
  return {
    ...actor,
    membership: mustProve ? (isMember ? 'member' : 'outsider') : 'unasked',
    isRegistryUser: isCommentingRegistryUser(services, actor),
  };
}

/** What the policies say that a promotion's approvals have to satisfy; none where they can't be read any more. */
export async function loadApprovals(services: Services, promotion: Promotion): Promise<readonly ApprovalPolicy[]> {
  const policies = await Promise.all([loadPlannedPolicy(services, promotion), loadRequestPolicy(services, promotion)]);
  return policies.flatMap((policy) => (policy === null ? [] : [policy.approvals]));
}

/** Whoever has the token of the registry's user could otherwise write an approval with it. */
function isCommentingRegistryUser(
  { registryTokenWatch }: Pick<Services, 'registryTokenWatch'>,
  person: Person,
): boolean {
  const user = registryTokenWatch.user();
  return user !== null && user.canComment === true && user.id === person.id;
}

/**
 * What a decision needs that may let production move: everybody whose approval could count is asked about anew.
 * `reviewer` was asked about just now. OutsideError when GitHub does not tell: then nothing is decided, and nobody is dropped.
 */
export async function loadReleaseContext(
  services: Services,
  promotion: Promotion,
  { reviewer = null, also = [] }: { readonly reviewer?: Reviewer | null; readonly also?: Names } = {},
): Promise<DecisionContext> {
  const context = await loadContext(services, promotion);
  const policies = [...(await loadApprovals(services, promotion)), ...also];
  const { repo } = promotion;
  const pins = await loadPins(services, repo, { policies });
  const reviewers = new Map<number, Reviewer>();
  for (const { by, verdict, void: isVoid } of promotion.reviews) {
    if (verdict !== 'approve' || isVoid === true || reviewers.has(by.id) || by.id === reviewer?.id) continue;
    const actor = await loadActor(services, { repo, by: { ...by, kind: 'user' } });
    reviewers.set(by.id, await describeReviewer(services, { repo, actor, policies, pins }));
  }
  if (reviewer !== null) reviewers.set(reviewer.id, reviewer);
  return { ...context, people: { reviewers, pins } };
}
