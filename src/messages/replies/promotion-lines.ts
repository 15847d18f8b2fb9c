// Promotions in a list, each with the command that picks it.
import { formatNumber } from '../../domain/promotion/promotion.ts';
import type { PromotionLine } from '../../domain/refusal.ts';
import { code } from '../escape.ts';
import { plural } from '../format.ts';
import { STATE_CLAUSES } from '../card/state.ts';

const MAX_LINES = 20;

/** One list item each: the command (made from `P12`), then what it is. */
export function promotionLines(promotions: readonly PromotionLine[], toCommand: (id: string) => string): string {
  const lines = promotions.slice(0, MAX_LINES).map(({ number, source, environment, state }) => {
    const command = code(toCommand(formatNumber(number)));
    return `- ${command}: ${code(source)} → ${code(environment)}, ${STATE_CLAUSES[state]}`;
  });
  const leftOut = promotions.length - lines.length;
  return [...lines, ...(leftOut > 0 ? [`- and ${plural(leftOut, 'more promotion')}`] : [])].join('\n');
}
