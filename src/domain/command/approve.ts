// `/approve`: a review that approves a promotion.
import { PLAN_ID } from '../promotion/approval.ts';
import { parseBareWord, surplus } from './only-word.ts';
import { mistake, value, type Parsed } from './mistake.ts';
import type { SlashCommand } from './slash-command.ts';
import { parsePlainWord, parsePromotionId } from './values.ts';
import { readWords } from './words.ts';

type Approve = {
  readonly kind: 'approve';
  readonly id: number | null;
  /** The plan that is approved, if the line names one. */
  readonly plan: string | null;
};

export const approve: SlashCommand<Approve> = {
  usage: '/approve [P12 [plan]]',
  example: '/approve P12 ab12cd34ef56',
  answered: 'in-our-threads',
  takesOptions: false,
  dependsOnThread: true,
  access: 'reviewers',
  parse,
};

/** approve = [ id [ plan ] ] */
function parse(text: string): Parsed<Approve> {
  const read = readWords(text);
  if (read.kind === 'mistake') return read;
  const [first, second, third] = read.value;
  if (first === undefined) return value({ kind: 'approve', id: null, plan: null });
  const id = parseBareWord(first, (word) => parsePromotionId(word) ?? mistake(surplusOf(word)));
  if (id.kind === 'mistake') return id;
  if (second === undefined) return value({ kind: 'approve', id: id.value, plan: null });
  const plan = parseBareWord(second, parsePlan);
  if (plan.kind === 'mistake') return plan;
  if (third !== undefined) return parseBareWord(third, (word) => mistake(surplus(word)));
  return value({ kind: 'approve', id: id.value, plan: plan.value });
}

/** plan = 12HEXDIG, perhaps in backticks */
function parsePlan(word: string): Parsed<string> {
  const plain = parsePlainWord(word);
  if (plain.kind === 'mistake') return plain;
  const plan = plain.value.toLowerCase();
  if (PLAN_ID.test(plan)) return value(plan);
  return mistake(/^[0-9a-f]{6,64}$/.test(plan) ? { code: 'plan-length', typed: word } : surplus(word));
}

function surplusOf(word: string): ReturnType<typeof surplus> {
  return PLAN_ID.test(word.replaceAll('`', '').toLowerCase())
    ? { code: 'plan-without-id', typed: word }
    : surplus(word);
}
