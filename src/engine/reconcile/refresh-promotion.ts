// `/refresh`: compares a promotion with GitHub and the registry now, reconciles the differences, and lists them.
import type { CommandOf } from '../../domain/command.ts';
import { isOpen } from '../../domain/promotion/promotion.ts';
import { listPromotionsOfThread } from '../../store/promotions/promotions.ts';
import { refused, replied, type Answer, type Asked } from '../core/answer.ts';
import { findMeant, type FoundPromotion } from '../core/find-promotion.ts';
import { comparePromotion } from './compare.ts';
import { retryDeployment } from './compare-deployment.ts';
import type { Services } from '../core/services.ts';

export async function refreshPromotion(
  services: Services,
  asked: Asked,
  command: CommandOf<'refresh'>,
): Promise<Answer> {
  const found = await findOne(services, asked, command);
  if (found.kind === 'refused') return refused(asked, found.refusal);
  const { promotion } = found;
  const { differences, commit } = await comparePromotion(
    services,
    promotion,
    await retryDeployment(services, promotion),
  );
  const reply = { kind: 'refreshed', promotion: promotion.number, differences } as const;
  return { ...commit, effects: [...(commit.effects ?? []), ...(replied(asked, reply).effects ?? [])] };
}

/** Without an id, the newest open one of the thread, else its newest. */
async function findOne(
  services: Services,
  asked: Asked,
  { kind: verb, id }: CommandOf<'refresh'>,
): Promise<FoundPromotion> {
  const { repo, issue } = asked;
  if (id === null) {
    const inThread = await listPromotionsOfThread(services.store.db, { repoId: repo.id, issue });
    const newest = inThread.findLast(({ state }) => isOpen(state)) ?? inThread.at(-1);
    if (newest !== undefined) return { kind: 'found', promotion: { ...newest, repo } };
  }
  return findMeant(services, asked, { verb, id, states: [] });
}
