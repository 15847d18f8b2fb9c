// Finds who changed a policy file if no push was received: the author of the file's last commit.
import type { PolicyChange } from '../../domain/policy/policy-change.ts';
import { POLICY_PATH } from '../../domain/policy/policy.ts';
import type { Repo } from '../../domain/promotion/promotion.ts';
import { findLastAuthor } from '../../github/commits.ts';
import type { PolicyFile } from '../../store/policies.ts';
import { findLatestPolicyChange } from '../../store/policy-changes.ts';
import { askOptional } from './ask-optional.ts';
import type { Services } from '../core/services.ts';

/** Null if the change is known already, without a file, and if GitHub does not answer: then cards name the file alone. */
export async function findUnreportedPolicyChange(
  services: Services,
  { repo, file }: { readonly repo: Repo; readonly file: PolicyFile | null },
): Promise<PolicyChange | null> {
  const { store, github } = services;
  if (file === null || (await findLatestPolicyChange(store.db, repo.id, file.blob)) !== null) return null;
  const author = await askOptional(services, {
    ask: () => findLastAuthor({ client: github.forRepo(repo), repo: repo.name, path: POLICY_PATH }),
    fallback: null,
    message: 'GitHub did not tell who changed the policy file',
    about: { repo: repo.name },
  });
  return author === null ? null : { blob: file.blob, source: 'git-author', ...author };
}
