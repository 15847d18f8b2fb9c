// `/cancel`: withdraws a promotion that has not begun to move tags.
import type { CommandOf } from '../../domain/command.ts';
import { decide } from '../../domain/decide.ts';
import { answered, refused, type Answer, type Asked } from '../core/answer.ts';
import { commitOf } from '../core/commit.ts';
import { findMeant } from '../core/find-promotion.ts';
import { loadContext } from '../core/load.ts';
import type { Services } from '../core/services.ts';

export async function cancelPromotion(
  services: Services,
  asked: Asked,
  { kind: verb, id }: CommandOf<'cancel'>,
): Promise<Answer> {
  const states = ['waiting-for-image', 'examining', 'awaiting-approval', 'scheduled', 'applying'] as const;
  const found = await findMeant(services, asked, { verb, id, states });
  if (found.kind === 'refused') return refused(asked, found.refusal);
  const { promotion } = found;
  const decision = decide(promotion, { kind: 'cancelled', by: asked.by }, await loadContext(services, promotion));
  if (decision.kind === 'refused') return refused(asked, decision.refusal);
  return answered(asked, commitOf(promotion, decision) ?? { repo: asked.repo });
}
