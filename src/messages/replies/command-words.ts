// The words for each slash command: what it does, and what a sentence about who may do it calls it.
import type { Verb } from '../../domain/command.ts';

/** `summary`: sentences for `/help`. `phrase` completes "To … takes write access". */
type CommandWords = { readonly summary: string; readonly phrase: string };

export const COMMAND_WORDS: Readonly<Record<Verb, CommandWords>> = {
  promote: {
    phrase: 'promote',
    summary:
      'Asks for the promotion of a staging image: a `staging` or `staging-…` tag, 6 to 40 digits of a commit, or a ' +
      '`sha256:…` digest. `as` adds a version tag; `force` overrides failed rules, takes a reason, and is approved like ' +
      'any other. Without a source it lists the newest candidates.',
  },
  rollback: {
    phrase: 'roll back',
    summary:
      'Asks to put an environment back to an image that it held: a `rollback-…` or kept tag, a digest, or what a ' +
      'promotion put there. Without a target, the newest one before the current that no rollback has left.',
  },
  approve: {
    phrase: 'approve',
    summary: 'Approves a promotion; without an id, the one that waits in this thread.',
  },
  reject: {
    phrase: 'reject',
    summary: 'Ends a promotion that waits for approval; the rest of the line is the reason.',
  },
  cancel: {
    phrase: 'cancel',
    summary: 'Withdraws a promotion that has not begun to move tags.',
  },
  refresh: {
    phrase: 'refresh',
    summary:
      'Compares a promotion with GitHub and the registry and puts right what differs; without an id, the newest of this ' +
      'thread.',
  },
  status: {
    phrase: 'ask for the status',
    summary: 'Shows a promotion or an environment; without either, `production`.',
  },
  help: {
    phrase: 'ask for help',
    summary: 'Shows this list. Every command also has a long form, `/imprimatur <verb> …`.',
  },
};
