// A new comment: which of its lines are for us, and 👀 at once for those.
import { answersEverywhere, parseComment, parseCommandLine } from '../domain/command.ts';
import { listPromotionsOfThread } from '../store/promotions.ts';
import type { CommandLine, Intent } from './intent.ts';
import { DONE, type Handler } from './handler.ts';

/** `everywhere` false: other bots use the word too, so it is ours only in a thread with a promotion of ours. */
type Candidate = { readonly line: CommandLine; readonly everywhere: boolean };

export const takeComment: Handler<'comment'> = async ({ payload, createdAt }, { store }) => {
  const { repo, issue, commentId, by } = payload;
  const sentAt = timeOfWriting(payload.writtenAt, createdAt);
  const candidates = candidatesOf(payload);
  const inDoubt = candidates.some(({ everywhere }) => !everywhere);
  const threadIsOurs = inDoubt && (await listPromotionsOfThread(store.db, { repoId: repo.id, issue })).length > 0;
  const taken = candidates.filter(({ everywhere }) => everywhere || threadIsOurs);
  const [line, ...later] = taken.map((candidate) => candidate.line);
  if (line === undefined) return DONE;
  return {
    kind: 'done',
    commit: {
      repo,
      effects: [{ kind: 'react', repoId: repo.id, commentId, reaction: 'eyes' }],
      intents: [{ kind: 'command', repo, issue, commentId, by, sentAt, line, later }],
    },
  };
};

const LATE_MS = 60 * 60 * 1000;

/** GitHub's word, unless it is so far from when we heard of it that the two clocks can't be compared. */
function timeOfWriting(writtenAt: number | undefined, heardAt: number): number {
  return writtenAt === undefined || writtenAt < heardAt - LATE_MS ? heardAt : Math.min(writtenAt, heardAt);
}

function candidatesOf({ lines, hint }: Extract<Intent, { kind: 'comment' }>): readonly Candidate[] {
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
