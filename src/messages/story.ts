// What happened to a promotion, where there is more to tell than its state: voided reviews, refusals, failures, success.
import { formatReference } from '../domain/reference.ts';
import { imageOf, type Failure, type Notice, type Promotion } from '../domain/promotion.ts';
import type { Detail } from './detail.ts';
import { code, escapeText } from './escape.ts';
import { formatTime, plural, shortDigest } from './format.ts';
import type { PromotionView } from './promotion-view.ts';

/** Paragraphs about the state; may be empty. */
export function renderStory(view: PromotionView, detail: Detail): string {
  const { promotion } = view;
  const { state } = promotion;
  switch (state.kind) {
    case 'examining':
    case 'awaiting-approval':
    case 'scheduled':
      return promotion.notice === null ? '' : noticeText(promotion.notice, view);
    case 'promoted':
      return promotedText(promotion, state.at);
    case 'declined':
      return state.reason === null ? '' : `Reason: ${escapeText(state.reason, { maxLength: detail.textLength })}`;
    case 'failed':
      return failureText(state.failure);
    case 'applying':
    case 'rejected':
    case 'cancelled':
    case 'superseded':
    case 'expired':
      return '';
  }
}

function noticeText(notice: Notice, { promotion, subject }: PromotionView): string {
  const voided = promotion.reviews.filter((review) => review.verdict === 'approve' && review.subject !== subject);
  const consequence =
    voided.length === 0
      ? 'The plan was made anew.'
      : `The plan was made anew, and ${plural(voided.length, 'approval')} given before ${voided.length === 1 ? 'counts' : 'count'} no more.`;
  if (notice.kind === 'outcomes-changed') return `The rules found something else than before. ${consequence}`;
  const tags = notice.tags.slice(0, 10).map(({ tag, from, to }) => {
    return `- ${code(tag)}: ${from === null ? 'nothing' : shortDigest(from)} → ${to === null ? 'nothing' : shortDigest(to)}`;
  });
  return [`Somebody else moved ${code(promotion.environment)} meanwhile. ${consequence}`, '', ...tags].join('\n');
}

function promotedText(promotion: Promotion, at: number): string {
  const { repository, digest } = imageOf(promotion);
  const line = `DOCKER_IMAGE=${formatReference(repository, digest)}`;
  return `Since ${formatTime(at)}. The line to deploy it with:\n\n\`\`\`sh\n${line}\n\`\`\``;
}

function failureText({ problem, production }: Failure): string {
  const sentence = escapeText(problem, { maxLength: 1000 });
  switch (production) {
    case 'untouched':
      return `${sentence}\n\nProduction is untouched: no tag that is deployed from was moved.`;
    case 'restored':
      return `${sentence}\n\nProduction is as it was: the tags that had been moved went back. A tag that is new stays, because registries can't take a tag away again without its image.`;
    case 'mixed':
      return [
        '> [!CAUTION]',
        '> **Production is mixed**: its tags hold different images, and putting them back was refused too.',
        '> The way back is tried again every hour, until it works or a newer promotion succeeds.',
        '',
        sentence,
      ].join('\n');
  }
}
