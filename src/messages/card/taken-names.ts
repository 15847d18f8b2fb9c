// Warns that a name of the policy belongs to another account now, which can't approve.
import type { TakenName } from '../../domain/policy/pinned-name.ts';
import { code } from '../escape.ts';
import { formatTime } from '../format.ts';
import type { PromotionView } from '../promotion-view.ts';

/** One line each; empty unless it waits for approval. */
export function renderTakenNames({ promotion, takenNames }: Pick<PromotionView, 'promotion' | 'takenNames'>): string {
  if (promotion.state.kind !== 'awaiting-approval') return '';
  return takenNames.map((taken) => `⚠ ${takenNameWords(taken)} ${takenNameHint(taken, code)}`).join('\n\n');
}

/** `markup` formats literal text on the page. */
export function takenNameWords({ kind, name, id, firstUsed, holder }: TakenName, markup = code): string {
  const pinned = `${markup(name)} was pinned as #${id} on ${formatTime(firstUsed)};`;
  return kind === 'user'
    ? `${pinned} the login now belongs to another account, #${holder}, which can’t approve.`
    : `${pinned} the slug now belongs to another App, #${holder}, whose comments can’t approve.`;
}

export function takenNameHint({ name, holder }: TakenName, markup: (text: string) => string): string {
  return `If that is right, write ${markup(`${name}#${holder}`)} in the policy file.`;
}
