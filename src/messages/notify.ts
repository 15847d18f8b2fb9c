// The comment that notifies the requester of a failure: an edited card notifies nobody.
import { formatNumber, listedName } from '../domain/promotion/promotion.ts';
import { joinBlocks, joinSentences } from './blocks.ts';
import { deployerLink } from './deployment.ts';
import { code, link, mention } from './escape.ts';
import { nextSteps } from './card/next-steps.ts';
import type { PromotionView } from './promotion-view.ts';
import { replyMarker } from './replies/reply-marker.ts';
import { stateTitle } from './card/state.ts';

/** Mentions the requester. `key` finds the comment again. */
export function renderNotification({ view, key }: { readonly view: PromotionView; readonly key: string }): string {
  const { promotion, cardUrl } = view;
  const { requester, number, environment } = promotion;
  const id = formatNumber(number);
  const subject = cardUrl === null ? id : link(id, cardUrl);
  const message = `${subject}, ${code(listedName(promotion))} → ${code(environment)}: ${stateTitle(view)}.`;
  const card = cardUrl === null ? `See ${code(`/status ${id}`)}.` : 'The card shows why, and what each tag holds.';
  const more = promotion.state.kind === 'deployment-failed' ? afterDeployment(view) : card;
  return joinBlocks([replyMarker(key), `${mention(requester.login)} ${message} ${more}`]);
}

/** The log, and the rollback. */
function afterDeployment(view: PromotionView): string {
  return joinSentences([deployerLink(view.promotion), nextSteps(view, 'card')]);
}
