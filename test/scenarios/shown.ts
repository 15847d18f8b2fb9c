// Compares what GitHub shows of each promotion with what is stored: a card or a check run that is out of date.
import { NO_FLOORS, type Floors } from '../../src/domain/policy/floors.ts';
import type { Promotion } from '../../src/domain/promotion/promotion.ts';
import { NO_REGISTRY_TOKEN_WATCH } from '../../src/github/app/registry-token-watch.ts';
import { loadView } from '../../src/engine/publish/load-view.ts';
import { renderCard } from '../../src/messages/card/card.ts';
import { renderCheckRun } from '../../src/messages/check-run/check-run.ts';
import { withoutAuditLine } from '../../src/messages/log/audit-line.ts';
import type { PromotionView } from '../../src/messages/promotion-view.ts';
import type { Store } from '../../src/store/database/database.ts';
import { listMarks } from '../../src/store/promotions/github-marks.ts';
import { listPromotionsChangedSince } from '../../src/store/promotions/promotions.ts';
import { JOB_ROWS } from '../engine/job-kinds.ts';
import type { GitHubRepo } from '../support/github/repo.ts';

type ShownWorld = {
  readonly store: Store;
  readonly registryHost: string;
  readonly floors?: Floors;
  readonly sha256: (text: string) => string;
};

/** Today's truth about a promotion. */
export function viewIn(
  { store, registryHost, sha256, floors = NO_FLOORS }: ShownWorld,
  promotion: Promotion,
): Promise<PromotionView> {
  const settings = { githubHost: 'github.com', registryHost, floors };
  const services = { store, sha256, settings, jobs: JOB_ROWS, registryTokenWatch: NO_REGISTRY_TOKEN_WATCH };
  return loadView(services, promotion);
}

/** `P1 card`, `P2 check run`: each that GitHub has, and that does not show today's truth. */
export async function listOutdated(world: ShownWorld, repo: GitHubRepo): Promise<readonly string[]> {
  const { store } = world;
  const promotions = await listPromotionsChangedSince(store.db, { repoId: repo.id, since: 0 });
  const outdated = promotions.map(async (promotion) => {
    const view = await viewIn(world, promotion);
    const marks = await listMarks(store.db, promotion.id);
    return marks
      .filter(({ kind, githubId, target }) =>
        kind === 'card'
          ? isCardOutdated(view, cardOf(repo, { issue: Number(target), id: githubId }))
          : kind === 'check-run' &&
            isRunOutdated(
              view,
              repo.checkRuns(target).find(({ id }) => id === githubId),
            ),
      )
      .map(({ kind }) => `P${promotion.number} ${kind}`);
  });
  return (await Promise.all(outdated)).flat();
}

function cardOf(repo: GitHubRepo, { issue, id }: { readonly issue: number; readonly id: number }): string | null {
  const comments = repo.comments(issue);
  return comments.find((comment) => comment.id === id)?.body ?? null;
}

function isCardOutdated(view: PromotionView, body: string | null): boolean {
  return body !== null && comparable(body) !== comparable(renderCard(view));
}

type ShownRun = ReturnType<GitHubRepo['checkRuns']>[number];

/** Its texts are as old as its state: what is told of tags while they move, and the link to a card that came later. */
function isRunOutdated(view: PromotionView, run: ShownRun | undefined): boolean {
  if (run === undefined) return false;
  const { status, conclusion, title } = renderCheckRun(view);
  return run.status !== status || run.conclusion !== conclusion || run.title !== title;
}

/** The head of the audit trail moves on with other promotions. */
function comparable(markdown: string): string {
  return withoutAuditLine(markdown.trim());
}
