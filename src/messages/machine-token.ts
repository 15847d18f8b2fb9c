// The warning on a card about the server's token for ghcr.io.
import type { PromotionView } from './promotion-view.ts';
import { code } from './escape.ts';
import { formatTime } from './format.ts';

/** GitHub's form for a classic token with only the needed scope; GitHub's own link also ticks `repo`. */
export const TOKEN_FORM = 'https://github.com/settings/tokens/new?scopes=write:packages';

/** Markdown; may be empty. */
export function tokenWarningText({ tokenWarning }: Pick<PromotionView, 'tokenWarning'>): string {
  if (tokenWarning === null) return '';
  const hint = `The operator of this server can replace ${code('GHCR_TOKEN')}.`;
  switch (tokenWarning.kind) {
    case 'refused':
      return `**GitHub no longer accepts this server’s token for ghcr.io**, so no tag can be moved. ${hint}`;
    case 'expires':
      return `**This server’s token for ghcr.io expires ${formatTime(tokenWarning.at)}**. After that, no tag can be moved. ${hint}`;
    case 'can-comment': {
      const who = code(tokenWarning.login);
      const form = `The operator can replace it with a token that can't: ${TOKEN_FORM}`;
      return tokenWarning.isKnown
        ? `Approvals by ${who} do not count: this server’s token for ghcr.io belongs to ${who} and can also comment. ${form}`
        : `The scopes of this server’s token for ghcr.io are unknown. If it can comment, its holder can approve as ${who}. ${form}`;
    }
  }
}
