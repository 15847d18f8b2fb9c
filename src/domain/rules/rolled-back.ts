// An image that a rollback took production off is promoted again: that may be meant, so it warns.
import { formatNumber } from '../promotion/promotion.ts';
import type { Rule } from '../rule.ts';

export const rolledBack: Rule = {
  id: 'rolled-back',
  check: ({ rolledBackBy }) => {
    if (rolledBackBy === null) return [];
    const seen = `${formatNumber(rolledBackBy)} rolled this image back`;
    const wanted = 'an image that no rollback has left';
    return [{ rule: 'rolled-back', platform: null, outcome: 'warn', seen, wanted }];
  },
};
