// Opens the issue in which a full thread continues, once for each thread, and then posts there what the thread refused.
import { showEffects } from '../../domain/decide/accept.ts';
import { isOpen, type Repo } from '../../domain/promotion/promotion.ts';
import { createIssue, findIssueByMarker } from '../../github/comments/issues.ts';
import { continuationIssue } from '../../messages/card/thread.ts';
import { findLongThread } from '../../store/long-threads.ts';
import { listPromotionsOfThread } from '../../store/promotions/promotions.ts';
import { findRepo } from '../../store/repos.ts';
import type { Job, JobDefinition, JobOutcome } from '../core/handler.ts';
import type { Services } from '../core/services.ts';

export const continueFullThread: JobDefinition<'continue-thread'> = {
  key: null,
  // One at a time for all threads of an installation, so that two texts open one issue.
  queue: 'promotion',
  traits: ['needs-thread'],
  handle,
};

async function handle({ payload }: Job<'continue-thread'>, services: Services): Promise<JobOutcome> {
  const { repoId, issue, text } = payload;
  const { db } = services.store;
  const repo = await findRepo(db, repoId);
  if (repo === null) throw new Error(`repository ${repoId} is not in the database`);
  const known = await findLongThread(db, { repoId, issue });
  if (known !== null && known.continuedIn !== null) return { kind: 'done', commit: { repo, effects: [text] } };
  const continuedIn = await findOrOpen(services, repo, issue);
  services.log.info({ repo: repo.name, issue, continuedIn }, 'a thread is full: it continues in another issue');
  // The cards in the full thread name the issue: nobody can comment below them any more.
  const open = (await listPromotionsOfThread(db, { repoId, issue })).filter(({ state }) => isOpen(state));
  const effects = [text, ...open.flatMap(({ id }) => showEffects(id))];
  return { kind: 'done', commit: { repo, longThread: { kind: 'continued', issue, continuedIn }, effects } };
}

/** An earlier try may have opened it, and ended before it stored the number. */
async function findOrOpen({ github, identity }: Services, repo: Repo, issue: number): Promise<number> {
  const place = { client: github.forRepo(repo), repo: repo.name };
  const { marker, title, body } = continuationIssue({ repoId: repo.id, issue });
  const creator = `${(await identity.learn()).slug}[bot]`;
  return (await findIssueByMarker({ ...place, creator, marker })) ?? createIssue({ ...place, title, body });
}
