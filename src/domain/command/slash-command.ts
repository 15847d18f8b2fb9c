// What a slash command says of itself: its file declares it, `commands.ts` has a line for it.
import type { Parsed } from './mistake.ts';

export type SlashCommand<Content extends { readonly kind: string }> = {
  /** The usage; messages/ says what it does. */
  readonly usage: string;
  /** One line that parses. */
  readonly example: string;
  /** `in-our-threads`: only where a promotion of ours lives, because other bots use the same word. */
  readonly answered: 'everywhere' | 'in-our-threads';
  /** True where what was said before in the thread decides what it means. */
  readonly dependsOnThread: boolean;
  /** `reviewers` and `rollback-role`: with less than write access, the policy may let people. */
  readonly access: 'read' | 'write' | 'reviewers' | 'rollback-role';
  /** Reads what follows the verb; never throws. */
  readonly parse: (text: string) => Parsed<Content>;
};
