// Posts an answer in a thread, or in the issue that continues it. A status is read when it is posted, not when it was requested.
import { OutsideError } from '../../net/outside-error.ts';
import { findEnvironment } from '../../domain/policy/policy.ts';
import { defaultTarget, todayOf } from '../../domain/promotion/history.ts';
import { listedName, promotedAt, type Promotion, type Repo } from '../../domain/promotion/promotion.ts';
import type { ImageRepository, Tag } from '../../domain/image/reference.ts';
import type { StatusSubject } from '../../domain/reply.ts';
import { policyProblemWords } from '../../messages/policy-problem.ts';
import { isKnownRefusal } from '../../messages/replies/refusals.ts';
import { renderReply } from '../../messages/replies/replies.ts';
import type { EnvironmentStatus, LastPromoted, StatusView } from '../../messages/replies/status.ts';
import { findAuditHead } from '../../store/audit.ts';
import { NewerFormat } from '../../store/database/stored.ts';
import { listOpenDrifts } from '../../store/drifts.ts';
import { listHeld } from '../../store/promotions/history.ts';
import { findLastPromoted, findPromotionByNumber, listOpenPromotions } from '../../store/promotions/promotions.ts';
import { findRepo } from '../../store/repos.ts';
import { lineOf } from '../core/find-promotion.ts';
import { authorize } from '../people/authorize.ts';
import { DONE, type Job, type JobDefinition, type JobOutcome } from '../core/handler.ts';
import { loadPolicy } from '../core/load.ts';
import { loadView } from './load-view.ts';
import { continueThread, postInThread } from './post-in-thread.ts';
import type { Services } from '../core/services.ts';

export const reply: JobDefinition<'reply'> = {
  key: null,
  queue: 'reply',
  traits: ['needs-thread'],
  handle,
};

async function handle(job: Job<'reply'>, services: Services): Promise<JobOutcome> {
  const { repoId, issue, reply: answer, to } = job.payload;
  if (answer.kind === 'refusal' && !isKnownRefusal(answer.refusal)) throw new NewerFormat('a reply of a newer version');
  const repo = await findRepo(services.store.db, repoId);
  if (repo === null) throw new Error(`repository ${repoId} is not in the database`);
  const key = `reply ${job.id}`;
  const status = answer.kind === 'status' ? await loadStatus(services, repo, answer.about) : null;
  const context = { key, to: to ?? null, now: services.now(), status };
  const body = (continuedFrom: number | null): string => renderReply(answer, { ...context, continuedFrom });
  const posted = await postInThread(services, { job, repo, issue, key, body });
  if (posted.kind === 'posted') return DONE;
  // Its key was used by this job.
  const text = { ...job.payload, idempotencyKey: null };
  return continueThread(repo, { issue: posted.issue, text });
}

async function loadStatus(services: Services, repo: Repo, about: StatusSubject): Promise<StatusView> {
  if (about.kind === 'environment') return loadEnvironment(services, repo, about.environment);
  const promotion = await findPromotionByNumber(services.store.db, { repoId: repo.id, number: about.number });
  if (promotion === null) throw new Error(`promotion ${about.number} of ${repo.name} is not in the database`);
  return { kind: 'promotion', view: await loadView(services, { ...promotion, repo }) };
}

async function loadEnvironment(services: Services, repo: Repo, name: string): Promise<StatusView> {
  const { db } = services.store;
  const [open, last, drifts, auditHead, { tags, held, rollbackTarget }] = await Promise.all([
    listOpenPromotions(db, { repoId: repo.id, environment: name }),
    findLastPromoted(db, { repoId: repo.id, environment: name }),
    listOpenDrifts(db, { repoId: repo.id, environment: name }),
    findAuditHead(db, repo.id),
    readEnvironment(services, repo, name),
  ]);
  const lastPromoted = last === null ? null : await describe(services, { ...last, repo });
  return {
    kind: 'environment',
    environment: name,
    tags,
    open: open.map((promotion) => lineOf(promotion, services)),
    lastPromoted,
    held,
    rollbackTarget,
    drifts,
    auditHead,
  };
}

type Read = Pick<EnvironmentStatus, 'tags' | 'held' | 'rollbackTarget'>;

async function readEnvironment(services: Services, repo: Repo, name: string): Promise<Read> {
  try {
    const loaded = await loadPolicy(services, repo);
    if (loaded.kind === 'unreadable')
      return unread(`the policy file can't be read: ${loaded.problems.map(policyProblemWords).join('; ')}`);
    const { policy } = loaded;
    const environment = findEnvironment(policy, name);
    const [repository] = policy.images;
    if (environment === null) return unread(`the policy has no environment ${name}`);
    if (repository === undefined) return unread('the policy names no image');
    const unauthorized = await authorize(services, { repo, images: policy.images });
    if (unauthorized !== null) return unread(`${repo.name} may not promote ${repository}`);
    const held = await listHeld(services.store.db, { repoId: repo.id, environment: name, repository });
    const tags = await readTags(services, repository, environment.tags);
    const current = tags.kind === 'read' ? (tags.tags[0]?.digest ?? null) : null;
    const target = defaultTarget({ history: held, current, ...todayOf(environment) });
    return { held, tags, rollbackTarget: tags.kind === 'read' ? target : null };
  } catch (error) {
    if (error instanceof OutsideError) return unread(error.message);
    throw error;
  }
}

/** History belongs to an image, which the policy names. */
function unread(problem: string): Read {
  return { held: [], tags: { kind: 'unreadable', problem }, rollbackTarget: null };
}

async function readTags(
  { registry }: Services,
  repository: ImageRepository,
  names: readonly Tag[],
): Promise<EnvironmentStatus['tags']> {
  const read = names.map(async (tag) => ({ repository, tag, digest: await registry.findDigest(repository, tag) }));
  try {
    return { kind: 'read', tags: await Promise.all(read) };
  } catch (error) {
    if (error instanceof OutsideError) return { kind: 'unreadable', problem: error.message };
    throw error;
  }
}

async function describe(services: Services, promotion: Promotion): Promise<LastPromoted | null> {
  const { number, requester } = promotion;
  const at = promotedAt(promotion);
  if (at === null) return null;
  const { cardUrl } = await loadView(services, promotion);
  const digests = promotion.images.map(({ digest }) => digest);
  return { number, source: listedName(promotion), digests, at, requester: requester.login, cardUrl };
}
