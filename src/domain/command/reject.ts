// `/reject`: a review that ends a promotion.
import { mistake, value, type Parsed } from './mistake.ts';
import type { SlashCommand } from './slash-command.ts';
import { parsePromotionId, parseReason } from './values.ts';
import { splitFirstWord } from './words.ts';

type Reject = { readonly kind: 'reject'; readonly id: number | null; readonly reason: string };

export const reject: SlashCommand<Reject> = {
  usage: '/reject [P12] <reason>',
  example: '/reject P12 the migration is not backwards compatible',
  answered: 'in-our-threads',
  takesOptions: false,
  dependsOnThread: true,
  access: 'reviewers',
  parse,
};

/** reject = [ id ] reason; the reason is free text to the end of the line, quotes and dashes included */
function parse(text: string): Parsed<Reject> {
  const first = splitFirstWord(text);
  if (first === null) return mistake({ code: 'missing-argument', argument: 'reason' });
  const id = parsePromotionId(first.word);
  if (id?.kind === 'mistake') return id;
  if (id !== null && first.rest === '') return mistake({ code: 'missing-argument', argument: 'reason' });
  const reason = parseReason(id === null ? text : first.rest);
  return reason.kind === 'mistake' ? reason : value({ kind: 'reject', id: id?.value ?? null, reason: reason.value });
}
