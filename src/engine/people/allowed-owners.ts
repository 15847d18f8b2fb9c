// Decides which accounts are served: ALLOWED_OWNERS, or the App's own account.
import type { Repo } from '../../domain/promotion/promotion.ts';
import type { Services } from '../core/services.ts';

/** Null when the repository's owner is served, else the owner's name as GitHub writes it. */
export async function findForeignOwner({ settings, identity }: Services, repo: Repo): Promise<string | null> {
  const [owner = ''] = repo.name.split('/');
  const allowed = settings.allowedOwners ?? [(await identity.learn()).owner.toLowerCase()];
  return allowed.includes(owner.toLowerCase()) ? null : owner;
}
