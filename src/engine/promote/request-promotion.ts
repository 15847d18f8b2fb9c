// `/promote`: pins the image, refuses what can be refused at once, and opens the promotion.
import { reaches } from '../../domain/actor.ts';
import { findIneligibility } from '../../domain/eligibility.ts';
import type { CommandOf } from '../../domain/command.ts';
import { decideRequest } from '../../domain/decide.ts';
import { approvalRulesOf } from '../../domain/policy/approval-rules.ts';
import { policyMarks } from '../../domain/policy/effective-rules.ts';
import {
  environmentMeantBy,
  environmentNamedBy,
  findEnvironment,
  type EnvironmentPolicy,
  type Policy,
} from '../../domain/policy/policy.ts';
import { hasTargetForm } from '../../domain/promotion/rollback-target.ts';
import { isOpen, type Promotion, type Thread } from '../../domain/promotion/promotion.ts';
import type { Digest, ImageRepository } from '../../domain/image/reference.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { InsteadOfSource } from '../../domain/reply.ts';
import type { PlainSource } from '../../domain/image/image-source.ts';
import { planTags, type PinnedImage, type TagState } from '../../domain/image/tag-plan.ts';
import type { PolicyFile } from '../../store/policies.ts';
import { listOpenPromotions } from '../../store/promotions/promotions.ts';
import { peekPromotionNumber } from '../../store/repos.ts';
import { answered, refused, type Answer, type Asked } from '../core/answer.ts';
import { commitOfAccepted, type Commit } from '../core/commit.ts';
import { listCandidates } from './list-candidates.ts';
import { loadFloors, loadPlannedPolicy, loadPolicy, loadThread } from '../core/load.ts';
import { readProduction } from '../examine/read-production.ts';
import { readOwnSource } from '../examine/own-source.ts';
import { isSourceTag, resolveSource, sourcePrefixes } from '../examine/resolve-source.ts';
import { withOutcomes } from '../publish/load-outcomes.ts';
import type { Services } from '../core/services.ts';
import { refuseActingApp } from '../people/acting-app.ts';
import { authorize } from '../people/authorize.ts';
import { describeReviewer, loadPins } from '../people/reviewers.ts';
import { findYoungCommit } from '../examine/find-young-commit.ts';

type Promote = CommandOf<'promote'>;

/** A person with a known role, and the thread for the card; none after a click on a check run. */
export type Requester = Pick<Asked, 'repo' | 'by' | 'app'> & {
  readonly thread: Thread | null;
  /** What the check run showed that the source holds, after a click. */
  readonly expected?: Digest;
};

export type Request =
  | { readonly kind: 'opened'; readonly promotion: Promotion; readonly commit: Commit }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** No source was named: the candidates are asked for. `instead`: an environment was, where the source should stand. */
  | {
      readonly kind: 'no-source';
      readonly policy: Policy;
      readonly environment: EnvironmentPolicy;
      readonly isNamed: boolean;
      readonly image: ImageRepository;
      readonly instead: InsteadOfSource | null;
    };

/** The answer to one `/promote` line of a person with a known role. */
export async function requestPromotion(services: Services, asked: Asked, command: Promote): Promise<Answer> {
  const { repo, by, app } = asked;
  const thread = await loadThread(services, asked);
  const request = await openPromotion(services, { repo, by, app, thread }, command);
  switch (request.kind) {
    case 'opened':
      return answered(asked, request.commit);
    case 'refused':
      return refused(asked, request.refusal);
    case 'no-source':
      return listCandidates(services, { asked, ...request });
  }
}

/** The outcome of a request, by comment or by button. */
export async function openPromotion(services: Services, asked: Requester, line: Promote): Promise<Request> {
  const loaded = await loadPolicy(services, asked.repo);
  if (loaded.kind === 'unreadable') return no({ code: 'policy-unreadable', problems: loaded.problems });
  const { policy, file } = loaded;
  const image = policy.images[0];
  const instead = environmentInstead(policy, line);
  const command = { ...line, environment: line.environment ?? instead };
  const refusal = refuseRequest({ asked, command, policy });
  if (refusal !== null) return no(refusal);
  const unauthorized = await authorize(services, { repo: asked.repo, images: policy.images });
  if (unauthorized !== null) return no(unauthorized);
  const environment = findEnvironment(policy, command.environment);
  if (environment === null) return no(unknownEnvironment(command, policy));
  const { registryHost } = services.settings;
  if (image === undefined) return no({ code: 'no-image-name', repo: asked.repo.name, registryHost });
  const through = await refuseActingApp(services, { ...asked, environment, verb: 'promote with force' });
  if (command.force && through !== null) return no(through);
  const isNamed = command.environment !== null;
  const list = { kind: 'no-source', policy, image, environment, isNamed } as const;
  if (command.source === null || instead !== null) return { ...list, instead: insteadOf(line, instead) };

  const own = await readOwnSource(services, { repo: asked.repo, image, source: command.source });
  if (own.kind === 'refused') return no(own.refusal);
  const question = { registry: services.registry, image, prefixes: sourcePrefixes(policy, command) };
  const source = await resolveSource(question, own.source);
  const typed = typedSource(own.source);
  const noWith = async (why: Refusal): Promise<Request> =>
    no(await withOutcomes(services, { repoId: asked.repo.id, environment, image }, why));
  const open = await listOpenPromotions(services.store.db, { repoId: asked.repo.id, environment: environment.name });
  if (source.kind === 'refused') {
    const isAbsent = source.refusal.code === 'source-not-found';
    const young = isAbsent ? await findYoungCommit(services, { repo: asked.repo, policy, source: own.source }) : null;
    if (young === null) {
      // A name such as `facade` could be the beginning of a commit.
      const named = isAbsent ? environmentNamedBy(policy, typed) : null;
      if (named === null) return noWith(source.refusal);
      const place = isNamed ? {} : { environment: named, isNamed: true };
      return { ...list, ...place, instead: { typed, environment: named.name } };
    }
    const waiting = open.find(({ state }) => state.kind === 'waiting-for-image' && state.commit === young.commit);
    if (waiting !== undefined) return alreadyRequested(services, waiting, { asked, command });
    const state = { kind: 'waiting-for-image', repository: image, ...young } as const;
    const absent = { source: { typed, tag: null }, images: [] };
    return openNew(services, { asked, command, policy, file, environment, ...absent, state });
  }
  if (asked.expected !== undefined && asked.expected !== source.digest) {
    return noWith({ code: 'image-changed', tag: source.tag, shown: asked.expected, holds: source.digest });
  }
  const same = open.find(
    ({ images, state }) =>
      images.some(({ digest }) => digest === source.digest) ||
      (state.kind === 'waiting-for-image' && state.tags.includes(source.tag)),
  );
  if (same !== undefined && isOpen(same.state)) return alreadyRequested(services, same, { asked, command });
  const pinned = { repository: image, digest: source.digest, commit: null, commitTag: null, platforms: [] };
  const place = { repoId: asked.repo.id, environment, image: pinned, versionTag: command.version };
  const production = await readProduction(services, place);
  const unplannable = refusePlan({ command, environment, image: pinned, production });
  if (unplannable !== null) return noWith(unplannable);
  const state = { kind: 'examining', again: false } as const;
  return openNew(services, {
    asked,
    command,
    policy,
    file,
    environment,
    source: { typed, tag: source.tag },
    images: [pinned],
    state,
  });
}

async function openNew(
  services: Services,
  request: Pick<Promotion, 'source' | 'images' | 'state'> & {
    readonly asked: Requester;
    readonly command: Promote;
    readonly policy: Policy;
    readonly file: PolicyFile | null;
    readonly environment: EnvironmentPolicy;
  },
): Promise<Request> {
  const { asked, command, policy, file, environment, source, images, state } = request;
  const now = services.now();
  const promotion: Promotion = {
    id: services.newId(),
    number: await peekPromotionNumber(services.store.db, asked.repo.id),
    repo: asked.repo,
    requestedAs: asked.repo.name,
    environment: environment.name,
    kind: 'promotion',
    requester: { id: asked.by.id, login: asked.by.login },
    reason: command.reason,
    force: command.force,
    versionTag: command.version,
    source,
    images,
    baseline: [],
    findings: [],
    reviews: [],
    moves: [],
    ...policyMarks({ policy, environment, kind: 'promotion', sha256: services.sha256 }),
    requestedUnder: policy.blob,
    otherReviewers: 'unknown',
    notice: null,
    thread: asked.thread,
    state,
    version: 1,
    createdAt: now,
    updatedAt: now,
  };
  const commit = { ...commitOfAccepted(null, decideRequest(promotion)), policyFile: file };
  return { kind: 'opened', promotion, commit };
}

/** A second requester joins: they may approve the open promotion if the policy allows it. */
async function alreadyRequested(
  services: Services,
  open: Promotion,
  { asked, command: { version } }: { readonly asked: Requester; readonly command: Promote },
): Promise<Request> {
  const { number, state, environment, versionTag } = open;
  const lacks = version === null || version === versionTag ? {} : { lacks: version };
  const policy = await loadPlannedPolicy(services, open);
  const who = policy === null ? {} : { mayApprove: await mayApprove(services, { promotion: open, asked, policy }) };
  return no({ code: 'already-requested', promotion: number, state: state.kind, environment, ...who, ...lacks });
}

async function mayApprove(
  services: Services,
  about: { readonly promotion: Promotion; readonly asked: Requester; readonly policy: EnvironmentPolicy },
): Promise<boolean> {
  const { promotion, asked, policy } = about;
  const { repo, by: actor, app } = asked;
  const policies = [policy.approvals];
  const pins = await loadPins(services, repo, { policies });
  const person = await describeReviewer(services, { repo, actor, policies, pins, verdict: 'approve' });
  const floors = await loadFloors(services, repo);
  const rules = approvalRulesOf(promotion, { today: policy, request: null, floors });
  return rules.some(
    (approvals) => findIneligibility({ person, verdict: 'approve', app, promotion, approvals, pins }) === null,
  );
}

/** `/promote production`, `/promote prod`: the environment that stands where a source should; null for what may be a source. */
function environmentInstead(policy: Policy, command: Promote): string | null {
  const { source } = command;
  if (source?.kind !== 'tag' || isSourceTag(source.tag, sourcePrefixes(policy, command))) return null;
  return environmentMeantBy(policy, source.tag)?.name ?? null;
}

function insteadOf({ source }: Promote, environment: string | null): InsteadOfSource | null {
  return source?.kind === 'tag' && environment !== null ? { typed: source.tag, environment } : null;
}

function no(refusal: Refusal): Request {
  return { kind: 'refused', refusal };
}

function refuseRequest(request: {
  readonly asked: Requester;
  readonly command: Promote;
  readonly policy: Policy;
}): Refusal | null {
  const { asked, command, policy } = request;
  if (!reaches(asked.by.role, 'write')) {
    return { code: 'not-permitted', verb: 'promote', role: asked.by.role, wanted: 'write' };
  }
  const { role } = asked.by;
  if (command.force && !reaches(role, policy.force.role)) {
    return { code: 'not-permitted', verb: 'promote with force', role, wanted: policy.force.role };
  }
  return findEnvironment(policy, command.environment) === null ? unknownEnvironment(command, policy) : null;
}

/** Refusals that are known before the examination: nothing to do, or the version names another image. */
function refusePlan(request: {
  readonly command: Promote;
  readonly environment: EnvironmentPolicy;
  readonly image: PinnedImage;
  readonly production: readonly TagState[];
}): Refusal | null {
  const { command, environment, image, production } = request;
  const { force, reason, version: versionTag } = command;
  const plan = planTags({ image, environment, kind: 'promotion', force, versionTag, reason, production });
  if (plan.kind === 'already-there') {
    const tags = [...environment.tags, ...(versionTag === null ? [] : [versionTag])];
    return { code: 'already-in-production', environment: environment.name, digest: image.digest, tags };
  }
  const [taken] = plan.kind === 'permanent-tag-taken' ? plan.taken : [];
  return taken === undefined ? null : { code: 'version-taken', ...taken };
}

function unknownEnvironment(command: Promote, policy: Policy): Refusal {
  const { source, environment: named } = command;
  const first = source?.kind === 'tag' ? environmentNamedBy(policy, source.tag) : null;
  if (first !== null && named !== null && hasTargetForm(named)) {
    return { code: 'environment-as-source', environment: first.name, source: named };
  }
  const names = policy.environments.map(({ name }: EnvironmentPolicy) => name);
  return { code: 'environment-unknown', typed: command.environment, environments: names };
}

function typedSource(source: PlainSource): string {
  switch (source.kind) {
    case 'digest':
      return source.digest;
    case 'tag':
    case 'pinned-tag':
      return source.tag;
    case 'hex':
      return source.typed;
  }
}
