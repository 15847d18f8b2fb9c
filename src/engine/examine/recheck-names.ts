// Reads again which accounts have the names in a promotion's policies, and updates the cards if that changed.
import { showEffects } from '../../domain/decide/accept.ts';
import type { Effect } from '../../domain/effect.ts';
import type { ApprovalPolicy } from '../../domain/policy/policy.ts';
import type { Promotion } from '../../domain/promotion/promotion.ts';
import { listOpenPromotions } from '../../store/promotions/promotions.ts';
import { loadRequestPolicy } from '../core/load.ts';
import type { Services } from '../core/services.ts';
import { recheckPins } from '../people/taken-names.ts';
import { askOptional } from './ask-optional.ts';

/**
 * Shown on a waiting card: an account that took over a login can't approve, and people should know why. Returns how
 * to update other cards of the repository; cards of other repositories are updated when they are reconciled.
 */
export async function recheckNames(
  services: Services,
  promotion: Promotion,
  approvals: ApprovalPolicy,
): Promise<readonly Effect[]> {
  const { id, repo } = promotion;
  if (approvals.required === 0) return [];
  const request = await loadRequestPolicy(services, promotion);
  const policies = [approvals, ...(request === null ? [] : [request.approvals])];
  const isNews = await askOptional(services, {
    ask: () => recheckPins(services, repo, policies),
    fallback: false,
    message: 'GitHub did not tell who has the logins that the policy lists',
    about: { repo: repo.name },
  });
  if (!isNews) return [];
  const open = await listOpenPromotions(services.store.db, { repoId: repo.id });
  const asking = open.filter((other) => other.id !== id && other.state.kind === 'awaiting-approval');
  return asking.flatMap((other) => showEffects(other.id));
}
