// A pushed git tag `v1.2.3`: adds it to production's image if that has the tagged files; else shows what to type.
import { reaches } from '../../domain/actor.ts';
import { decideRequest } from '../../domain/decide.ts';
import type { Effect } from '../../domain/effect.ts';
import type { GitTagAnswer } from '../../domain/promotion/git-tag.ts';
import { OutsideError } from '../../net/outside-error.ts';
import { policyMarks } from '../../domain/policy/effective-rules.ts';
import { findEnvironment } from '../../domain/policy/policy.ts';
import type { Promotion } from '../../domain/promotion/promotion.ts';
import type { Refusal } from '../../domain/refusal.ts';
import { findTree, type CommitTree } from '../../github/trees.ts';
import { peekPromotionNumber } from '../../store/repos.ts';
import { authorize } from '../people/authorize.ts';
import { refusalOf } from '../core/answer.ts';
import { commitOfAccepted, type Commit } from '../core/commit.ts';
import { compareWithProduction, type NamedImage, type Release } from './compare-with-production.ts';
import { DONE, type IntentDefinition, type Job, type JobOutcome } from '../core/handler.ts';
import { loadActor, loadPolicy } from '../core/load.ts';
import { isOfAnotherTool } from '../core/policy/other-tool.ts';
import { hasRetryBudget } from '../core/retry-budget.ts';
import type { Services } from '../core/services.ts';

export const handleGitTag: IntentDefinition<'git-tag'> = {
  key: null,
  queue: 'repo',
  traits: [],
  handle,
  unserved: async () => DONE,
};

async function handle(job: Job<'git-tag'>, services: Services): Promise<JobOutcome> {
  const { repo, tag } = job.payload;
  const client = services.github.forRepo(repo);
  const tagged = await findTree({ client, repo: repo.name, ref: `tags/${tag}` });
  // Deleted since, or a tag of something other than a commit.
  if (tagged === null) return DONE;
  try {
    const bar = await barOf(services, job);
    if (bar !== null) return { kind: 'done', commit: answered(job, tagged, { kind: 'refused', refusal: bar }) };
    return { kind: 'done', commit: await decideTag(services, job, tagged) };
  } catch (error) {
    if (!(error instanceof OutsideError) || (error.retryable && hasRetryBudget(job, services))) throw error;
    return { kind: 'done', commit: answered(job, tagged, { kind: 'refused', refusal: refusalOf(error) }) };
  }
}

/** Pushing a tag requires write access. GitHub decides who may click Re-run, which may lead to the tag being written. */
async function barOf(services: Services, { payload }: Job<'git-tag'>): Promise<Refusal | null> {
  if (payload.because === 'pushed') return null;
  const { kind, role } = await loadActor(services, payload);
  if (kind === 'bot') return { code: 'bot-not-permitted', verb: 're-run' };
  return reaches(role, 'write') ? null : { code: 'not-permitted', verb: 're-run', role, wanted: 'write' };
}

async function decideTag(services: Services, job: Job<'git-tag'>, tagged: CommitTree): Promise<Commit | null> {
  const { repo, tag } = job.payload;
  const refuse = (refusal: Extract<GitTagAnswer, { kind: 'refused' }>['refusal']): Commit =>
    answered(job, tagged, { kind: 'refused', refusal });
  const loaded = await loadPolicy(services, repo);
  if (loaded.kind === 'unreadable') {
    if (await isOfAnotherTool(services, repo, loaded.problems)) return null;
    return refuse({ code: 'policy-unreadable', problems: loaded.problems });
  }
  const { policy } = loaded;
  const environment = findEnvironment(policy, null);
  const image = policy.images[0];
  if (environment === null) {
    const environments = policy.environments.map(({ name }) => name);
    return refuse({ code: 'environment-unknown', typed: null, environments });
  }
  const { registryHost } = services.settings;
  if (image === undefined) return refuse({ code: 'no-image-name', repo: repo.name, registryHost });
  const unauthorized = await authorize(services, { repo, images: policy.images });
  if (unauthorized !== null) return refuse(unauthorized);
  const release: Release = { repo, tag, tagged, policy, environment, image };
  const compared = await compareUnlessSilent(services, release);
  switch (compared.kind) {
    case 'silent':
      return null;
    case 'same-files': {
      const promotion = await openVersion(services, job, release, compared.image);
      return { ...commitOfAccepted(null, decideRequest(promotion)), policyFile: loaded.file };
    }
    default:
      return answered(job, tagged, compared);
  }
}

type Compared = Awaited<ReturnType<typeof compareWithProduction>> | { readonly kind: 'silent' };

/** Many repositories tag versions. One without a policy file and without a readable image gets no answer. */
async function compareUnlessSilent(services: Services, release: Release): Promise<Compared> {
  const isForeign = release.policy.blob === 'none';
  try {
    const compared = await compareWithProduction(services, release);
    const holdsNothing = compared.kind === 'not-in-production' && compared.why.cause === 'nothing-held';
    return isForeign && holdsNothing && compared.source === null ? { kind: 'silent' } : compared;
  } catch (error) {
    const denied = error instanceof OutsideError && !error.retryable && !error.code.startsWith('github-');
    if (isForeign && denied) return { kind: 'silent' };
    throw error;
  }
}

/** The person who pushed the tag has decided: the promotion needs no approval, and writes only the version. */
async function openVersion(
  services: Services,
  { payload }: Job<'git-tag'>,
  { repo, tag, tagged, policy, environment }: Release,
  image: NamedImage,
): Promise<Promotion> {
  const now = services.now();
  const { by } = payload;
  return {
    id: services.newId(),
    number: await peekPromotionNumber(services.store.db, repo.id),
    repo,
    requestedAs: repo.name,
    environment: environment.name,
    kind: 'version',
    requester: { id: by.id, login: by.login },
    reason: null,
    force: false,
    versionTag: tag,
    source: { typed: tag, tag: null, taggedCommit: tagged.sha },
    images: [{ ...image, commitTag: null, platforms: [] }],
    baseline: [],
    findings: [],
    reviews: [],
    moves: [],
    ...policyMarks({ policy, environment, kind: 'version', sha256: services.sha256 }),
    otherReviewers: 'unknown',
    notice: null,
    thread: null,
    state: { kind: 'examining', again: false },
    version: 1,
    createdAt: now,
    updatedAt: now,
  };
}

function answered({ payload }: Job<'git-tag'>, { sha }: CommitTree, answer: GitTagAnswer): Commit {
  const { repo, tag } = payload;
  const effect: Effect = { kind: 'answer-git-tag', repoId: repo.id, commit: sha, tag, answer };
  return { repo, effects: [effect] };
}
