// Finds who wrote the commits between what production holds and the image of a promotion.
import { OutsideError } from '../../net/outside-error.ts';
import type { CommitSha, Digest } from '../../domain/image/reference.ts';
import type { TagState } from '../../domain/image/tag-plan.ts';
import type { EnvironmentPolicy } from '../../domain/policy/policy.ts';
import type { Contributors, Promotion } from '../../domain/promotion/promotion.ts';
import { listContributors } from '../../github/commits.ts';
import { findLastPromoted } from '../../store/promotions/promotions.ts';
import type { Services } from '../core/services.ts';

const NOBODY: Contributors = { commits: 0, people: [], unknown: [] };

/**
 * Null where it is not looked at, or can't be known: nothing was promoted before, its commit is gone, GitHub does not tell, or
 * the range has more than a thousand commits. A comparison with production that can't be made never holds an image up.
 */
export async function findContributors(
  { store, github, log }: Services,
  about: {
    readonly promotion: Promotion;
    readonly environment: EnvironmentPolicy;
    readonly commit: CommitSha | null;
    readonly production: readonly TagState[];
  },
): Promise<Contributors | null> {
  const { promotion, environment, commit: head, production } = about;
  const { approvals, tags } = environment;
  if (promotion.kind !== 'promotion' || approvals.required === 0 || approvals.contributors === 'allow') return null;
  const held = production.find(({ tag, digest }) => tag === tags[0] && digest !== null)?.digest ?? null;
  if (held === null || head === null) return null;
  const base = await findBase(promotion, { store, held });
  if (base === null) return null;
  if (base === head) return NOBODY;
  const { repo } = promotion;
  const client = github.forRepo(repo);
  try {
    return await listContributors({ client, repo: repo.name, base, head });
  } catch (error) {
    if (!(error instanceof OutsideError) || error.retryable) throw error;
    log.warn({ err: error, repo: repo.name }, 'GitHub did not tell who wrote the commits that are promoted');
    return null;
  }
}

/** The commit of what is held, as it was known when it was promoted; null where somebody else put it there. */
async function findBase(
  { repo, environment }: Promotion,
  { store, held }: { readonly store: Services['store']; readonly held: Digest },
): Promise<CommitSha | null> {
  const last = await findLastPromoted(store.db, { repoId: repo.id, environment });
  return last?.images.find(({ digest }) => digest === held)?.commit ?? null;
}
