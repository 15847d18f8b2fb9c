// What the outside asks of us: doors translate deliveries into these, and nothing of GitHub's payloads travels further in.
import type { CandidateLine, OurLine } from '../domain/command.ts';
import type { Repo } from '../domain/promotion.ts';
import type { CommandHint } from '../domain/reply.ts';

/** The account that GitHub says sent the delivery; its rights are asked when the decision is taken. */
export type Sender = { readonly id: number; readonly login: string; readonly kind: 'user' | 'bot' };

export type Intent =
  /** A new comment; its commands are run in order, each as a job of its own. */
  | {
      readonly kind: 'comment';
      readonly repo: Repo;
      readonly issue: number;
      readonly commentId: number;
      readonly by: Sender;
      readonly lines: readonly CandidateLine[];
      readonly hint: CommandHint | null;
    }
  | {
      readonly kind: 'command';
      readonly repo: Repo;
      readonly issue: number;
      readonly commentId: number;
      readonly by: Sender;
      readonly line: CommandLine;
      /** The comment's next commands: each is put into the table when the one before it is done, so none overtakes. */
      readonly later: readonly CommandLine[];
    }
  | {
      readonly kind: 'click';
      readonly repo: Repo;
      readonly checkRunId: number;
      readonly externalId: string;
      readonly action: 'approve' | 'reject';
      readonly by: Sender;
    }
  | {
      readonly kind: 're-run';
      readonly repo: Repo;
      readonly checkRunId: number;
      readonly externalId: string;
      readonly by: Sender;
    };

/** What one line of a comment asks of us, or why it is not run. */
export type CommandLine = OurLine | { readonly kind: 'hint'; readonly hint: CommandHint } | TooManyCommands;

/** An eleventh command: none runs. */
export type TooManyCommands = { readonly kind: 'too-many-commands'; readonly count: number; readonly limit: number };
