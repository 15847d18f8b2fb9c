// The words of the answers in a thread besides the card.
import { formatNumber } from '../../domain/promotion/promotion.ts';
import type { Candidate, CommandPlace, Difference, InsteadOfSource, Reply } from '../../domain/reply.ts';
import { joinBlocks } from '../blocks.ts';
import { approveLine } from '../card/next-steps.ts';
import { code, mention } from '../escape.ts';
import { formatAge, listWords } from '../format.ts';
import { approvedWords, outcomeParts, summaryWords } from '../held-words.ts';
import { renderHelp, renderTopic, renderUnknownTopic } from './help.ts';
import { renderMistake } from './mistakes.ts';
import { commandOf, promotionLines } from './promotion-lines.ts';
import { renderRefusal } from './refusals.ts';
import { replyMarker } from './reply-marker.ts';
import { renderStatus, type StatusView } from './status.ts';

export type ReplyContext = {
  /** Finds the comment again: the same reply has the same key. */
  readonly key: string;
  /** The login of the person who is answered; null if the reply names its people itself. */
  readonly to: string | null;
  /** The full thread that the issue of the comment continues; null if the comment is in its own thread. */
  readonly continuedFrom: number | null;
  readonly now: number;
  /** The current state for a reply of kind `status`; null for all others. */
  readonly status: StatusView | null;
};

/** The whole body of the comment. Throws if a status reply has no status, which is a bug of the caller. */
export function renderReply(reply: Reply, context: ReplyContext): string {
  const body = replyBody(reply, context);
  const { key, to, continuedFrom } = context;
  if (to === null) return joinBlocks([replyMarker(key), body]);
  // Where they did not comment, only a mention notifies them.
  const who = continuedFrom === null ? code(to) : `${mention(to)} (from #${continuedFrom})`;
  return joinBlocks([replyMarker(key), `${who}: ${body}`]);
}

function replyBody(reply: Reply, { now, status }: ReplyContext): string {
  switch (reply.kind) {
    case 'refusal':
      return renderRefusal(reply.refusal);
    case 'mistake':
      return renderMistake(reply);
    case 'misspelled':
      return `Unknown command ${code(`/${reply.typed}`, { maxLength: 40 })}. Did you mean ${code(`/${reply.meant}`)}?`;
    case 'too-many-commands':
      return `Nothing was done: this comment has ${reply.count} commands; the maximum is ${reply.limit}. Use several comments.`;
    case 'hint':
      return `${code(reply.hint.line, { maxLength: 200 })} was not run: ${PLACES[reply.hint.place]}`;
    case 'misplaced':
      return misplacedText(reply);
    case 'not-run':
      return `${code(reply.typed, { maxLength: 200 })} was not run: ${WHY_NOT_RUN[reply.because]} To run it, send it as a new comment.`;
    case 'help':
      return reply.topic === undefined ? renderHelp() : renderTopic(reply.topic);
    case 'unknown-topic':
      return renderUnknownTopic(reply);
    case 'candidates':
      return candidatesText(reply, now);
    case 'refreshed':
      return refreshedText(reply);
    case 'approvals-void':
      return approvalsVoidText(reply);
    case 'status':
      if (status === null) throw new Error('a status reply needs the status it is about');
      return renderStatus(status);
  }
}

function refreshedText({ promotion, differences }: Extract<Reply, { kind: 'refreshed' }>): string {
  const compared = `${formatNumber(promotion)} was compared with GitHub and the registry`;
  if (differences.length === 0) return `${compared}: no differences.`;
  return `${compared}. Reconciled: ${differences.map((one) => DIFFERENCES[one]).join(', ')}.`;
}

function approvalsVoidText({ promotion, plan, people }: Extract<Reply, { kind: 'approvals-void' }>): string {
  const names = listWords(people.slice(0, MAX_MENTIONED).map(mention));
  return `${names}: ${formatNumber(promotion)} was re-planned, so earlier approvals no longer count. Its card shows what changed. To approve the new plan: ${code(approveLine(promotion, plan))}.`;
}

/** GitHub notifies at most fifty people of one comment. */
const MAX_MENTIONED = 50;

const DIFFERENCES = {
  card: 'its card',
  'check-run': 'its check run',
  policy: 'the policy',
  production: 'the tags of its environment',
  source: 'the source tag',
  turn: 'its place in the queue',
  work: 'a lost job',
  deployment: 'the deployment',
} as const satisfies Readonly<Record<Difference, string>>;

const PLACES = {
  backticks: 'it is in backticks. Send it without backticks.',
  html: 'it is inside HTML. Send it on a line of its own, outside of HTML.',
  heading: 'it is a heading. Send it as a plain line.',
  list: 'it is part of a list. Put a blank line before it.',
  quote: 'it is part of a quote. Put a blank line before it.',
} as const;

function misplacedText({ place, typed, verb, elsewhere }: Extract<Reply, { kind: 'misplaced' }>): string {
  const line = code(typed, { maxLength: 200 });
  const why = `${line} was not run: it is in ${MISPLACED[place]}. Commands are read only from comments in the conversation.`;
  if (elsewhere.length === 0) return `${why} To run it, send this as a comment: ${line}.`;
  return `${why} This conversation has no promotion. To name one, send its line as a comment:\n\n${promotionLines(elsewhere, commandOf(verb))}`;
}

const MISPLACED = {
  review: 'a review',
  'review-comment': 'a comment on the diff',
  issue: 'the description of the issue',
  'pull-request': 'the description of the pull request',
} as const satisfies Readonly<Record<CommandPlace, string>>;

const WHY_NOT_RUN = {
  edited: 'the comment was edited, and commands that are added by an edit are not run.',
  old: 'the comment is older than three days, and GitHub did not deliver it.',
} as const;

function candidatesText(reply: Extract<Reply, { kind: 'candidates' }>, now: number): string {
  const { image, prefix, branch, environment, instead, candidates } = reply;
  const lead = instead === undefined ? '' : insteadText(instead);
  if (candidates.length === 0) {
    return `${lead}The newest commits of ${code(branch)} have no image in ${code(image)} yet. The build of the branch pushes ${code(`${prefix}-<commit>`)}.`;
  }
  const to = environment === null ? '' : ` to ${environment}`;
  const lines = candidates.slice(0, 10).map((candidate) => `- ${candidateLine(candidate, { to, now })}`);
  return [`${lead}The newest staging images of ${code(image)}. To promote one, comment:`, '', ...lines].join('\n');
}

function insteadText({ typed, environment }: InsteadOfSource): string {
  if (typed === environment) return `${code(typed)} is an environment, not an image. `;
  return `${code(typed, { maxLength: 140 })} is not an image. Did you mean the environment ${code(environment)}? `;
}

function candidateLine(candidate: Candidate, about: { readonly to: string; readonly now: number }): string {
  const { tag, subject, author = null, at, held, open } = candidate;
  const parts = [
    code(`/promote ${tag}${about.to}`),
    summaryWords({ subject, author }),
    formatAge(at, about.now),
    ...(held === undefined ? [] : [...outcomeParts(held), ...approvedWords(held.approvedBy)]),
    ...(open === undefined ? [] : [`in progress (${formatNumber(open)})`]),
  ];
  return parts.filter((part) => part !== '').join(' · ');
}
