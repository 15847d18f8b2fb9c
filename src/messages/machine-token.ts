// The line on a card while the server's token for ghcr.io is about to end: the operator hears of it where people look.
import type { PromotionView } from './promotion-view.ts';
import { code } from './escape.ts';
import { formatTime } from './format.ts';

/** GitHub's form for a classic token, with the one scope that is needed; its own link ticks `repo` as well. */
export const TOKEN_FORM = 'https://github.com/settings/tokens/new?scopes=write:packages';

/** Markdown; nothing where nothing is about to end. */
export function tokenWarningText({ tokenWarning }: Pick<PromotionView, 'tokenWarning'>): string {
  if (tokenWarning === null) return '';
  const hint = `The operator of this server can put a new one into ${code('GHCR_TOKEN')}.`;
  switch (tokenWarning.kind) {
    case 'refused':
      return `**GitHub does not accept this server’s token for ghcr.io any more**, so no tag can be moved. ${hint}`;
    case 'expires':
      return `**This server’s token for ghcr.io expires at ${formatTime(tokenWarning.at)}**; after that no tag can be moved. ${hint}`;
    case 'can-comment': {
      const who = code(tokenWarning.login);
      const form = `Its operator can make one without: ${TOKEN_FORM}`;
      return tokenWarning.isKnown
        ? `Approvals by ${who} do not count: this server’s token for ghcr.io is theirs, and can also comment. ${form}`
        : `GitHub does not tell what this server’s token for ghcr.io may do. If it can comment, whoever has it can write approvals as ${who}. ${form}`;
    }
  }
}
