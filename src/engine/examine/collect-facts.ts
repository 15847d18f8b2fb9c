// Examines a promotion's image: reads it from the registry, asks GitHub for its commit, and lets the rules decide.
import { listsAnother } from '../../domain/eligibility.ts';
import { decide } from '../../domain/decide.ts';
import { commitOf as commitOfImage, type ImageFacts } from '../../domain/image/image-facts.ts';
import { OutsideError } from '../../net/outside-error.ts';
import { findEnvironment, environmentPolicyFor, type ApprovalPolicy, type Policy } from '../../domain/policy/policy.ts';
import { todayOf } from '../../domain/promotion/history.ts';
import {
  needsEnvironmentApprovals,
  refusesContributors,
  type ApprovalRules,
} from '../../domain/policy/approval-rules.ts';
import type { FailureProblem } from '../../domain/promotion/failure.ts';
import type { PolicyProblem } from '../../domain/policy/policy-problem.ts';
import { isOpen, sourceSeen, type Contributors, type Promotion } from '../../domain/promotion/promotion.ts';
import { ruledKindOf, withTarget } from '../../domain/promotion/target-origin.ts';
import { fetchDefaultBranch } from '../../github/branch-protection.ts';
import { findOtherReviewer } from '../../github/collaborators.ts';
import { authorize } from '../people/authorize.ts';
import { loadPins, loadReleaseContext } from '../people/reviewers.ts';
import { askOptional } from './ask-optional.ts';
import { commitAndContinue, commitOf } from '../core/commit.ts';
import { findUnreportedPolicyChange } from './find-policy-change.ts';
import { findContributors } from './find-contributors.ts';
import { findOtherTarget } from './complete-image.ts';
import { DONE, type Job, type JobDefinition, type JobOutcome } from '../core/handler.ts';
import { byPromotion } from '../core/job-description.ts';
import {
  loadApprovalRules,
  loadContext,
  loadPlannedPolicy,
  loadPolicy,
  loadPromotion,
  loadTargetOrigin,
} from '../core/load.ts';
import { hasRetryBudget } from '../core/retry-budget.ts';
import { examineImage, startCollections } from './examine-images.ts';
import { recheckNames } from './recheck-names.ts';
import { isComparisonOld } from './read-production.ts';
import { readSource } from './read-source.ts';
import type { Services } from '../core/services.ts';

export const collectFacts: JobDefinition<'collect-facts'> = {
  key: byPromotion,
  queue: 'none',
  traits: ['asks-registry', 'moves-promotion'],
  handle,
};

async function handle(job: Job<'collect-facts'>, services: Services): Promise<JobOutcome> {
  const promotion = await loadPromotion(services, job.payload.promotionId);
  if (promotion.state.kind !== 'examining') return DONE;
  try {
    return await examine(services, { job, promotion });
  } catch (error) {
    if (!(error instanceof OutsideError) || (error.retryable && hasRetryBudget(job, services))) throw error;
    if (error.code === 'github-not-installed') return endAppRemoved(services, promotion);
    return failExamination(services, promotion, await problemOf(services, promotion, error));
  }
}

async function problemOf(services: Services, promotion: Promotion, error: OutsideError): Promise<FailureProblem> {
  const isTargetGone = promotion.kind === 'rollback' && error.code === 'manifest-unknown';
  if (!isTargetGone) return { code: 'outside-error', error: error.toProblem() };
  const { tags = [] } = (await loadPlannedPolicy(services, promotion)) ?? {};
  const other = await findOtherTarget(services, { promotion, tags });
  return { code: 'target-gone', error: error.toProblem(), ...other };
}

/** The App was removed, and its webhook may be late: there is nobody to report a failure to. */
async function endAppRemoved(services: Services, promotion: Promotion): Promise<JobOutcome> {
  const event = { kind: 'withdrawn', because: 'installation-gone' } as const;
  const decision = decide(promotion, event, await loadContext(services, promotion));
  return { kind: 'done', commit: commitOf(promotion, decision) };
}

type Examination = { readonly job: Job<'collect-facts'>; readonly promotion: Promotion };

async function examine(services: Services, { job, promotion: pinned }: Examination): Promise<JobOutcome> {
  const loaded = await loadPolicy(services, pinned.repo);
  if (loaded.kind === 'unreadable') return failExamination(services, pinned, unreadable(loaded.problems));
  const { policy } = loaded;
  const environment = findEnvironment(policy, pinned.environment);
  const problem = await findPolicyProblem(services, pinned, policy);
  if (environment === null || problem !== null) {
    const gone = { code: 'environment-gone', environment: pinned.environment } as const;
    return failExamination(services, pinned, problem ?? gone);
  }
  const target = await loadTargetOrigin(services, { promotion: pinned, today: todayOf(environment) });
  const promotion = withTarget(pinned, target);
  const environmentPolicy = environmentPolicyFor({ policy, environment, kind: ruledKindOf(promotion) });
  const place = { promotion, policy, environment: environmentPolicy };
  const collections = startCollections(services, place);
  const identified = await Promise.all(collections.map(({ collection }) => collection.collect(['lineage'])));
  if (!(await identify(services, { job, promotion: pinned, images: identified }))) {
    return { kind: 'again', at: services.now(), because: 'the promotion changed while its image was read' };
  }
  const { approvals } = environmentPolicy;
  const [examinations, sourceHolds, openBranch, policyChange, shownAnew] = await Promise.all([
    Promise.all(collections.map((one) => examineImage(services, place, one))),
    readSource(services, promotion),
    findOpenBranch(services, promotion, { policy, approvals }),
    findUnreportedPolicyChange(services, { repo: promotion.repo, file: loaded.file }),
    recheckNames(services, promotion, approvals),
  ]);
  const images = examinations.map(({ examined }) => examined);
  const compared = images.flatMap(({ facts: { repository, changes } }) =>
    changes.kind === 'known' && changes.value.kind === 'compared'
      ? [{ repository, promotion: changes.value.held.promotion }]
      : [],
  );
  if (await isComparisonOld(services, { repoId: promotion.repo.id, environment: environment.name }, compared)) {
    return { kind: 'again', at: services.now(), because: 'another promotion was done while the image was compared' };
  }
  const today = sourceSeen(await loadPromotion(services, promotion.id), sourceHolds);
  const production = examinations.flatMap((one) => one.production);
  const commit = examinations.map(({ examined }) => commitOfImage(examined.facts))[0] ?? null;
  const rules = await loadApprovalRules(services, promotion, environmentPolicy);
  const changes = images[0]?.facts.changes;
  const contributors = await findContributors(services, { promotion, rules, commit, changes });
  const otherReviewers = await searchReviewer(services, promotion, { approvals, rules, contributors });
  const about = { policy, environment, images, production, otherReviewers, contributors, openBranch };
  const event = { kind: 'examined', ...about, ...(target === null ? {} : { target }) } as const;
  const decision = decide(today, event, await loadReleaseContext(services, today, { also: [approvals] }));
  // Proven before people are asked: nobody should approve what our account can't carry out.
  if (decision.kind === 'accepted' && isOpen(decision.promotion.state)) {
    await Promise.all(promotion.images.map(({ repository }) => services.pushRight.prove(repository)));
  }
  const next = commitOf(today, decision);
  const told = policyChange === null ? {} : { policyChange };
  const effects = [...(next?.effects ?? []), ...shownAnew];
  return { kind: 'done', commit: next === null ? null : { ...next, effects, policyFile: loaded.file, ...told } };
}

/** Why the pinned image can't be promoted under the current policy, whatever its checks. */
async function findPolicyProblem(
  services: Services,
  promotion: Promotion,
  policy: Policy,
): Promise<FailureProblem | null> {
  const { repo } = promotion;
  const dropped = promotion.images.find(({ repository }) => !policy.images.includes(repository));
  if (dropped !== undefined) {
    return { code: 'image-not-in-policy', image: dropped.repository, images: policy.images };
  }
  return authorize(services, { repo, images: policy.images });
}

const KEPT_PROBLEMS = 5;

function unreadable(problems: readonly PolicyProblem[]): FailureProblem {
  const kept = problems.slice(0, KEPT_PROBLEMS);
  return { code: 'policy-unreadable', problems: kept, more: problems.length - kept.length };
}

async function failExamination(services: Services, promotion: Promotion, problem: FailureProblem): Promise<JobOutcome> {
  const today = await loadPromotion(services, promotion.id);
  const decision = decide(today, { kind: 'examination-failed', problem }, await loadContext(services, today));
  return { kind: 'done', commit: commitOf(today, decision) };
}

/** Optional on the card: if GitHub fails, the card leaves it out. */
async function searchReviewer(
  services: Services,
  promotion: Promotion,
  {
    approvals,
    rules,
    contributors,
  }: {
    readonly approvals: ApprovalPolicy;
    readonly rules: readonly ApprovalRules[];
    readonly contributors: Contributors | null;
  },
): Promise<Promotion['otherReviewers']> {
  const { repo, requester } = promotion;
  // Nobody has to approve, so no card shows it.
  if (rules.every(({ required }) => required === 0)) return 'unknown';
  const ask = async (): Promise<Promotion['otherReviewers']> => {
    const pins = await loadPins(services, repo, { policies: [approvals] });
    if (listsAnother(approvals, requester, pins)) return 'some';
    const { role } = approvals;
    if (role === null) return 'none';
    const client = services.github.forRepo(repo);
    const authors = refusesContributors(promotion, rules) ? (contributors?.people ?? []) : [];
    const exceptIds = [requester.id, ...authors.map(({ id }) => id)];
    return findOtherReviewer({ client, repo: repo.name, exceptIds, role });
  };
  const message = 'GitHub did not tell who else could approve';
  return askOptional(services, { ask, fallback: 'unknown', message, about: { repo: repo.name } });
}

/** A person who can push the policy file alone can release alone. Shown if the policy needs no approval. */
async function findOpenBranch(
  services: Services,
  promotion: Promotion,
  { policy, approvals }: { readonly policy: Policy; readonly approvals: ApprovalPolicy },
): Promise<string | null> {
  if (!needsEnvironmentApprovals(promotion) || approvals.required > 0 || policy.blob === 'none') return null;
  const { repo } = promotion;
  const { name } = repo;
  const found = await askOptional(services, {
    ask: () => fetchDefaultBranch({ client: services.github.forRepo(repo), repo: name }),
    fallback: null,
    message: 'GitHub did not tell whether the default branch takes pushes',
    about: { repo: name },
  });
  return found?.takesDirectPushes === true ? found.branch : null;
}

/** Opens the check run as soon as the commit is known, the first time; false if the promotion changed meanwhile. */
async function identify(
  services: Services,
  { job, promotion, images }: Examination & { readonly images: readonly ImageFacts[] },
): Promise<boolean> {
  const isNews = images.some((facts) => {
    const commit = commitOfImage(facts);
    return commit !== null && promotion.images.every((image) => image.commit !== commit);
  });
  if (!isNews) return true;
  const decision = decide(promotion, { kind: 'identified', images }, await loadContext(services, promotion));
  const shown = commitOf(promotion, decision);
  return shown === null || (await commitAndContinue(services, job, shown)) === 'committed';
}
