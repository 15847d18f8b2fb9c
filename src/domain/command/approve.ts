// `/approve`: a review that lets a promotion go ahead.
import { parseIdArgument } from './only-word.ts';
import { mapValue } from './mistake.ts';
import type { SlashCommand } from './slash-command.ts';

export const approve: SlashCommand<{ readonly kind: 'approve'; readonly id: number | null }> = {
  usage: '/approve [P12]',
  example: '/approve P12',
  answered: 'in-our-threads',
  dependsOnThread: true,
  access: 'reviewers',
  parse: (text) => mapValue(parseIdArgument(text), (id) => ({ kind: 'approve', id })),
};
