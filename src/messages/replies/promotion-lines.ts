// Promotions in a list, each with the command that picks it.
import { COMMANDS, type Verb } from '../../domain/command.ts';
import { formatNumber } from '../../domain/promotion/promotion.ts';
import type { PromotionLine } from '../../domain/refusal.ts';
import { approveLine } from '../card/next-steps.ts';
import { code } from '../escape.ts';
import { plural } from '../format.ts';
import { STATE_CLAUSES } from '../card/state.ts';

const MAX_LINES = 20;

/** One list item each: the command, then what it is. */
export function promotionLines(
  promotions: readonly PromotionLine[],
  toCommand: (line: PromotionLine) => string,
): string {
  const lines = promotions.slice(0, MAX_LINES).map((line) => {
    const { source, environment, state } = line;
    const command = code(toCommand(line));
    return `- ${command}: ${code(source)} → ${code(environment)}, ${STATE_CLAUSES[state].replace(/^is /, '')}`;
  });
  const leftOut = promotions.length - lines.length;
  return [...lines, ...(leftOut > 0 ? [`- and ${plural(leftOut, 'more promotion')}`] : [])].join('\n');
}

/** The line of a command that takes an id, with the id of a promotion. */
export function commandOf(verb: Verb): (line: PromotionLine) => string {
  return ({ number, plan }) => {
    const id = formatNumber(number);
    if (verb === 'approve' && plan !== undefined) return approveLine(number, plan);
    return COMMANDS[verb].usage.replace(/\[P12.*\]/, id);
  };
}
