// `/rollback`: pins what the environment goes back to, refuses what can be refused at once, and opens the rollback.
import { reaches } from '../../domain/actor.ts';
import type { CommandOf } from '../../domain/command.ts';
import { decideRequest } from '../../domain/decide.ts';
import { policyMarks } from '../../domain/policy/effective-rules.ts';
import { environmentNamedBy, findEnvironment, type Policy } from '../../domain/policy/policy.ts';
import { todayOf } from '../../domain/promotion/history.ts';
import { ruledKindOf } from '../../domain/promotion/target-origin.ts';
import type { Promotion } from '../../domain/promotion/promotion.ts';
import type { Refusal } from '../../domain/refusal.ts';
import { listHeld } from '../../store/promotions/history.ts';
import { listOpenPromotions } from '../../store/promotions/promotions.ts';
import { peekPromotionNumber } from '../../store/repos.ts';
import { refuseActingApp } from '../people/acting-app.ts';
import { authorize } from '../people/authorize.ts';
import { answered, refused, type Answer, type Asked } from '../core/answer.ts';
import { commitOfAccepted } from '../core/commit.ts';
import { loadPolicy, loadThread } from '../core/load.ts';
import { withOutcomes } from '../publish/load-outcomes.ts';
import { resolveTarget } from './rollback-target.ts';
import type { Services } from '../core/services.ts';

/** The answer to one `/rollback` line of a person with a known role. */
export async function rollBack(services: Services, asked: Asked, command: CommandOf<'rollback'>): Promise<Answer> {
  const { repo, by } = asked;
  const { registry, store, settings } = services;
  const loaded = await loadPolicy(services, repo);
  if (loaded.kind === 'unreadable') return refused(asked, { code: 'policy-unreadable', problems: loaded.problems });
  const { policy } = loaded;
  const { role: wanted } = policy.rollback;
  if (!reaches(by.role, wanted))
    return refused(asked, { code: 'not-permitted', verb: 'rollback', role: by.role, wanted });
  const environment = findEnvironment(policy, command.environment);
  const image = policy.images[0];
  if (environment === null) {
    const environments = policy.environments.map(({ name }) => name);
    return refused(asked, { code: 'environment-unknown', typed: command.environment, environments });
  }
  if (image === undefined)
    return refused(asked, { code: 'no-image-name', repo: repo.name, registryHost: settings.registryHost });
  const unauthorized = await authorize(services, { repo, images: policy.images });
  if (unauthorized !== null) return refused(asked, unauthorized);
  const through = await refuseActingApp(services, { ...asked, environment, verb: 'rollback' });
  if (through !== null) return refused(asked, through);

  const { name, tags } = environment;
  const [history, held, open] = await Promise.all([
    listHeld(store.db, { repoId: repo.id, environment: name, repository: image }),
    Promise.all(tags.map((tag) => registry.findDigest(image, tag))),
    listOpenPromotions(store.db, { repoId: repo.id, environment: name }),
  ]);
  const question = { environment: name, ...todayOf(environment), image, history, current: held[0] ?? null };
  const target = await resolveTarget(services, question, command.target);
  const confused = environmentAsTarget(policy, command);
  const refuse = async (why: Refusal): Promise<Answer> =>
    refused(asked, await withOutcomes(services, { repoId: repo.id, environment, image }, why));
  if (target.kind === 'refused') return refuse((isUnknownTag(target) ? confused : null) ?? target.refusal);
  const { digest, origin } = target;
  if (held.every((now) => now === digest)) {
    if (confused?.environment === name) return refused(asked, confused);
    return refuse({ code: 'already-in-production', environment: name, digest, tags });
  }
  // If two people roll back at once, the second one must not go back one digest further. A promotion of it is no obstacle.
  const same = open.find(({ kind, images }) => kind === 'rollback' && images.some((pin) => pin.digest === digest));
  if (same !== undefined) {
    const { number: promotion, state } = same;
    return refused(asked, { code: 'already-requested', promotion, state: state.kind, environment: name });
  }
  const now = services.now();
  const source = { typed: target.typed, tag: target.tag, target: origin };
  const ruledKind = ruledKindOf({ kind: 'rollback', source });
  const promotion: Promotion = {
    id: services.newId(),
    number: await peekPromotionNumber(store.db, repo.id),
    repo,
    requestedAs: repo.name,
    environment: name,
    kind: 'rollback',
    requester: { id: by.id, login: by.login },
    reason: command.reason,
    force: false,
    versionTag: null,
    source,
    images: [{ repository: image, digest, commit: null, commitTag: null, platforms: [] }],
    baseline: [],
    findings: [],
    reviews: [],
    moves: [],
    ...policyMarks({ policy, environment, kind: ruledKind, sha256: services.sha256 }),
    requestedUnder: policy.blob,
    otherReviewers: 'unknown',
    notice: null,
    thread: await loadThread(services, asked),
    state: { kind: 'examining', again: false },
    version: 1,
    createdAt: now,
    updatedAt: now,
  };
  return answered(asked, { ...commitOfAccepted(null, decideRequest(promotion)), policyFile: loaded.file });
}

function isUnknownTag({ refusal }: { readonly refusal: Refusal }): boolean {
  return refusal.code === 'not-a-rollback-target' && refusal.because === 'no-such-tag';
}

/** `/rollback to production`: what was meant stands without the `to`. */
function environmentAsTarget(
  policy: Policy,
  { environment, target, reason }: CommandOf<'rollback'>,
): Extract<Refusal, { code: 'environment-as-target' }> | null {
  const named = target?.kind === 'tag' ? environmentNamedBy(policy, target.tag) : null;
  if (named === null || (environment !== null && environment !== named.name)) return null;
  return { code: 'environment-as-target', environment: named.name, reason };
}
