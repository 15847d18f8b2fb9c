// What we answer in a thread besides the card: the values; the words are in messages/.
import type { CommandMistake, Verb } from './command.ts';
import type { Refusal } from './refusal.ts';
import type { ImageRepository, Tag } from './reference.ts';

export type Reply =
  | { readonly kind: 'refusal'; readonly refusal: Refusal }
  | { readonly kind: 'mistake'; readonly verb: Verb; readonly mistake: CommandMistake; readonly line: string }
  | { readonly kind: 'misspelled'; readonly typed: string; readonly meant: Verb }
  | { readonly kind: 'too-many-commands'; readonly count: number }
  /** A command stood where commands are not read. */
  | {
      readonly kind: 'hint';
      readonly line: string;
      readonly place: 'backticks' | 'html' | 'heading' | 'list' | 'quote';
    }
  | { readonly kind: 'help' }
  | {
      readonly kind: 'candidates';
      readonly image: ImageRepository;
      readonly environment: string | null;
      readonly candidates: readonly Candidate[];
    }
  /** Rendered from today's truth when it is posted. */
  | { readonly kind: 'status'; readonly about: StatusSubject };

export type Candidate = {
  readonly tag: Tag;
  readonly commit: string;
  /** First line of the commit message. */
  readonly subject: string;
  readonly at: number;
};

export type StatusSubject =
  | { readonly kind: 'promotion'; readonly number: number }
  | { readonly kind: 'environment'; readonly environment: string };
