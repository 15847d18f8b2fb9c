// `/status`: decides what the answer is about. The reply job renders the current state.
import type { CommandOf } from '../../domain/command.ts';
import { findEnvironment } from '../../domain/policy/policy.ts';
import { findPromotionByNumber } from '../../store/promotions/promotions.ts';
import { authorize } from '../people/authorize.ts';
import { refused, replied, type Answer, type Asked } from '../core/answer.ts';
import { loadPolicy } from '../core/load.ts';
import type { Services } from '../core/services.ts';

export async function showStatus(services: Services, asked: Asked, command: CommandOf<'status'>): Promise<Answer> {
  const { id } = command;
  if (id !== null) {
    const promotion = await findPromotionByNumber(services.store.db, { repoId: asked.repo.id, number: id });
    if (promotion === null) return refused(asked, { code: 'promotion-not-found', promotion: id });
    return replied(asked, { kind: 'status', about: { kind: 'promotion', number: id } });
  }
  const loaded = await loadPolicy(services, asked.repo);
  if (loaded.kind === 'unreadable') return refused(asked, { code: 'policy-unreadable', problems: loaded.problems });
  const { policy } = loaded;
  const unauthorized = await authorize(services, { repo: asked.repo, images: policy.images });
  if (unauthorized !== null) return refused(asked, unauthorized);
  const environment = findEnvironment(policy, command.environment);
  if (environment === null) {
    const environments = policy.environments.map(({ name }) => name);
    return refused(asked, { code: 'environment-unknown', typed: command.environment, environments });
  }
  return replied(asked, { kind: 'status', about: { kind: 'environment', environment: environment.name } });
}
