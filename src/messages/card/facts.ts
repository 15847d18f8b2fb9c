// The facts at the head of a card and a check run: image, digest, commit, requester, reason.
import { nameOf } from '../../domain/image/reference.ts';
import { knownCommit, sourceName, type Promotion } from '../../domain/promotion/promotion.ts';
import type { Detail } from './detail.ts';
import { code, escapeText, link } from '../escape.ts';
import { formatTime } from '../format.ts';
import { summaryWords } from '../held-words.ts';
import type { PromotionView } from '../promotion-view.ts';
import { renderFactList } from './fact-list.ts';
import { targetOriginWords } from '../target-origin.ts';

export function renderFacts(view: PromotionView, detail: Detail): string {
  const { promotion } = view;
  const { reason, state } = promotion;
  const [image] = promotion.images;
  const repository = state.kind === 'waiting-for-image' ? state.repository : image?.repository;
  // A wait that ended without an image has no image.
  const head = repository === undefined ? ['Source', code(sourceName(promotion))] : ['Image', code(nameOf(repository))];
  return renderFactList([
    head,
    ...(image === undefined ? [] : [['Digest', code(image.digest)]]),
    ...(repository === undefined ? [] : [['Commit', commitCell(view)]]),
    ...targetRow(promotion),
    ['Requested by', `${code(promotion.requester.login)}, ${formatTime(promotion.createdAt)}`],
    ...(reason === null ? [] : [['Reason', escapeText(reason, { maxLength: detail.textLength })]]),
  ]);
}

/** How the target of a rollback is known, and whose approvals it needs where nothing proves that it was held. */
function targetRow({ kind, source: { target }, environment }: Promotion): readonly (readonly string[])[] {
  if (kind !== 'rollback' || target === undefined) return [];
  const words = targetOriginWords(target);
  const approvals = target.kind === 'unproven' ? `; needs the approvals of ${code(environment)}` : '';
  return [['Target', `${words}${approvals}`]];
}

function commitCell({ promotion, environment, githubUrl }: PromotionView): string {
  const commit = knownCommit(promotion);
  const [image] = promotion.images;
  const commitTag = image?.commitTag ?? null;
  if (commit !== null) {
    const linked = link(code(commit.slice(0, 7)), `${githubUrl}/${promotion.repo.name}/commit/${commit}`);
    const words = image?.summary === undefined ? '' : summaryWords(image.summary);
    return words === '' ? linked : `${linked} ${words}`;
  }
  if (!wasExamined(promotion)) return 'unknown until the image is checked';
  const noPermanentTag =
    commitTag === null && environment !== null && environment.keepAs !== null && promotion.kind !== 'rollback';
  return `unknown: the image names none${noPermanentTag ? ', so it gets no permanent tag' : ''}`;
}

function wasExamined({ state, findings }: Promotion): boolean {
  return findings.length > 0 || state.kind !== 'examining';
}
