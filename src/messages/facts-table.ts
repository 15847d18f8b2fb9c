// What is promoted, from where, by whom and why: the table at the head of a card and a check run.
import { nameOf } from '../domain/reference.ts';
import { imageOf, type Promotion } from '../domain/promotion.ts';
import type { Detail } from './detail.ts';
import { code, escapeText, link } from './escape.ts';
import { formatTime } from './format.ts';
import type { PromotionView } from './promotion-view.ts';
import { renderTable } from './table.ts';

export function renderFacts(view: PromotionView, detail: Detail): string {
  const { promotion } = view;
  const { reason, state } = promotion;
  const image = state.kind === 'waiting-for-image' ? null : imageOf(promotion);
  const repository = state.kind === 'waiting-for-image' ? state.repository : imageOf(promotion).repository;
  return renderTable(
    ['Image', code(nameOf(repository))],
    [
      ...(image === null ? [] : [['Digest', code(image.digest)]]),
      ['Commit', commitCell(view)],
      ['Requested', `by ${code(promotion.requester.login)}, ${formatTime(promotion.createdAt)}`],
      ...(reason === null ? [] : [['Reason', escapeText(reason, { maxLength: detail.textLength })]]),
    ],
  );
}

function commitCell({ promotion, environment, githubUrl }: PromotionView): string {
  const { state } = promotion;
  const { commit, commitTag } =
    state.kind === 'waiting-for-image' ? { commit: state.commit, commitTag: null } : imageOf(promotion);
  if (commit !== null) {
    return link(code(commit.slice(0, 7)), `${githubUrl}/${promotion.repo.name}/commit/${commit}`);
  }
  if (!wasExamined(promotion)) return 'not known yet';
  const noKeptTag = commitTag === null && environment.keepAs !== null;
  return `the image proves none${noKeptTag ? ', so no tag keeps it under its commit’s name' : ''}`;
}

function wasExamined({ state, findings }: Promotion): boolean {
  return findings.length > 0 || state.kind !== 'examining';
}
