// Paragraphs about a promotion's state: voided reviews, failed checks, failures, success.
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
import { doneWord } from './state.ts';
import { capitalise, codeList, formatTime, listWords, plural, shortDigest } from '../format.ts';
import { invalidPolicyWords, policyProblemWords } from '../policy-problem.ts';
import type { PromotionView } from '../promotion-view.ts';

/** Paragraphs about the state; may be empty. */
export function renderStory(view: PromotionView, detail: Detail): string {
  const { promotion } = view;
  return joinBlocks([stuckText(view), storyOf(view, detail), versionText(promotion), sourceMovedText(promotion)]);
}

function stuckText({ deadJob }: PromotionView): string {
  if (deadJob === null) return '';
  const retry = code(`imprimatur jobs retry ${deadJob}`);
  return `> [!CAUTION]\n> **Stopped by an internal error.** The log of the server has it. An administrator of the server can retry it with ${retry}.`;
}

function storyOf(view: PromotionView, detail: Detail): string {
  const { promotion } = view;
  const { state } = promotion;
  switch (state.kind) {
    case 'waiting-for-image':
      return `The build of ${code(state.commit.slice(0, 7))} has not pushed ${listWords(
        state.tags.map((tag) => code(tag)),
        'or',
      )} yet. Imprimatur waits for it until ${formatTime(state.until)}.`;
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
  const invalid = capitalise(invalidPolicyWords(problems, code));
  const what = `${invalid}. Until it is fixed, reviews are refused and no tag is moved:`;
  return ['> [!WARNING]', `> ${what}`, '>', ...lines].join('\n');
}

/** Both are created on the commit. */
function commitText({ images }: Promotion): string {
  if (images.some(({ commit }) => commit !== null)) return '';
  return 'The commit of this image is unknown: no check run and no deployment will be created.';
}

/** Mentions the person who rejected the image, once: an edit of the card notifies nobody again. */
function rejectedText({ findings }: Promotion): string {
  const before = findings.flatMap(({ rule, seen }) =>
    rule === 'rejected-before' && seen.code === 'rejected' ? [seen] : [],
  );
  const [rejection] = before;
  if (rejection === undefined) return '';
  return `${mention(rejection.by)} rejected this image in ${formatNumber(rejection.promotion)}.`;
}

/** For a version that is added to the environment's image, without any other change. */
function versionText(promotion: Promotion): string {
  const { kind, versionTag, environment, source } = promotion;
  if (versionTag === null || promotion.moves.length === 0 || movesProduction(promotion)) return '';
  const alone = `${code(environment)} already holds this image: only ${code(versionTag)} is added, and no other tag moves.`;
  if (kind !== 'version' || source.taggedCommit === undefined) return alone;
  return `${alone} The git tag is on ${code(source.taggedCommit.slice(0, 7))}, which has the files that the image was built from. A version needs no approval.`;
}

function noticeText(notice: Exclude<Notice, DeploymentNotice>, { promotion, subject }: PromotionView): string {
  const voided = promotion.reviews.filter((review) => review.verdict === 'approve' && !covers(review, subject));
  const consequence =
    voided.length === 0
      ? 'Re-planned.'
      : `Re-planned: ${plural(voided.length, 'earlier approval')} no longer ${voided.length === 1 ? 'counts' : 'count'}.`;
  if (notice.kind === 'policy-changed') return `${code('.github/promotion.yml')} was edited. ${consequence}`;
  if (notice.kind === 'outcomes-changed') return `The results of the checks changed. ${consequence}`;
  if (notice.kind === 'target-changed') {
    return `The target is no longer proven (see Target). ${consequence}`;
  }
  const tags = notice.tags.slice(0, 10).map(({ tag, from, to }) => {
    return `- ${code(tag)}: ${from === null ? 'nothing' : shortDigest(from)} → ${to === null ? 'nothing' : shortDigest(to)}`;
  });
  return [`${code(promotion.environment)} changed after this was planned. ${consequence}`, '', ...tags].join('\n');
}

/** While it is open, and after it is promoted. */
function sourceMovedText(promotion: Promotion): string {
  const { source, sourceMovedTo } = promotion;
  if (source.tag === null || sourceMovedTo === undefined) return '';
  const moves = isOpen(promotion.state) ? 'still moves' : promotedAt(promotion) === null ? null : 'moved';
  if (moves === null) return '';
  const pinned = listWords(promotion.images.map(({ digest }) => shortDigest(digest)));
  return `${code(source.tag)} now holds ${shortDigest(sourceMovedTo)}. This promotion ${moves} ${pinned}, as requested.`;
}

function promotedText(view: PromotionView, at: number): string {
  const { promotion, githubUrl } = view;
  const { notice } = promotion;
  const lines = promotion.images.map(({ repository, digest }) => `DOCKER_IMAGE=${formatReference(repository, digest)}`);
  const done = `${doneWord(promotion)} ${formatTime(at)}.`;
  const news = joinSentences([done, deploymentNews(promotion), replacedText(view), 'Deploy with:']);
  return joinBlocks([
    notice !== null && isDeploymentNotice(notice) ? deploymentNoticeText(notice, promotion, githubUrl) : '',
    uncountedReportText(promotion),
    news,
    `\`\`\`\n${lines.join('\n')}\n\`\`\``,
  ]);
}

function failureText(promotion: Promotion, failure: Failure): string {
  const sentence = escapeText(failureWords(failure, promotion), { maxLength: 1000 });
  const place = placeWords(promotion);
  switch (failure.production) {
    case 'untouched':
      return `${sentence}\n\n${place} is untouched: no tag was moved.`;
    case 'restored':
      return `${sentence}\n\n${restoredText(promotion, failure)}`;
    case 'mixed':
      return `> [!CAUTION]\n> **${place} is inconsistent**: its tags hold different images. ${mixedText(promotion, failure)}\n\n${sentence}`;
  }
}

/** `Production`, or the name of another environment. */
function placeWords({ environment }: Promotion): string {
  return environment === 'production' ? 'Production' : code(environment);
}

/** On GHCR a tag can't be deleted without its image, so a new one stays. */
function restoredText(promotion: Promotion, failure: Failure): string {
  const { foreign, ours } = leftovers(promotion, failure);
  const back =
    foreign.length === 0
      ? `${placeWords(promotion)} is as before: the moved tags were moved back.`
      : `The moved tags were moved back, except ${names(foreign)}: somebody else moved ${foreign.length === 1 ? 'it' : 'them'} meanwhile.`;
  if (ours.length === 0) return back;
  const it = ours.length === 1 ? 'it' : 'them';
  return `${back} ${names(ours)} did not exist before and can't be deleted: check that nothing deploys from ${it}.`;
}

/** A digest that is neither ours nor the old one is somebody else's, and is never overwritten. */
function mixedText(promotion: Promotion, failure: Failure): string {
  const { foreign, ours, stuck } = leftovers(promotion, failure);
  if (foreign.length > 0) {
    return `Somebody else moved ${names(foreign)} meanwhile, so Imprimatur does not move ${foreign.length === 1 ? 'it' : 'them'}. The next successful promotion repairs this.`;
  }
  if (stuck.length === 0 && ours.length > 0) {
    return `${names(ours)} did not exist before and can't be deleted. The next successful promotion repairs this.`;
  }
  return 'Moving them back failed too. Imprimatur retries every hour, until it works or a newer promotion succeeds.';
}

type Tags = Failure['tags'];

/** Floating tags that no longer hold their old digest: moved by others, new ones of ours, and those still to be moved back. */
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
