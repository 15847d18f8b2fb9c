// The answers in a thread besides the card, as values; the words are in messages/.
import type { CommandMistake, OurLine, Verb } from './command.ts';
import type { PromotionLine, Refusal } from './refusal.ts';
import type { PlanId } from './promotion/approval.ts';
import type { ImageOutcome } from './promotion/history.ts';
import type { ImageRepository, Tag } from './image/reference.ts';

export type Reply =
  | { readonly kind: 'refusal'; readonly refusal: Refusal }
  | { readonly kind: 'mistake'; readonly verb: Verb; readonly mistake: CommandMistake }
  | {
      readonly kind: 'misspelled';
      readonly typed: string;
      readonly meant: Extract<OurLine, { kind: 'misspelled' }>['meant'];
    }
  | { readonly kind: 'too-many-commands'; readonly count: number; readonly limit: number }
  | { readonly kind: 'hint'; readonly hint: CommandHint }
  /** A command in a text where none are read; `elsewhere`: what a bare one could mean, since this thread asks about nothing. */
  | {
      readonly kind: 'misplaced';
      readonly place: CommandPlace;
      readonly typed: string;
      readonly verb: Verb;
      readonly elsewhere: readonly PromotionLine[];
    }
  /** No webhook told of the comment, and it was edited since, or is old: `typed` is the first command in it. */
  | { readonly kind: 'not-run'; readonly because: 'edited' | 'old'; readonly typed: string }
  /** All commands, or one of them. */
  | { readonly kind: 'help'; readonly topic?: Verb }
  /** Help on a word that is not a command; `meant` is the nearest one. */
  | { readonly kind: 'unknown-topic'; readonly typed: string; readonly meant: Verb | null }
  | {
      readonly kind: 'candidates';
      readonly image: ImageRepository;
      /** Tags of candidates begin with it and a hyphen, images of `branch`. */
      readonly prefix: string;
      readonly branch: string;
      readonly environment: string | null;
      readonly instead?: InsteadOfSource;
      readonly candidates: readonly Candidate[];
    }
  /** It was compared with GitHub and the registry; the differences are being repaired. */
  | { readonly kind: 'refreshed'; readonly promotion: number; readonly differences: readonly Difference[] }
  /** Earlier approvals no longer count. `people`: the logins of those who gave them, and of the requester. */
  | {
      readonly kind: 'approvals-void';
      readonly promotion: number;
      readonly plan: PlanId;
      readonly people: readonly string[];
    }
  /** Rendered from the current state when it is posted. */
  | { readonly kind: 'status'; readonly about: StatusSubject };

/**
 * In what a promotion can differ from what GitHub and the registry hold. `work`: the job that it waits for is not there.
 * `turn`: it could go ahead, or was superseded, and no event said so.
 */
export type Difference = 'card' | 'check-run' | 'policy' | 'production' | 'source' | 'turn' | 'work' | 'deployment';

/** A command that stood where commands are not read: `line` is its source, `place` where it stood. */
export type CommandHint = {
  readonly line: string;
  readonly place: 'backticks' | 'html' | 'heading' | 'list' | 'quote';
};

/** Where people write besides comments: a review, a comment on a diff, the description of an issue or a pull request. */
export type CommandPlace = 'review' | 'review-comment' | 'issue' | 'pull-request';

/** What stood where a source should, and the environment that it is, or that was probably meant. */
export type InsteadOfSource = { readonly typed: string; readonly environment: string };

export type Candidate = {
  readonly tag: Tag;
  readonly commit: string;
  /** First line of the commit message. */
  readonly subject: string;
  /** As in a commit's summary; absent in an answer of an older version. */
  readonly author?: string | null;
  readonly at: number;
  /** Its outcome in the environment; absent if the environment never held it. */
  readonly held?: ImageOutcome;
  /** The number of the promotion that is in progress for it. */
  readonly open?: number;
};

export type StatusSubject =
  | { readonly kind: 'promotion'; readonly number: number }
  | { readonly kind: 'environment'; readonly environment: string };
