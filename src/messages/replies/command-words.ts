// The words for each slash command: what it does, and the verb for sentences about who may use it.
import type { Verb } from '../../domain/command.ts';

/**
 * `summary`: sentences for `/help`. `phrase` completes "You need write access to …". `forms`: lines that work, each with
 * what it does.
 */
type CommandWords = {
  readonly summary: string;
  readonly phrase: string;
  readonly forms: readonly (readonly [line: string, meaning: string])[];
};

export const COMMAND_WORDS: Readonly<Record<Verb, CommandWords>> = {
  promote: {
    phrase: 'promote',
    summary:
      'Requests the promotion of a staging image: a `staging` or `staging-…` tag, 6 to 40 hex digits of a commit, or a ' +
      '`sha256:…` digest. `as` adds a version tag. `force` overrides failed checks; it needs a reason, and the same ' +
      'approvals. Without a source, it lists the newest candidates.',
    forms: [
      ['/promote', 'lists the newest staging images'],
      ['/promote staging-abc1234', 'promotes what the tag holds, to `production` or the only environment'],
      ['/promote abc1234 to canary', 'promotes the image of a commit to `canary`'],
      ['/promote ghcr.io/acme/api:staging-abc1234', 'names the image in full; a digest (`@sha256:…`) works too'],
      ['/promote https://github.com/acme/api/commit/abc1234', 'promotes the image of that commit'],
      ['/promote staging-abc1234 as v1.2.3', 'also adds the version tag `v1.2.3`'],
      ['/promote staging-abc1234 force --reason "login is down"', 'overrides failed checks'],
    ],
  },
  rollback: {
    phrase: 'roll back',
    summary:
      'Rolls an environment back to an image that it held: a `rollback-…` or permanent tag, a digest, or a promotion. ' +
      'Without a target, to the newest earlier image that was not rolled back.',
    forms: [
      ['/rollback --reason "the login page fails"', 'goes back to the newest proven image before the current one'],
      ['/rollback canary --reason "the login page fails"', 'does the same for `canary`'],
      ['/rollback to P12 --reason "the login page fails"', 'goes back to the image of P12'],
      ['/rollback to main-staging-abc1234 --reason "the login page fails"', 'goes back to what the tag holds'],
    ],
  },
  approve: {
    phrase: 'approve',
    summary: 'Approves a promotion; without an id, the one that is waiting in this thread.',
    forms: [
      ['/approve P12 ab12cd34ef56', 'approves this plan of P12; the card shows the line'],
      ['/approve P12', 'approves P12, unless it was re-planned'],
      ['/approve', 'approves the promotion that is waiting in this thread'],
    ],
  },
  reject: {
    phrase: 'reject',
    summary: 'Rejects a promotion; the rest of the line is the reason.',
    forms: [
      ['/reject P12 the migration is not backwards compatible', 'rejects P12'],
      ['/reject the migration is not backwards compatible', 'rejects the promotion that is waiting in this thread'],
    ],
  },
  cancel: {
    phrase: 'cancel',
    summary: 'Cancels a promotion that has not started to move tags.',
    forms: [
      ['/cancel P12', 'cancels P12'],
      ['/cancel', 'cancels the promotion that is waiting in this thread'],
    ],
  },
  refresh: {
    phrase: 'refresh',
    summary:
      'Compares a promotion with GitHub and the registry, and repairs differences; without an id, the newest of this ' +
      'thread.',
    forms: [
      ['/refresh P12', 'refreshes P12'],
      ['/refresh', 'refreshes the newest open promotion of this thread, else the newest'],
    ],
  },
  status: {
    phrase: 'see the status',
    summary: 'Shows a promotion or an environment; by default, `production`.',
    forms: [
      ['/status', 'shows the default environment'],
      ['/status canary', 'shows `canary`'],
      ['/status P12', 'shows P12'],
    ],
  },
  help: {
    phrase: 'use the help',
    summary: 'Lists the commands, or explains one. Every command also has a long form, `/imprimatur <verb> …`.',
    forms: [
      ['/help', 'lists all commands'],
      ['/help promote', 'explains `/promote`'],
    ],
  },
};
