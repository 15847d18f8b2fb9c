// What people read about GitHub's limit of comments: the warning, where a full thread continues, and the issue for that.
import { isOpen } from '../../domain/promotion/promotion.ts';
import { MAX_THREAD_COMMENTS } from '../../domain/promotion/thread-limit.ts';
import { joinBlocks, joinSentences } from '../blocks.ts';
import { code, link, mention } from '../escape.ts';
import { formatCount } from '../format.ts';
import type { PromotionView, ThreadView } from '../promotion-view.ts';
import { replyMarker } from '../replies/reply-marker.ts';

type About = Pick<PromotionView, 'promotion' | 'thread' | 'cardUrl' | 'githubUrl'>;

const LIMIT = formatCount(MAX_THREAD_COMMENTS);

/** On the card; empty while its thread has room. A new comment notifies, so the card in another issue mentions the requester. */
export function cardThreadText(about: About): string {
  const { promotion, thread } = about;
  if (thread === null) return '';
  const { issue, cardIn, isFull } = thread;
  const { comments } = promotion.thread ?? {};
  // Below the card of an ended promotion, nobody has to comment.
  if (isFull && isOpen(promotion.state)) {
    return `**This thread is full**: it has ${LIMIT} comments, and GitHub allows no more. Comment ${insteadOf(about, thread)}.`;
  }
  if (cardIn !== issue) {
    const who = mention(promotion.requester.login);
    return `${who}: this promotion continues here. ${fullWords(about, issue)}.`;
  }
  if (comments === undefined) return '';
  return `This thread had ${formatCount(comments)} comments at the request, and GitHub allows ${LIMIT}. **Start a new issue for the next promotion.**`;
}

/** On the check run; empty if the card is in the thread of the request. */
export function checkRunThreadText(about: About): string {
  const { thread, cardUrl } = about;
  if (thread === null) return '';
  const { issue, cardIn, isFull } = thread;
  if (cardIn !== issue) {
    return joinSentences([`${fullWords(about, issue)}.`, `This promotion continues in ${issueLink(about, cardIn)}.`]);
  }
  return isFull && cardUrl === null ? `${fullWords(about, issue)}: there is no card.` : '';
}

/** ` in #57`, for a command that can't be sent where the card is; empty if it can. */
export function cardCommandPlace(about: About): string {
  const { thread } = about;
  return thread === null || !thread.isFull ? '' : ` ${insteadOf(about, thread)}`;
}

/** `in its thread`, for a command beside the check run. */
export function checkRunCommandPlace(about: About): string {
  const { thread } = about;
  if (thread === null || (thread.isFull && thread.continuedIn === null)) return 'on any issue or pull request';
  const place = thread.continuedIn ?? thread.cardIn;
  return place === thread.issue ? 'in its thread' : `in ${issueLink(about, place)}`;
}

/** The issue in which a full thread continues. GitHub shows the mention of `#12` there. */
export function continuationIssue({ repoId, issue }: { readonly repoId: number; readonly issue: number }): {
  readonly marker: string;
  readonly title: string;
  readonly body: string;
} {
  // An issue can be moved here from another repository.
  const marker = replyMarker(`continues ${repoId}#${issue}`);
  const why = `#${issue} has ${LIMIT} comments, and GitHub allows no more in a thread. Imprimatur continues here: its new cards and answers are comments of this issue.`;
  const how = `Commands work as in any thread. Name the promotion, as in ${code('/status P12')}: the promotions of #${issue} belong to this issue too.`;
  return { marker, title: `Promotions (continued from #${issue})`, body: joinBlocks([marker, why, how]) };
}

function insteadOf(about: About, { continuedIn }: ThreadView): string {
  return continuedIn === null ? 'in another issue or pull request' : `in ${issueLink(about, continuedIn)}`;
}

function fullWords(about: About, issue: number): string {
  return `${issueLink(about, issue)} has ${LIMIT} comments, and GitHub allows no more in a thread`;
}

function issueLink({ githubUrl, promotion }: About, issue: number): string {
  return link(`#${issue}`, `${githubUrl}/${promotion.repo.name}/issues/${issue}`);
}
