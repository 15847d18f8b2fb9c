// Declares what a slash command is. Each has a file, and a line in `commands.ts`.
import type { Parsed } from './mistake.ts';

export type SlashCommand<Content extends { readonly kind: string }> = {
  /** The usage. messages/ describes what the command does. */
  readonly usage: string;
  /** One line that parses. */
  readonly example: string;
  /** `in-our-threads`: only in threads with a promotion of ours, because other bots use the same word. */
  readonly answered: 'everywhere' | 'in-our-threads';
  /** True if options may follow, which people write on the next line: `to`, `as`, a flag. */
  readonly takesOptions: boolean;
  /** True if earlier comments of the thread decide what it means. */
  readonly dependsOnThread: boolean;
  /** `reviewers` and `rollback-role`: with less than write access, the policy may let people. */
  readonly access: 'read' | 'write' | 'reviewers' | 'rollback-role';
  /** Reads what follows the verb; never throws. */
  readonly parse: (text: string) => Parsed<Content>;
};
