// The table of our verbs, and the decision which words are close enough to one to deserve an answer.
import { isOneEdit } from '../edit-distance.ts';

export type Verb = 'promote' | 'rollback' | 'approve' | 'reject' | 'cancel' | 'refresh' | 'status' | 'help';

/** `usage` is the legal form, `example` one line that parses, `summary` a sentence; `/help` and mistakes show them. */
export type CommandDescription = { readonly usage: string; readonly example: string; readonly summary: string };

/** In the order in which `/help` lists them. */
export const COMMANDS = {
  promote: {
    usage: '/promote <source> [to <environment>] [as vX.Y.Z] [force] [--reason "…"]',
    example: '/promote staging-abc1234 to production --reason "fixes the login page"',
    summary:
      'Asks for the promotion of a staging image: a `staging` or `staging-…` tag, 6 to 40 digits of a commit, or a ' +
      '`sha256:…` digest. `as` adds a version tag; `force` overrides failed rules, takes a reason, and is approved like ' +
      'any other. Without a source it lists the newest candidates.',
  },
  rollback: {
    usage: '/rollback [<environment>] [to <tag|digest|P12>] --reason "…"',
    example: '/rollback production to P12 --reason "the login page fails"',
    summary:
      'Asks to put an environment back to an image that it held: a `rollback-…` or kept tag, a digest, or what a ' +
      'promotion put there. Without a target, the newest one before the current that no rollback has left.',
  },
  approve: {
    usage: '/approve [P12]',
    example: '/approve P12',
    summary: 'Approves a promotion; without an id, the one that waits in this thread.',
  },
  reject: {
    usage: '/reject [P12] <reason>',
    example: '/reject P12 the migration is not backwards compatible',
    summary: 'Ends a promotion that waits for approval; the rest of the line is the reason.',
  },
  cancel: {
    usage: '/cancel [P12]',
    example: '/cancel P12',
    summary: 'Withdraws a promotion that has not begun to move tags.',
  },
  refresh: {
    usage: '/refresh [P12]',
    example: '/refresh P12',
    summary:
      'Compares a promotion with GitHub and the registry and puts right what differs; without an id, the newest of this ' +
      'thread.',
  },
  status: {
    usage: '/status [P12|<environment>]',
    example: '/status production',
    summary: 'Shows a promotion or an environment; without either, `production`.',
  },
  help: {
    usage: '/help',
    example: '/help',
    summary: 'Shows this list. Every command also has a long form, `/imprimatur <verb> …`.',
  },
} as const satisfies Record<Verb, CommandDescription>;

/** The word that makes any verb ours for certain: `/imprimatur promote …`. */
export const LONG_FORM = 'imprimatur';

const VERBS: readonly Verb[] = ['promote', 'rollback', 'approve', 'reject', 'cancel', 'refresh', 'status', 'help'];

/** The verb that a folded word is, or null. */
export function findVerb(word: string): Verb | null {
  return VERBS.find((verb) => verb === word) ?? null;
}

/** The verb that a folded word misses by one edit, or null. */
export function findMisspelledVerb(word: string): Verb | null {
  return VERBS.find((verb) => isOneEdit(word, verb)) ?? null;
}
