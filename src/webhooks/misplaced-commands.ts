// Finds command lines in texts that are not comments: their authors get a hint, and nothing is run.
import { z } from 'zod';
import { readCommandLines } from '../comments/command-lines.ts';
import { MAX_COMMANDS, parseCommandLine } from '../domain/command.ts';
import type { CommandPlace } from '../domain/reply.ts';
import type { Intent } from '../engine/core/intent.ts';
import { Account, RepositoryPart, toRepo } from './payload.ts';

/** What a review, a review comment, an issue and a pull request have in common. */
export const Written = z.object({
  id: z.number().int(),
  body: z.string().nullish(),
  /** Null: the account was deleted. */
  user: Account.nullish(),
});

export const Thread = z.object({ number: z.number().int() });

const Around = z.object({ ...RepositoryPart, sender: Account });

/** None for a bot, and for a text that somebody else than its author brought, such as an issue that was moved. */
export function toMisplaced(
  delivery: z.output<typeof Around>,
  text: {
    readonly place: CommandPlace;
    readonly issue: number;
    readonly written: z.output<typeof Written>;
  },
): readonly Intent[] {
  const { place, issue, written } = text;
  const { id: sourceId, user: by, body } = written;
  if (by === null || by === undefined || by.kind === 'bot' || by.id !== delivery.sender.id) return [];
  const lines = readCommandLines(body ?? '').lines.filter((line) => parseCommandLine(line).kind !== 'not-ours');
  if (lines.length === 0) return [];
  const first = lines.slice(0, MAX_COMMANDS);
  return [{ kind: 'misplaced-command', repo: toRepo(delivery), issue, place, sourceId, by, lines: first }];
}
