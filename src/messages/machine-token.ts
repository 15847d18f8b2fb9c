// The line on a card while the server's token for ghcr.io is about to end: the operator hears of it where people look.
import type { PromotionView } from './promotion-view.ts';
import { code } from './escape.ts';
import { formatTime } from './format.ts';

/** Markdown; nothing where nothing is about to end. */
export function tokenWarningText({ tokenWarning }: Pick<PromotionView, 'tokenWarning'>): string {
  if (tokenWarning === null) return '';
  const hint = `The operator of this server can put a new one into ${code('GHCR_TOKEN')}.`;
  switch (tokenWarning.kind) {
    case 'refused':
      return `**GitHub does not accept this server’s token for ghcr.io any more**, so no tag can be moved. ${hint}`;
    case 'expires':
      return `**This server’s token for ghcr.io expires at ${formatTime(tokenWarning.at)}**; after that no tag can be moved. ${hint}`;
  }
}
