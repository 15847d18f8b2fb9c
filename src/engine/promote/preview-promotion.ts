// Previews a promotion as if it were requested now: resolves, examines and plans it, and writes nothing.
import { NO_PINS } from '../../domain/eligibility.ts';
import { approvalRulesOf, type FloorFacts } from '../../domain/policy/approval-rules.ts';
import { decide } from '../../domain/decide.ts';
import { commitOf } from '../../domain/image/image-facts.ts';
import { policyMarks } from '../../domain/policy/effective-rules.ts';
import { findEnvironment, type EnvironmentPolicy, type Policy } from '../../domain/policy/policy.ts';
import type { Promotion, Repo } from '../../domain/promotion/promotion.ts';
import type { Reference, Tag } from '../../domain/image/reference.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { PromotionView } from '../../messages/promotion-view.ts';
import { facetsFor } from '../../domain/validation.ts';
import { createCollection, type CollectedImage } from '../../facts/collect.ts';
import type { FactSources, FactSubject } from '../../facts/facet.ts';
import { createImageReader } from '../../facts/image-reader.ts';
import { subjectOf } from '../../domain/promotion/approval.ts';
import { listOpenPromotions } from '../../store/promotions/promotions.ts';
import { authorize, findOwnership, type AuthorizeServices } from '../people/authorize.ts';
import { historyOf, recordsOf, type Database } from '../examine/fact-sources.ts';
import { lineOf } from '../core/find-promotion.ts';
import { loadFloors } from '../core/load.ts';
import { readProduction } from '../examine/read-production.ts';
import { commitHexIn } from '../../domain/rules/tag-commit.ts';
import { findCommitTag, resolveSource, sourcePrefixes } from '../examine/resolve-source.ts';
import { withOutcomes, type OutcomePlace } from '../publish/load-outcomes.ts';
import type { Services } from '../core/services.ts';

export type PreviewServices = Pick<Services, 'registry' | 'now' | 'wait' | 'sha256'> &
  Omit<AuthorizeServices, 'store'> & {
    readonly github: FactSources['github'];
    /** Without one, leftovers, rollbacks and open promotions are unknown. */
    readonly database: Database;
  };

export type PreviewRequest = {
  readonly repo: Repo;
  readonly policy: Policy;
  readonly reference: Reference;
  /** Null: the default. */
  readonly environment: string | null;
  readonly version: Tag | null;
  readonly force: boolean;
  readonly reason: string | null;
};

export type Preview =
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'other-image'; readonly images: Policy['images'] }
  | {
      readonly kind: 'planned';
      /** In the state that it would come to rest in. */
      readonly promotion: Promotion;
      readonly environment: EnvironmentPolicy;
      /** As reviewers would see it. */
      readonly asking: PromotionView;
      readonly image: CollectedImage;
      readonly open: readonly ReturnType<typeof lineOf>[];
    };

/** OutsideError if registry, GitHub or database can't answer now. */
/** What the plan shows, whatever the rules read. */
const SHOWN_FACETS = ['contents', 'lineage', 'changes', 'sameCode'] as const;

export async function previewPromotion(services: PreviewServices, request: PreviewRequest): Promise<Preview> {
  const { registry, database } = services;
  const store = database.kind === 'open' ? database.store : null;
  const { repo, policy, reference, force } = request;
  const { repository } = reference;
  const environment = findEnvironment(policy, request.environment);
  if (environment === null) return no(unknownEnvironment(request));
  if (!policy.images.includes(repository)) return { kind: 'other-image', images: policy.images };
  const unauthorized = await authorize({ ...services, store }, { repo, images: policy.images });
  if (unauthorized !== null) return no(unauthorized);
  const prefixes = sourcePrefixes(policy, { force });
  const question = { registry, image: repository, prefixes };
  const spec =
    reference.kind === 'tag'
      ? ({ kind: 'tag', tag: reference.tag } as const)
      : ({ kind: 'digest', digest: reference.digest } as const);
  const source = await resolveSource(question, spec);
  const refusedAt = { repoId: repo.id, environment, image: repository };
  if (source.kind === 'refused') return refuse(services, refusedAt, source.refusal);
  const { tag, digest } = source;
  const collection = createCollection(subjectAt(request, environment, { tag, digest }), {
    registry,
    images: createImageReader({ registry, now: services.now }),
    github: services.github,
    clock: services,
    history: historyOf(database, { repoId: repo.id, repository }),
    ...recordsOf(database, { repoId: repo.id, now: services.now }),
    ownership: () => findOwnership({ ...services, store }, { repo, image: repository }),
  });
  const facts = await collection.collect([...SHOWN_FACETS, ...facetsFor('promotion', policy)]);
  const image = { facts, contents: await collection.contents() };
  const commit = commitOf(facts);
  // Where GitHub can't be asked, the plan shows what becomes of the commit that the tag names.
  const named = facts.lineage.kind === 'unknown' && tag !== null ? commitHexIn(tag, prefixes) : null;
  const commitTag = await findCommitTag(question, { tag, digest, commit: commit ?? named });
  const pinned = { repository, digest, commit, commitTag, platforms: [] };
  const around = { repoId: repo.id, environment, image: pinned, versionTag: request.version };
  const production = await readProduction({ registry, store }, around);
  const place = { repoId: repo.id, environment: environment.name };
  const marks = policyMarks({ policy, environment, kind: 'promotion', sha256: services.sha256 });
  const draft = draftOf(request, { marks, environment, image: pinned, tag, now: services.now() });
  const floors = await loadFloors({ store, settings: services.settings }, repo);
  const decision = decide(
    draft,
    {
      kind: 'examined',
      policy,
      environment,
      images: [{ facts, commitTag }],
      production,
      otherReviewers: 'unknown',
      contributors: null,
      openBranch: null,
    },
    {
      githubHost: services.settings.githubHost,
      now: services.now(),
      sha256: services.sha256,
      environmentBusy: false,
      environmentPolicy: environment,
      isTargetHeld: false,
      requestPolicy: null,
      floors,
      people: { reviewers: new Map(), pins: NO_PINS },
    },
  );
  if (decision.kind !== 'accepted') throw new Error('an examination was not accepted');
  const { promotion } = decision;
  const open = store === null ? [] : await listOpenPromotions(store.db, place);
  const asking = viewOf(services, promotion, { environment, floors });
  return {
    kind: 'planned',
    promotion,
    environment,
    asking,
    image,
    open: open.map((one) => lineOf(one, services)),
  };
}

/** Where the commit may be, as for a real promotion. */
function subjectAt(
  { policy, repo, reference, force, version }: PreviewRequest,
  environment: EnvironmentPolicy,
  pinned: Pick<FactSubject, 'tag' | 'digest'>,
): FactSubject {
  const { staging, hotfix } = policy;
  return {
    ...pinned,
    repository: reference.repository,
    versionTag: version,
    repo: repo.name,
    branches: [staging.branch, environment.branch, ...(force ? [hotfix.branch] : [])],
    stagingReporters: staging.reporters,
    environments: [environment],
    content: policy.validation.content,
  };
}

async function refuse(
  { registry, database }: Pick<PreviewServices, 'registry' | 'database'>,
  place: OutcomePlace,
  refusal: Refusal,
): Promise<Preview> {
  if (database.kind === 'absent') return no(refusal);
  return no(await withOutcomes({ registry, store: database.store }, place, refusal));
}

function no(refusal: Refusal): Preview {
  return { kind: 'refused', refusal };
}

function unknownEnvironment({ policy, environment: typed }: PreviewRequest): Refusal {
  return { code: 'environment-unknown', typed, environments: policy.environments.map(({ name }) => name) };
}

/** Requested by no particular person. */
function draftOf(
  { repo, reference, version, force, reason }: PreviewRequest,
  {
    marks,
    environment,
    image,
    tag,
    now,
  }: {
    readonly marks: ReturnType<typeof policyMarks>;
    readonly environment: EnvironmentPolicy;
    readonly image: Promotion['images'][number];
    readonly tag: Tag;
    readonly now: number;
  },
): Promotion {
  return {
    id: 'preview',
    number: 0,
    repo,
    requestedAs: repo.name,
    environment: environment.name,
    kind: 'promotion',
    requester: { id: 0, login: 'you' },
    reason,
    force,
    versionTag: version,
    source: { typed: reference.kind === 'tag' ? reference.tag : reference.digest, tag },
    images: [image],
    baseline: [],
    findings: [],
    reviews: [],
    moves: [],
    ...marks,
    otherReviewers: 'unknown',
    notice: null,
    thread: null,
    state: { kind: 'examining', again: false },
    version: 1,
    createdAt: now,
    updatedAt: now,
  };
}

function viewOf(
  { settings, sha256 }: PreviewServices,
  promotion: Promotion,
  { environment, floors }: { readonly environment: EnvironmentPolicy; readonly floors: FloorFacts },
): PromotionView {
  return {
    promotion: { ...promotion, state: { kind: 'awaiting-approval' } },
    environment,
    policyChange: null,
    rules: approvalRulesOf(promotion, { today: environment, request: null, floors }),
    subject: sha256(subjectOf(promotion)),
    outcomes: [],
    auditHead: null,
    githubUrl: `https://${settings.githubHost}`,
    checkRunUrl: null,
    cardUrl: null,
    thread: null,
    blockedBy: null,
    rollbackTarget: null,
    replacedBy: null,
    deadJob: null,
    tokenWarning: null,
    takenNames: [],
  };
}
