// Which promotion a command without or with an id means.
import type { Verb } from '../../domain/command.ts';
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
  { store }: Services,
  asked: Asked,
  args: { readonly verb: Verb; readonly id: number | null; readonly states: readonly StateKind[] },
): Promise<FoundPromotion> {
  const { verb, id, states } = args;
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
    const elsewhere = open.filter(({ state }) => states.includes(state.kind)).map(lineOf);
    return { kind: 'refused', refusal: { code: 'nothing-waits-here', verb, elsewhere } };
  }
  if (meant.length > 1) {
    return { kind: 'refused', refusal: { code: 'several-wait-here', verb, promotions: meant.map(lineOf) } };
  }
  return { kind: 'found', promotion: { ...only, repo: asked.repo } };
}

/** A promotion as lists show it. */
export function lineOf(promotion: Promotion): PromotionLine {
  const { number, environment, state } = promotion;
  return { number, environment, source: listedName(promotion), state: state.kind };
}
