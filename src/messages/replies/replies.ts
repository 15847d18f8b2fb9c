// What we answer in a thread besides the card.
import { formatNumber } from '../../domain/promotion/promotion.ts';
import type { Candidate, Difference, Reply } from '../../domain/reply.ts';
import { joinBlocks } from '../blocks.ts';
import { approveLine } from '../card/next-steps.ts';
import { code, escapeText, mention } from '../escape.ts';
import { formatAge, listWords } from '../format.ts';
import { renderHelp } from './help.ts';
import { renderMistake } from './mistakes.ts';
import { renderRefusal } from './refusals.ts';
import { replyMarker } from './reply-marker.ts';
import { renderStatus, type StatusView } from './status.ts';

export type ReplyContext = {
  /** Makes the comment findable again: the same reply has the same key. */
  readonly key: string;
  readonly now: number;
  /** Today's truth for a reply of kind `status`; null for all others. */
  readonly status: StatusView | null;
};

/** The whole body of the comment. Throws when a status reply comes without its status, which is a bug of the caller. */
export function renderReply(reply: Reply, context: ReplyContext): string {
  return joinBlocks([replyMarker(context.key), replyBody(reply, context)]);
}

function replyBody(reply: Reply, { now, status }: ReplyContext): string {
  switch (reply.kind) {
    case 'refusal':
      return reply.to === null ? renderRefusal(reply.refusal) : `${code(reply.to)}: ${renderRefusal(reply.refusal)}`;
    case 'mistake':
      return renderMistake(reply);
    case 'misspelled':
      return `Nothing was done: did you mean ${code(`/${reply.meant}`)} where you wrote ${code(`/${reply.typed}`, { maxLength: 40 })}?`;
    case 'too-many-commands':
      return `Nothing was done: a comment may hold ${reply.limit} commands, and this one has ${reply.count}. Send them in several comments.`;
    case 'hint':
      return `${code(reply.hint.line, { maxLength: 200 })} was not run, because ${PLACES[reply.hint.place]}`;
    case 'not-run':
      return `${code(reply.typed, { maxLength: 200 })} was not run, because ${WHY_NOT_RUN[reply.because]} If it still holds, send it as a new comment.`;
    case 'help':
      return renderHelp();
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
  if (differences.length === 0) return `${compared}: nothing differed.`;
  return `${compared}. Put right: ${differences.map((one) => DIFFERENCES[one]).join(', ')}.`;
}

function approvalsVoidText({ promotion, plan, people }: Extract<Reply, { kind: 'approvals-void' }>): string {
  const names = listWords(people.slice(0, MAX_MENTIONED).map(mention));
  return `${names}: what ${formatNumber(promotion)} would do has changed, so the approvals given before count no more. Its card says what changed. To approve it as it is now: ${code(approveLine(promotion, plan))}.`;
}

/** GitHub tells no more than fifty people of one comment. */
const MAX_MENTIONED = 50;

const DIFFERENCES = {
  card: 'its card',
  'check-run': 'its check run',
  policy: 'the policy that it is judged by',
  production: 'what production holds',
  source: 'what its source tag holds',
  turn: 'its turn, which nobody had told it of',
  work: 'work that had been lost',
  deployment: 'how its deployment goes',
} as const satisfies Readonly<Record<Difference, string>>;

const PLACES = {
  backticks: 'it is in backticks. Send it without them.',
  html: 'it is inside HTML. Send it as a line of its own, outside of any tag.',
  heading: 'it is a heading. Send it as a plain line.',
  list: 'it belongs to the list above it. Send it with a blank line before it.',
  quote: 'it belongs to the quote above it. Send it with a blank line before it.',
} as const;

const WHY_NOT_RUN = {
  edited: 'that comment was edited: only what a comment says when it is written is run.',
  old: 'that comment is older than three days: GitHub did not tell of it, and it was found only now.',
} as const;

function candidatesText(reply: Extract<Reply, { kind: 'candidates' }>, now: number): string {
  const { image, prefix, branch, environment, candidates } = reply;
  if (candidates.length === 0) {
    return `None of the newest commits of ${code(branch)} has an image in ${code(image)} yet: their tags would be ${code(`${prefix}-<commit>`)}. The build of the branch pushes them.`;
  }
  const to = environment === null ? '' : ` to ${environment}`;
  const lines = candidates.slice(0, 10).map((candidate) => `- ${candidateLine(candidate, { to, now })}`);
  return [`The newest staging images of ${code(image)}. Send one of these lines:`, '', ...lines].join('\n');
}

function candidateLine({ tag, subject, at }: Candidate, about: { readonly to: string; readonly now: number }): string {
  const title = escapeText(subject, { maxLength: 80 });
  return `${code(`/promote ${tag}${about.to}`)} ${title === '' ? '' : `· ${title} `}· ${formatAge(at, about.now)}`;
}
