// Loads what a decision needs: the promotion, the policy, who acts, and whether the environment is free.
import { MAX_POLICY_FILE_BYTES, readPromotionFile } from '../../config/promotion-file.ts';
import type { Actor } from '../../domain/actor.ts';
import type { DecisionContext } from '../../domain/decide.ts';
import {
  builtInPolicy,
  environmentPolicyFor,
  findEnvironment,
  type EnvironmentPolicy,
  type Policy,
} from '../../domain/policy/policy.ts';
import { NO_PINS } from '../../domain/eligibility.ts';
import { approvalRulesOf, type ApprovalRules, type FloorFacts } from '../../domain/policy/approval-rules.ts';
import type { PolicyProblem } from '../../domain/policy/policy-problem.ts';
import { isOpen, type Promotion, type Repo, type Thread } from '../../domain/promotion/promotion.ts';
import { originOf, todayOf, type Today } from '../../domain/promotion/history.ts';
import { isHeldTarget, ruledKindOf, type TargetOrigin } from '../../domain/promotion/target-origin.ts';
import type { GitHub } from '../../github/client/client.ts';
import { fetchActor } from '../../github/permissions.ts';
import { findLongThread } from '../../store/long-threads.ts';
import { findPolicyFile as findStoredFile, type PolicyFile } from '../../store/policies.ts';
import { listHeld } from '../../store/promotions/history.ts';
import { findPromotion, isEnvironmentBusy } from '../../store/promotions/promotions.ts';
import { listEnvironmentTags } from '../../store/environment-tags.ts';
import { findRightsConfirmedAt, KNOWN_FOR_MS } from '../../store/people.ts';
import { listRepoNames } from '../../store/repo-names.ts';
import { findRepo } from '../../store/repos.ts';
import type { Store } from '../../store/database/database.ts';
import type { Sender } from './intent.ts';
import { findPolicyFile } from './policy/find-policy-file.ts';
import type { Services, Settings } from './services.ts';

/** The promotion with its repository's current name. A missing one is a bug: nothing deletes promotions. */
export async function loadPromotion({ store }: Services, id: string): Promise<Promotion> {
  const promotion = await findPromotion(store.db, id);
  if (promotion === null) throw new Error(`promotion ${id} is not in the database`);
  return { ...promotion, repo: (await findRepo(store.db, promotion.repo.id)) ?? promotion.repo };
}

/** The thread of a new promotion. */
export async function loadThread(
  { store }: Pick<Services, 'store'>,
  { repo, issue }: { readonly repo: Repo; readonly issue: number },
): Promise<Thread> {
  const long = await findLongThread(store.db, { repoId: repo.id, issue });
  return long === null ? { issue } : { issue, comments: long.comments };
}

/** `unreadable`: nothing is promoted under it. */
export type LoadedPolicy =
  /** `file` goes into the commit of a promotion that is planned under it; null for the built-in policy. */
  | { readonly kind: 'policy'; readonly policy: Policy; readonly file: PolicyFile | null }
  | { readonly kind: 'unreadable'; readonly problems: readonly PolicyProblem[] };

/**
 * The current policy on the repository's default branch; the built-in one without a file. A file that is meant as the
 * policy and has another name is unreadable. OutsideError if GitHub can't answer. While nothing changes, another read
 * does not count against the rate limit. `authorize` decides whether the repository may promote the policy's image.
 */
export async function loadPolicy({ github, settings, store = null }: PolicySources, repo: Repo): Promise<LoadedPolicy> {
  const client = github.forRepo(repo);
  const findText = async (blob: string): Promise<string | null> =>
    store === null ? null : ((await findStoredFile(store.db, blob))?.text ?? null);
  const found = await findPolicyFile({ client, repo: repo.name, findText });
  const around = { repo: repo.name, registryHost: settings.registryHost };
  if (found.kind === 'none') return { kind: 'policy', policy: builtInPolicy(around), file: null };
  if (found.kind === 'misnamed') {
    return { kind: 'unreadable', problems: found.paths.map((path) => ({ code: 'wrong-file-name', found: path })) };
  }
  const { file } = found;
  switch (file.kind) {
    case 'too-large': {
      const { sizeBytes } = file;
      return refusePolicy({ code: 'file-too-large', sizeBytes, maxBytes: MAX_POLICY_FILE_BYTES });
    }
    case 'not-a-file':
      return refusePolicy({ code: 'not-a-file', what: file.what });
    case 'file': {
      const { blob, text } = file;
      const reading = readPromotionFile({ text, blob, ...around });
      if (reading.kind === 'policy') return { kind: 'policy', policy: reading.policy, file: { blob, text } };
      return { kind: 'unreadable', problems: reading.problems };
    }
  }
}

/** Without a database, the text is read from GitHub each time. */
type PolicySources = Pick<Services, 'settings'> & {
  readonly github: Pick<GitHub, 'forRepo'>;
  readonly store?: Store | null;
};

/** What every decision on a stored promotion needs besides the promotion itself. */
export async function loadContext(services: Services, promotion: Promotion): Promise<DecisionContext> {
  const { store, settings, now, sha256 } = services;
  const { repo, environment, id: exceptId } = promotion;
  const [environmentBusy, environmentPolicy, requestPolicy, floors] = await Promise.all([
    isEnvironmentBusy(store.db, { repoId: repo.id, environment, exceptId }),
    loadPlannedPolicy(services, promotion),
    loadRequestPolicy(services, promotion),
    loadFloors(services, repo),
  ]);
  const isTargetHeld = await isStillHeld(services, promotion, environmentPolicy);
  const people = { reviewers: new Map(), pins: NO_PINS };
  const policies = { environmentPolicy, requestPolicy, floors };
  return { githubHost: settings.githubHost, now: now(), sha256, environmentBusy, ...policies, isTargetHeld, people };
}

/** How the target of a rollback is known, for the environment of the current policy. Null: it is no rollback. */
export async function loadTargetOrigin(
  { store }: Pick<Services, 'store'>,
  { promotion, today }: { readonly promotion: Promotion; readonly today: Today },
): Promise<TargetOrigin | null> {
  const [image] = promotion.images;
  if (promotion.kind !== 'rollback' || image === undefined) return null;
  const { repo, environment } = promotion;
  const { repository, digest } = image;
  const history = await listHeld(store.db, { repoId: repo.id, environment, repository });
  return originOf({ history, digest, ...today });
}

async function isStillHeld(
  services: Services,
  promotion: Promotion,
  policy: EnvironmentPolicy | null,
): Promise<boolean> {
  if (policy === null || !isHeldTarget(promotion) || !isOpen(promotion.state)) return false;
  const target = await loadTargetOrigin(services, { promotion, today: todayOf(policy) });
  return target !== null && target.kind !== 'unproven';
}

/** The operator's floors, and what they follow. Without a database, there is no history to follow. */
export async function loadFloors(
  { store, settings }: { readonly store: Store | null; readonly settings: Pick<Settings, 'floors'> },
  { id }: Pick<Repo, 'id'>,
): Promise<FloorFacts> {
  const { floors } = settings;
  const isSet = floors.minApprovals.length > 0 || floors.forbidSelfApproval.length > 0;
  if (store === null || !isSet) return { floors, moved: [], names: [] };
  const [moved, names] = await Promise.all([listEnvironmentTags(store.db, id), listRepoNames(store.db, id)]);
  return { floors, moved, names: names.map(({ name }) => name) };
}

/** What the approvals of a promotion have to satisfy, with this current environment. */
export async function loadApprovalRules(
  services: Services,
  promotion: Promotion,
  today: EnvironmentPolicy,
): Promise<readonly ApprovalRules[]> {
  const [request, floors] = await Promise.all([
    loadRequestPolicy(services, promotion),
    loadFloors(services, promotion.repo),
  ]);
  return approvalRulesOf(promotion, { today, request, floors });
}

/** Its environment in the policy at the request; null if unknown or unreadable. */
export async function loadRequestPolicy(
  services: Pick<Services, 'store'> & { readonly settings: Pick<Settings, 'registryHost'> },
  promotion: Promotion,
): Promise<EnvironmentPolicy | null> {
  const { requestedUnder: policyBlob } = promotion;
  return policyBlob === undefined ? null : loadPlannedPolicy(services, { ...promotion, policyBlob });
}

/**
 * The environment in the policy that a promotion was planned under. The current parser reads the stored text. Null if it
 * refuses the text or finds no such environment in it.
 */
export async function loadPlannedPolicy(
  { store, settings }: Pick<Services, 'store'> & { readonly settings: Pick<Settings, 'registryHost'> },
  promotion: Promotion,
): Promise<EnvironmentPolicy | null> {
  const { repo, environment: name, policyBlob } = promotion;
  const around = { repo: repo.name, registryHost: settings.registryHost };
  const policy = policyBlob === 'none' ? builtInPolicy(around) : await readStoredPolicy(store, policyBlob, around);
  const environment = policy === null ? null : findEnvironment(policy, name);
  if (policy === null || environment === null) return null;
  return environmentPolicyFor({ policy, environment, kind: ruledKindOf(promotion) });
}

/** A commit that stores a promotion stores the text that it names. A missing one is a bug. */
async function readStoredPolicy(
  { db }: Services['store'],
  blob: string,
  around: Omit<Parameters<typeof readPromotionFile>[0], 'text' | 'blob'>,
): Promise<Policy | null> {
  const file = await findStoredFile(db, blob);
  if (file === null) throw new Error(`policy ${blob} is not in the database`);
  const reading = readPromotionFile({ ...file, ...around });
  return reading.kind === 'policy' ? reading.policy : null;
}

/**
 * The actor with the role that GitHub gives now. For a person with known rights, a single 404 or 403 is not
 * believed: GitHub is asked at most twice more. `confirmedAt`: when known rights were confirmed that are stored elsewhere.
 */
export async function loadActor(
  { github, store, now, wait }: Pick<Services, 'github' | 'store' | 'now' | 'wait'>,
  { repo, by, confirmedAt = null }: { readonly repo: Repo; readonly by: Sender; readonly confirmedAt?: number | null },
): Promise<Actor> {
  const { id, login, kind } = by;
  const hadRights = async (): Promise<boolean> => {
    if (confirmedAt !== null && confirmedAt > now() - KNOWN_FOR_MS) return true;
    return (await findRightsConfirmedAt(store.db, { repoId: repo.id, personId: id, now: now() })) !== null;
  };
  const client = github.forRepo(repo);
  return fetchActor({ client, repo: repo.name, id, login, kind, askAgain: { hadRights, now, wait } });
}

function refusePolicy(problem: PolicyProblem): LoadedPolicy {
  return { kind: 'unreadable', problems: [problem] };
}
