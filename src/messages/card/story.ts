// What happened to a promotion, where there is more to tell than its state: voided reviews, refusals, failures, success.
import { covers } from '../../domain/promotion/approval.ts';
import { formatReference } from '../../domain/image/reference.ts';
import {
  formatNumber,
  isOpen,
  movesProduction,
  promotedAt,
  targetIn,
  type Failure,
  type Notice,
  type Promotion,
} from '../../domain/promotion/promotion.ts';
import { joinBlocks, joinSentences } from '../blocks.ts';
import {
  deploymentNews,
  deploymentNoticeText,
  isDeploymentNotice,
  replacedText,
  uncountedReportText,
  type DeploymentNotice,
} from '../deployment.ts';
import type { Detail } from './detail.ts';
import { code, escapeText, mention } from '../escape.ts';
import { failureWords, problemWords } from '../failure.ts';
import { codeList, formatTime, listWords, plural, shortDigest } from '../format.ts';
import { policyProblemWords } from '../policy-problem.ts';
import type { PromotionView } from '../promotion-view.ts';

/** Paragraphs about the state; may be empty. */
export function renderStory(view: PromotionView, detail: Detail): string {
  const { promotion } = view;
  return joinBlocks([stuckText(view), storyOf(view, detail), versionText(promotion), sourceMovedText(promotion)]);
}

function stuckText({ deadJob }: PromotionView): string {
  if (deadJob === null) return '';
  const retry = code(`imprimatur jobs retry ${deadJob}`);
  return `> [!CAUTION]\n> **This stands still**: an error of Imprimatur's own, which its log tells. Who runs the server lets it go on with ${retry}.`;
}

function storyOf(view: PromotionView, detail: Detail): string {
  const { promotion } = view;
  const { state } = promotion;
  switch (state.kind) {
    case 'waiting-for-image':
      return `The build of ${code(state.commit.slice(0, 7))} has not pushed ${listWords(
        state.tags.map((tag) => code(tag)),
        'or',
      )} yet. It is looked for until ${formatTime(state.until)}.`;
    case 'examining':
      return joinBlocks([policyText(promotion), waitingNotice(view)]);
    case 'awaiting-approval':
    case 'scheduled':
      return joinBlocks([policyText(promotion), waitingNotice(view), commitText(promotion), rejectedText(promotion)]);
    case 'promoted':
    case 'deploying':
    case 'deployed':
    case 'deployment-failed':
      return promotedText(view, state.at);
    case 'rejected':
      return state.reason === null ? '' : `Reason: ${escapeText(state.reason, { maxLength: detail.textLength })}`;
    case 'failed':
      return failureText(promotion, state.failure);
    case 'applying':
      return state.undoing === null ? '' : escapeText(problemWords(state.undoing, promotion), { maxLength: 1000 });
    case 'checks-failed':
      return joinBlocks([
        rejectedText(promotion),
        promotion.notice?.kind === 'policy-changed' ? noticeText(promotion.notice, view) : '',
      ]);
    case 'cancelled':
    case 'superseded':
    case 'expired':
      return '';
  }
}

function waitingNotice(view: PromotionView): string {
  const { notice } = view.promotion;
  return notice === null || isDeploymentNotice(notice) ? '' : noticeText(notice, view);
}

function policyText({ policyProblems: problems = [] }: Promotion): string {
  if (problems.length === 0) return '';
  const lines = problems.map((problem) => `> - ${escapeText(policyProblemWords(problem), { maxLength: 300 })}`);
  const what = `${code('.github/promotion.yml')} can't be read. Until it can, reviews are refused and nothing is moved:`;
  return ['> [!WARNING]', `> ${what}`, '>', ...lines].join('\n');
}

/** Both are created on the commit. */
function commitText({ images }: Promotion): string {
  if (images.some(({ commit }) => commit !== null)) return '';
  return 'The commit of this image is unknown: no check run and no deployment will be created.';
}

/** Mentions whoever rejected the image, once: an edit of the card notifies nobody again. */
function rejectedText({ findings }: Promotion): string {
  const before = findings.flatMap(({ rule, seen }) =>
    rule === 'rejected-before' && seen.code === 'rejected' ? [seen] : [],
  );
  const [rejection] = before;
  if (rejection === undefined) return '';
  return `${mention(rejection.by)} rejected this image in ${formatNumber(rejection.promotion)}.`;
}

/** Where a version is added to what the environment holds, and nothing else happens. */
function versionText(promotion: Promotion): string {
  const { kind, versionTag, environment, source } = promotion;
  if (versionTag === null || promotion.moves.length === 0 || movesProduction(promotion)) return '';
  const alone = `${code(environment)} held this image already: only ${code(versionTag)} is added, and no other tag moves.`;
  if (kind !== 'version' || source.taggedCommit === undefined) return alone;
  return `${alone} The git tag was pushed on ${code(source.taggedCommit.slice(0, 7))}, whose files are those that the image was built from. Pushing it is the decision: no approval is asked for.`;
}

function noticeText(notice: Exclude<Notice, DeploymentNotice>, { promotion, subject }: PromotionView): string {
  const voided = promotion.reviews.filter((review) => review.verdict === 'approve' && !covers(review, subject));
  const consequence =
    voided.length === 0
      ? 'The plan was made anew.'
      : `The plan was made anew, and ${plural(voided.length, 'approval')} given before ${voided.length === 1 ? 'counts' : 'count'} no more.`;
  if (notice.kind === 'policy-changed') return `${code('.github/promotion.yml')} was edited meanwhile. ${consequence}`;
  if (notice.kind === 'outcomes-changed') return `The rules found something else than before. ${consequence}`;
  if (notice.kind === 'target-changed') {
    return `The target was known to have been held, and is not any more (see Target above). ${consequence}`;
  }
  const tags = notice.tags.slice(0, 10).map(({ tag, from, to }) => {
    return `- ${code(tag)}: ${from === null ? 'nothing' : shortDigest(from)} → ${to === null ? 'nothing' : shortDigest(to)}`;
  });
  return [`${code(promotion.environment)} has changed since this was planned. ${consequence}`, '', ...tags].join('\n');
}

/** While it is on its way and when it arrived; an end that moved nothing has nothing to tell apart. */
function sourceMovedText(promotion: Promotion): string {
  const { source, sourceMovedTo } = promotion;
  if (source.tag === null || sourceMovedTo === undefined) return '';
  const moves = isOpen(promotion.state) ? 'still moves' : promotedAt(promotion) === null ? null : 'moved';
  if (moves === null) return '';
  const pinned = listWords(promotion.images.map(({ digest }) => shortDigest(digest)));
  return `${code(source.tag)} has moved on to ${shortDigest(sourceMovedTo)}; this promotion ${moves} ${pinned}, as it was asked for.`;
}

function promotedText(view: PromotionView, at: number): string {
  const { promotion, githubUrl } = view;
  const { notice } = promotion;
  const lines = promotion.images.map(({ repository, digest }) => `DOCKER_IMAGE=${formatReference(repository, digest)}`);
  const since = `Since ${formatTime(at)}.`;
  const news = joinSentences([since, deploymentNews(promotion), replacedText(view), 'The line to deploy it with:']);
  return joinBlocks([
    notice !== null && isDeploymentNotice(notice) ? deploymentNoticeText(notice, promotion, githubUrl) : '',
    uncountedReportText(promotion),
    news,
    `\`\`\`\n${lines.join('\n')}\n\`\`\``,
  ]);
}

function failureText(promotion: Promotion, failure: Failure): string {
  const sentence = escapeText(failureWords(failure, promotion), { maxLength: 1000 });
  switch (failure.production) {
    case 'untouched':
      return `${sentence}\n\nProduction is untouched: none of its tags was moved.`;
    case 'restored':
      return `${sentence}\n\n${restoredText(promotion, failure)}`;
    case 'mixed':
      return `> [!CAUTION]\n> **Production is mixed**: its tags hold different images. ${mixedText(promotion, failure)}\n\n${sentence}`;
  }
}

/** What we moved went back. On GHCR a tag can't be taken away without its image, so one that was new stays. */
function restoredText(promotion: Promotion, failure: Failure): string {
  const { foreign, ours } = leftovers(promotion, failure);
  const back =
    foreign.length === 0
      ? 'Production is as it was: the tags that had been moved went back.'
      : `The tags that had been moved went back, but somebody else moved ${names(foreign)} meanwhile: what others moved is left alone.`;
  if (ours.length === 0) return back;
  const it = ours.length === 1 ? 'it' : 'them';
  return `${back} But ${names(ours)} did not exist before and can't be taken away again: look whether anything deploys from ${it}.`;
}

/** A digest that is neither ours nor the old one was put there by somebody else, and is never overwritten. */
function mixedText(promotion: Promotion, failure: Failure): string {
  const { foreign, ours, stuck } = leftovers(promotion, failure);
  if (foreign.length > 0) {
    return `Somebody else moved ${names(foreign)} meanwhile, and what others moved is left alone. A newer promotion that succeeds ends this.`;
  }
  if (stuck.length === 0 && ours.length > 0) {
    return `${names(ours)} did not exist before and can't be taken away again. A newer promotion that succeeds ends this.`;
  }
  return 'Putting them back was refused too; that is tried again every hour, until it works or a newer promotion succeeds.';
}

type Tags = Failure['tags'];

/** Floating tags that don't hold what they did: moved by others, new ones of ours, and those that are still to go back. */
function leftovers(promotion: Promotion, { tags }: Failure): { readonly [kind in 'foreign' | 'ours' | 'stuck']: Tags } {
  const changed = tags.filter(({ kind, from, holds }) => kind === 'floating' && holds !== from);
  const isOurs = ({ repository, holds }: Tags[number]): boolean => holds === targetIn(promotion, repository);
  const held = changed.filter(isOurs);
  return {
    foreign: changed.filter((tag) => !isOurs(tag)),
    ours: held.filter(({ from }) => from === null),
    stuck: held.filter(({ from }) => from !== null),
  };
}

function names(tags: Tags): string {
  return codeList(
    tags.map(({ tag }) => tag),
    { max: 20 },
  );
}
