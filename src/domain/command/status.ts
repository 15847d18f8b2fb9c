// `/status`: shows a promotion or an environment.
import { mapValue, type Parsed } from './mistake.ts';
import { parseOnlyWord } from './only-word.ts';
import type { SlashCommand } from './slash-command.ts';
import { parseEnvironment, parsePromotionId } from './values.ts';

/** At most one of the two is given. */
type Subject = { readonly id: number | null; readonly environment: string | null };

export const status: SlashCommand<{ readonly kind: 'status' } & Subject> = {
  usage: '/status [P12|<environment>]',
  example: '/status production',
  answered: 'everywhere',
  takesOptions: false,
  dependsOnThread: false,
  access: 'write',
  parse: (text) => mapValue(parseSubject(text), (subject) => ({ kind: 'status', ...subject })),
};

/** status = [ id / environment ] */
function parseSubject(text: string): Parsed<Subject> {
  return parseOnlyWord<Subject>(text, { id: null, environment: null }, (word) => {
    const id = parsePromotionId(word);
    if (id !== null) return mapValue(id, (number) => ({ id: number, environment: null }));
    return mapValue(parseEnvironment(word), (environment) => ({ id: null, environment }));
  });
}
