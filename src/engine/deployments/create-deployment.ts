// Creates the GitHub Deployment that follows a promotion; deployers receive it and report its status.
import { decide } from '../../domain/decide.ts';
import { findEnvironment, type EnvironmentPolicy } from '../../domain/policy/policy.ts';
import { OutsideError } from '../../net/outside-error.ts';
import { formatNumber, knownCommit, type Promotion } from '../../domain/promotion/promotion.ts';
import { formatReference, type CommitSha } from '../../domain/image/reference.ts';
import {
  createDeployment as create,
  findOwnDeployment,
  type DeploymentContent,
} from '../../github/deployments/deployments.ts';
import { askAgain } from '../../github/client/ask-again.ts';
import { deploymentDescription } from '../../messages/deployment.ts';
import { findMark } from '../../store/promotions/github-marks.ts';
import { findLastPromoted } from '../../store/promotions/promotions.ts';
import { listJournal } from '../../store/promotions/tag-moves.ts';
import { commitOf } from '../core/commit.ts';
import { DONE, type Job, type JobDefinition, type JobOutcome } from '../core/handler.ts';
import { byPromotion } from '../core/job-description.ts';
import { loadContext, loadPlannedPolicy, loadPolicy, loadPromotion } from '../core/load.ts';
import type { Services } from '../core/services.ts';

/** GitHub's final answers that people can fix: the card shows them, and `/refresh` tries again. */
const REFUSED: readonly string[] = [
  'github-forbidden',
  'github-closed',
  'github-rejected',
  'github-not-found',
  'github-gone',
];

export const createDeployment: JobDefinition<'create-deployment'> = {
  key: byPromotion,
  queue: 'promotion',
  traits: [],
  handle,
};

async function handle(job: Job<'create-deployment'>, services: Services): Promise<JobOutcome> {
  const promotion = await loadPromotion(services, job.payload.promotionId);
  const { id: promotionId, repo, environment } = promotion;
  const commit = knownCommit(promotion);
  const { db } = services.store;
  if (commit === null || (await findMark(db, { promotionId, kind: 'deployment' })) !== null) return DONE;
  const last = await findLastPromoted(db, { repoId: repo.id, environment });
  if (last?.id !== promotionId) {
    // While GitHub was unreachable, a newer promotion came: this deployment would undo it.
    services.log.info(
      { repo: repo.name, promotion: promotion.number },
      'skipped a deployment: a newer promotion replaced it',
    );
    return DONE;
  }
  const policy = await loadDeploymentPolicy(services, promotion);
  if (policy === null) {
    const because = 'neither the policy of the plan nor the current policy says where to deploy';
    return { kind: 'again', at: services.now() + RECHECK_AFTER_MS, because };
  }
  if (!policy.deployment.create) return DONE;
  try {
    const githubId = await findOrCreate(services, { job, promotion, policy, commit });
    const mark = {
      promotionId,
      kind: 'deployment',
      githubId,
      target: policy.deployment.environment,
    } as const;
    return { kind: 'done', commit: { repo, marks: [mark] } };
  } catch (error) {
    if (!(error instanceof OutsideError) || !REFUSED.includes(error.code)) throw error;
    const event = { kind: 'deployment-refused', problem: error.toProblem() } as const;
    const decision = decide(promotion, event, await loadContext(services, promotion));
    return { kind: 'done', commit: commitOf(promotion, decision) };
  }
}

const RECHECK_AFTER_MS = 10 * 60 * 1000;

/** By the policy of the plan; if that is no longer readable, by the current one. Null: unknown. */
async function loadDeploymentPolicy(services: Services, promotion: Promotion): Promise<EnvironmentPolicy | null> {
  const planned = await loadPlannedPolicy(services, promotion);
  if (planned !== null) return planned;
  const loaded = await loadPolicy(services, promotion.repo);
  return loaded.kind === 'policy' ? findEnvironment(loaded.policy, promotion.environment) : null;
}

type Asked = { readonly promotion: Promotion; readonly policy: EnvironmentPolicy; readonly commit: CommitSha };

/** An earlier try may have created it without recording it. */
async function findOrCreate(
  services: Services,
  { job, ...asked }: Asked & { readonly job: Job<'create-deployment'> },
): Promise<number> {
  const { promotion, policy, commit } = asked;
  const { repo, number } = promotion;
  const place = { client: services.github.forRepo(repo), repo: repo.name };
  const { environment } = policy.deployment;
  const question = { ...place, commit, environment, promotion: formatNumber(number) };
  const made = job.attempts > 1 ? await findOwnDeployment({ ...question, bot: await botOf(services) }) : null;
  if (made !== null) return made;
  const content = await contentOf(services, asked);
  // Such an answer says that none was created: another try can't create a second one.
  return askAgain(() => create({ ...place, content }), services);
}

/** The account of our App. A payload alone proves nothing: anybody with write access can copy ours. */
async function botOf({ identity }: Services): Promise<string> {
  return `${(await identity.learn()).slug}[bot]`;
}

async function contentOf({ store }: Services, { promotion, policy, commit }: Asked): Promise<DeploymentContent> {
  const { id, number, reason, environment } = promotion;
  // Deployers read one image of the payload, and a policy has exactly one today.
  const [image] = promotion.images;
  if (image === undefined) throw new Error(`promotion ${id} has no image`);
  const { repository, digest } = image;
  const journal = await listJournal(store.db, id);
  const kept = journal.filter(({ kind, target }) => kind === 'permanent' && target === digest).map(({ tag }) => tag);
  return {
    commit,
    environment: policy.deployment.environment,
    isProduction: environment === 'production',
    description: deploymentDescription(promotion),
    payload: {
      image: formatReference(repository, digest),
      digest,
      tags: [...kept, ...policy.tags],
      promotion: formatNumber(number),
      reason,
    },
  };
}
