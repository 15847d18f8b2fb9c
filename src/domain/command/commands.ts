// The table of slash commands, and the decision which words are close enough to a verb to deserve an answer.
import { isOneEdit, nearestOf } from '../edit-distance.ts';
import { approve } from './approve.ts';
import { cancel } from './cancel.ts';
import { help } from './help.ts';
import { promote } from './promote.ts';
import { refresh } from './refresh.ts';
import { reject } from './reject.ts';
import { rollback } from './rollback.ts';
import type { SlashCommand } from './slash-command.ts';
import { status } from './status.ts';

/** In the order in which `/help` lists them. */
export const COMMANDS = {
  promote,
  rollback,
  approve,
  reject,
  cancel,
  refresh,
  status,
  help,
} as const satisfies Readonly<Record<string, SlashCommand<{ readonly kind: string }>>>;

export type Verb = keyof typeof COMMANDS;

export const VERBS: readonly Verb[] = Object.keys(COMMANDS).filter(isVerb);

/** What a valid line requests. Ids are the number in `P12`. */
export type CommandContent = ContentOf<(typeof COMMANDS)[Verb]>;

type ContentOf<Command> = Command extends SlashCommand<infer Content> ? Content : never;

/** The word that makes any verb ours for certain: `/imprimatur promote …`. */
export const LONG_FORM = 'imprimatur';

/** True for a folded word that is a verb. */
export function isVerb(word: string): word is Verb {
  return Object.hasOwn(COMMANDS, word);
}

/** The verb that a folded word misses by one edit, or null. */
export function findMisspelledVerb(word: string): Verb | null {
  return VERBS.find((verb) => isOneEdit(word, verb)) ?? null;
}

/** The verb that somebody means who asks about a folded word: the right one, the nearest one, or null. */
export function findTopic(word: string): { readonly kind: 'verb' | 'misspelled'; readonly verb: Verb } | null {
  if (isVerb(word)) return { kind: 'verb', verb: word };
  const nearest = nearestOf(word, VERBS);
  return nearest !== null && isVerb(nearest) ? { kind: 'misspelled', verb: nearest } : null;
}
