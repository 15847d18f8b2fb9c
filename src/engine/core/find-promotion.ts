// Finds the promotion that a command means, with or without an id.
import type { Verb } from '../../domain/command.ts';
import { planIdOf, plansShown, subjectOf, type PlanId, type SeenPlan } from '../../domain/promotion/approval.ts';
import { listedName, type Promotion, type StateKind } from '../../domain/promotion/promotion.ts';
import type { PromotionLine, Refusal } from '../../domain/refusal.ts';
import {
  findPromotionByNumber,
  listOpenPromotions,
  listPromotionsOfThread,
} from '../../store/promotions/promotions.ts';
import type { Asked } from './answer.ts';
import type { Services } from './services.ts';

export type FoundPromotion =
  { readonly kind: 'found'; readonly promotion: Promotion } | { readonly kind: 'refused'; readonly refusal: Refusal };

/** With an id, that one, whatever its state; without, the only one of the thread in one of `states`, else a list. */
export async function findMeant(
  services: Services,
  asked: Asked,
  args: { readonly verb: Verb; readonly id: number | null; readonly states: readonly StateKind[] },
): Promise<FoundPromotion> {
  const { store } = services;
  const { verb, id, states } = args;
  const line = (promotion: Promotion): PromotionLine => lineOf(promotion, services);
  const repoId = asked.repo.id;
  if (id !== null) {
    const promotion = await findPromotionByNumber(store.db, { repoId, number: id });
    if (promotion !== null) return { kind: 'found', promotion: { ...promotion, repo: asked.repo } };
    return { kind: 'refused', refusal: { code: 'promotion-not-found', promotion: id } };
  }
  const inThread = await listPromotionsOfThread(store.db, { repoId, issue: asked.issue });
  const meant = inThread.filter(({ state }) => states.includes(state.kind));
  const [only] = meant;
  if (only === undefined) {
    const open = await listOpenPromotions(store.db, { repoId });
    const elsewhere = open.filter(({ state }) => states.includes(state.kind)).map(line);
    return { kind: 'refused', refusal: { code: 'nothing-waits-here', verb, elsewhere } };
  }
  if (meant.length > 1) {
    return { kind: 'refused', refusal: { code: 'several-wait-here', verb, promotions: meant.map(line) } };
  }
  return { kind: 'found', promotion: { ...only, repo: asked.repo } };
}

/** A promotion as lists show it. */
export function lineOf(promotion: Promotion, { sha256 }: Pick<Services, 'sha256'>): PromotionLine {
  const { number, environment, state } = promotion;
  const plan = state.kind === 'awaiting-approval' ? { plan: planIdOf(sha256(subjectOf(promotion))) } : {};
  return { number, environment, source: listedName(promotion), state: state.kind, ...plan };
}

/** The plan that `/approve` is for, from the line and from what the thread showed before. */
export async function findSeenPlan(
  { store }: Pick<Services, 'store'>,
  { repo, issue }: Pick<Asked, 'repo' | 'issue'>,
  about: { readonly promotion: Promotion; readonly id: number | null; readonly plan: PlanId | null },
): Promise<SeenPlan> {
  const { promotion, id, plan } = about;
  if (plan !== null) return { kind: 'named', plan };
  if (id !== null) return { kind: 'first' };
  const inThread = await listPromotionsOfThread(store.db, { repoId: repo.id, issue });
  const others = inThread.filter((other) => other.id !== promotion.id && plansShown(other) !== 'none');
  return { kind: others.length > 0 ? 'unclear' : 'first' };
}
