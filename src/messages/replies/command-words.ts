// The words for each slash command: what it does, and the verb for sentences about who may use it.
import type { Verb } from '../../domain/command.ts';

/** `summary`: sentences for `/help`. `phrase` completes "You need write access to …". */
type CommandWords = { readonly summary: string; readonly phrase: string };

export const COMMAND_WORDS: Readonly<Record<Verb, CommandWords>> = {
  promote: {
    phrase: 'promote',
    summary:
      'Requests the promotion of a staging image: a `staging` or `staging-…` tag, 6 to 40 hex digits of a commit, or a ' +
      '`sha256:…` digest. `as` adds a version tag. `force` overrides failed checks; it needs a reason, and the same ' +
      'approvals. Without a source, it lists the newest candidates.',
  },
  rollback: {
    phrase: 'roll back',
    summary:
      'Rolls an environment back to an image that it held: a `rollback-…` or permanent tag, a digest, or a promotion. ' +
      'Without a target, to the newest earlier image that was not rolled back.',
  },
  approve: {
    phrase: 'approve',
    summary: 'Approves a promotion; without an id, the one that is waiting in this thread.',
  },
  reject: {
    phrase: 'reject',
    summary: 'Rejects a promotion; the rest of the line is the reason.',
  },
  cancel: {
    phrase: 'cancel',
    summary: 'Cancels a promotion that has not started to move tags.',
  },
  refresh: {
    phrase: 'refresh',
    summary:
      'Compares a promotion with GitHub and the registry, and repairs differences; without an id, the newest of this ' +
      'thread.',
  },
  status: {
    phrase: 'see the status',
    summary: 'Shows a promotion or an environment; by default, `production`.',
  },
  help: {
    phrase: 'see the help',
    summary: 'Shows this list. Every command also has a long form, `/imprimatur <verb> …`.',
  },
};
