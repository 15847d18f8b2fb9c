// Selects the lines of a comment that are commands for us.
import { answersEverywhere, parseComment, parseCommandLine, COMMANDS, verbOf } from '../../domain/command.ts';
import type { ReadComment } from '../core/enqueue-comment.ts';
import type { CommandLine } from '../core/intent.ts';

/** `threadIsOurs`: it holds a promotion of ours. Other bots use some of our words too, so elsewhere those are theirs. */
export function selectCommands(
  comment: ReadComment,
  { threadIsOurs }: { readonly threadIsOurs: boolean },
): readonly CommandLine[] {
  const candidates = candidatesOf(comment).filter(({ everywhere }) => everywhere || threadIsOurs);
  return candidates.map(({ line }) => line);
}

/** True if any line would be a command in a thread of ours. */
export function mayBeOurs(comment: ReadComment): boolean {
  return candidatesOf(comment).length > 0;
}

/** True if earlier comments of the thread decide what it means. */
export function dependsOnEarlier(comment: ReadComment): boolean {
  return candidatesOf(comment).some(
    ({ line }) => line.kind === 'command' && COMMANDS[line.command.kind].dependsOnThread,
  );
}

const LATE_MS = 60 * 60 * 1000;

/** GitHub's time, unless it is so far from the time of receipt that the two clocks can't be compared. */
export function timeOfWriting({ writtenAt, sentAt }: ReadComment, receivedAt: number): number {
  const toldAt = Math.min(sentAt ?? receivedAt, receivedAt);
  return writtenAt === null || writtenAt < toldAt - LATE_MS ? toldAt : Math.min(writtenAt, toldAt);
}

/** `everywhere` false: ours only in a thread of ours. */
type Candidate = { readonly line: CommandLine; readonly everywhere: boolean };

function candidatesOf({ lines, hint, notRun }: ReadComment): readonly Candidate[] {
  if (notRun !== null) return answerInstead(lines, notRun);
  const parsed = parseComment(lines);
  if (parsed.kind === 'too-many') {
    const { count, limit, refused } = parsed;
    return [{ line: { kind: 'too-many-commands', count, limit }, everywhere: refused.some(answersEverywhere) }];
  }
  if (parsed.items.length > 0 || hint === null) {
    return parsed.items.map((line) => ({ line, everywhere: answersEverywhere(line) }));
  }
  const meant = parseCommandLine({ text: hint.line, line: 1, next: null });
  return meant.kind === 'not-ours' ? [] : [{ line: { kind: 'hint', hint }, everywhere: answersEverywhere(meant) }];
}

/** One answer for all of the comment's lines. */
function answerInstead(lines: ReadComment['lines'], because: NonNullable<ReadComment['notRun']>): readonly Candidate[] {
  const ours = lines.flatMap(({ text, ...rest }) => {
    const parsed = parseCommandLine({ text, ...rest });
    return parsed.kind === 'not-ours' ? [] : [{ text, parsed }];
  });
  const [first] = ours;
  if (first === undefined) return [];
  const line: CommandLine = { kind: 'not-run', because, typed: first.text, verb: verbOf(first.parsed) };
  return [{ line, everywhere: ours.some(({ parsed }) => answersEverywhere(parsed)) }];
}
