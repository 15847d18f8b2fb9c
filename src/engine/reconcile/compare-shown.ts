// Compares the card and the check run of a promotion with what they should show now.
import { knownCommit, type Promotion } from '../../domain/promotion/promotion.ts';
import { fetchCommentBody, fetchShownCheckRun, takesWords } from '../../github/shown.ts';
import { withoutAuditLine } from '../../messages/log/audit-line.ts';
import { renderCard } from '../../messages/card/card.ts';
import { renderCheckRun, type RenderedCheckRun } from '../../messages/check-run/check-run.ts';
import type { PromotionView } from '../../messages/promotion-view.ts';
import { listMarks, type GitHubMark } from '../../store/promotions/github-marks.ts';
import { loadView } from '../publish/load-view.ts';
import type { Services } from '../core/services.ts';
import { healedBy, type ReconcileResult } from './found.ts';
import { isUnderWay } from './lost-work.ts';

export async function compareShown(services: Services, promotion: Promotion): Promise<readonly ReconcileResult[]> {
  const { id } = promotion;
  const marks = await listMarks(services.store.db, id);
  const view = await loadView(services, promotion);
  const shown: Shown = { promotion, view, mark: (kind) => marks.find((mark) => mark.kind === kind) ?? null };
  const card = await differs(services, shown, { kind: 'update-card', compare: cardDiffers });
  const run = await differs(services, shown, { kind: 'update-check-run', compare: checkRunDiffers });
  return [
    ...(card ? [healedBy('card', [{ kind: 'update-card', promotionId: id }])] : []),
    ...(run ? [healedBy('check-run', [{ kind: 'update-check-run', promotionId: id }])] : []),
  ];
}

type Shown = {
  readonly promotion: Promotion;
  readonly view: PromotionView;
  readonly mark: (kind: GitHubMark['kind']) => GitHubMark | null;
};

type Compare = (services: Services, shown: Shown) => Promise<boolean>;

/** A text that is about to be written is not compared. */
async function differs(
  services: Services,
  shown: Shown,
  { kind, compare }: { readonly kind: 'update-card' | 'update-check-run'; readonly compare: Compare },
): Promise<boolean> {
  return !(await isUnderWay(services, { kind, key: shown.promotion.id })) && compare(services, shown);
}

async function cardDiffers(services: Services, { promotion, view, mark }: Shown): Promise<boolean> {
  const { repo, thread, state } = promotion;
  const card = mark('card');
  if (thread === null || (card === null && state.kind === 'examining')) return false;
  const place = { client: services.github.forRepo(repo), repo: repo.name };
  const body = card === null ? null : await fetchCommentBody({ ...place, commentId: card.githubId });
  if (body !== null && comparable(body) === comparable(renderCard(view))) return false;
  const { cardIn, isFull, continuedIn } = view.thread ?? { cardIn: thread.issue, isFull: false, continuedIn: null };
  // A full thread that no other issue could continue takes no card.
  if (body === null && isFull && continuedIn === null) return false;
  return takesWords({ ...place, issue: cardIn });
}

/** The audit head changes with every promotion, and GitHub may change line ends. */
function comparable(markdown: string): string {
  return withoutAuditLine(markdown.replaceAll('\r\n', '\n').trim());
}

async function checkRunDiffers(services: Services, { promotion, view, mark }: Shown): Promise<boolean> {
  const { repo, source, state } = promotion;
  const run = mark('check-run');
  if (run === null) {
    const commit = source.taggedCommit ?? knownCommit(promotion);
    return commit !== null && state.kind !== 'examining';
  }
  const client = services.github.forRepo(repo);
  const shown = await fetchShownCheckRun({ client, repo: repo.name, id: run.githubId });
  if (shown === null) return true;
  const wanted: RenderedCheckRun = renderCheckRun(view);
  if (shown.title !== wanted.title) return true;
  // A run that is completed is never reopened, so there is nothing to heal.
  if (wanted.conclusion === null) return false;
  return shown.status !== 'completed' || shown.conclusion !== wanted.conclusion;
}
