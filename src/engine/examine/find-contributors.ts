// Finds who wrote the commits between what production holds and the image of a promotion.
import { OutsideError } from '../../net/outside-error.ts';
import type { ImageFacts } from '../../domain/image/image-facts.ts';
import type { CommitSha } from '../../domain/image/reference.ts';
import { asksForContributors, type ApprovalRules } from '../../domain/policy/approval-rules.ts';
import type { Contributors, Promotion } from '../../domain/promotion/promotion.ts';
import { contributorsOf, listContributors } from '../../github/compare.ts';
import { findLastPromoted } from '../../store/promotions/promotions.ts';
import type { Services } from '../core/services.ts';

const NOBODY: Contributors = { commits: 0, people: [], unknown: [] };

/**
 * Null if no policy needs it, or it can't be known: nothing was promoted before, its commit is gone, GitHub does not
 * tell, or the range has more than a thousand commits. A comparison with production that can't be made never holds an
 * image up. Each policy that the approvals have to satisfy may want to know.
 */
export async function findContributors(
  { store, github, log }: Services,
  about: {
    readonly promotion: Promotion;
    readonly rules: readonly ApprovalRules[];
    readonly commit: CommitSha | null;
    /** What was compared already, which may be the same commits. */
    readonly changes: ImageFacts['changes'] | undefined;
  },
): Promise<Contributors | null> {
  const { promotion, rules, commit: head, changes } = about;
  if (!asksForContributors(promotion, rules) || head === null) return null;
  const base = await findBase(store, promotion);
  if (base === null) return null;
  if (base === head) return NOBODY;
  const compared = changes?.kind === 'known' && changes.value.kind === 'compared' ? changes.value : null;
  if (compared?.held.commit === base && compared.commits.kind === 'compared' && compared.commits.commits !== null) {
    return contributorsOf(compared.commits.commits);
  }
  const { repo } = promotion;
  const client = github.forRepo(repo);
  try {
    return await listContributors({ client, repo: repo.name, base, head });
  } catch (error) {
    if (!(error instanceof OutsideError) || error.retryable) throw error;
    log.warn({ err: error, repo: repo.name }, 'could not read the authors of the promoted commits from GitHub');
    return null;
  }
}

/**
 * The commit of what was promoted last, as it was known then. It stays the base where somebody moved the tags by hand
 * since: who can write packages would else choose what is compared.
 */
async function findBase(
  { db }: Services['store'],
  { repo, environment, images }: Promotion,
): Promise<CommitSha | null> {
  const last = await findLastPromoted(db, { repoId: repo.id, environment });
  return last?.images.find(({ repository }) => repository === images[0]?.repository)?.commit ?? null;
}
