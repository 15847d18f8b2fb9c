// Finds who changed a policy file where no push told: the last commit says who wrote it.
import type { PolicyChange } from '../../domain/policy/policy-change.ts';
import { POLICY_PATH } from '../../domain/policy/policy.ts';
import type { Repo } from '../../domain/promotion/promotion.ts';
import { findLastAuthor } from '../../github/commits.ts';
import type { PolicyFile } from '../../store/policies.ts';
import { findLatestPolicyChange } from '../../store/policy-changes.ts';
import { askOptional } from './ask-optional.ts';
import type { Services } from '../core/services.ts';

/** Null where it is known already who brought the file last, where there is no file, and where GitHub does not tell: cards then name the file alone. */
export async function findUntoldPolicyChange(
  services: Services,
  { repo, file }: { readonly repo: Repo; readonly file: PolicyFile | null },
): Promise<PolicyChange | null> {
  const { store, github } = services;
  if (file === null || (await findLatestPolicyChange(store.db, repo.id, file.blob)) !== null) return null;
  const author = await askOptional(services, {
    ask: () => findLastAuthor({ client: github.forRepo(repo), repo: repo.name, path: POLICY_PATH }),
    untold: null,
    message: 'GitHub did not tell who changed the policy file',
    about: { repo: repo.name },
  });
  return author === null ? null : { blob: file.blob, source: 'git-author', ...author };
}
