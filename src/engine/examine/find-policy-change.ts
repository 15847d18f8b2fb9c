// Finds who changed a policy file where no push told: the last commit says who wrote it.
import { OutsideError } from '../../net/outside-error.ts';
import type { PolicyChange } from '../../domain/policy/policy-change.ts';
import { POLICY_PATH } from '../../domain/policy/policy.ts';
import type { Repo } from '../../domain/promotion/promotion.ts';
import { findLastAuthor } from '../../github/commits.ts';
import type { PolicyFile } from '../../store/policies.ts';
import { findPolicyChange } from '../../store/policy-changes.ts';
import type { Services } from '../core/services.ts';

/** Null where it is known already, where there is no file, and where GitHub does not tell: cards then name the file alone. */
export async function findUntoldPolicyChange(
  { store, github, log }: Services,
  { repo, file }: { readonly repo: Repo; readonly file: PolicyFile | null },
): Promise<PolicyChange | null> {
  if (file === null || (await findPolicyChange(store.db, repo.id, file.blob)) !== null) return null;
  try {
    const author = await findLastAuthor({ client: github.forRepo(repo), repo: repo.name, path: POLICY_PATH });
    return author === null ? null : { blob: file.blob, source: 'git-author', ...author };
  } catch (error) {
    if (!(error instanceof OutsideError)) throw error;
    log.warn({ err: error, repo: repo.name }, 'GitHub did not tell who changed the policy file');
    return null;
  }
}
