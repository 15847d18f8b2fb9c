// Decides which file names are a mistaken `.github/promotion.yml`.
import { isOneEdit } from '../edit-distance.ts';
import { POLICY_PATH } from './policy.ts';

export const POLICY_FOLDER = '.github';

/** `certain`: the name alone shows what is meant. `possible`: the text decides. */
export type NameLikeness = 'certain' | 'possible';

const NAME = /^\.?([a-z][a-z_-]{0,30})((?:\.(?:ya?ml|json5?|txt))*)$/;

/**
 * What a file name, without its folder, shows. Null for all others, such as `promotion.yml.bak`: somebody put that aside
 * on purpose. `promotion.yml` itself is right in `.github/` and a mistake elsewhere.
 */
export function likenessOf(name: string): NameLikeness | null {
  const [, stem = '', endings = ''] = NAME.exec(name.trim().toLowerCase()) ?? [];
  if (stem === 'promotion' && !name.startsWith('.') && (endings === '.yml' || endings === '.yaml')) return 'certain';
  return stem === 'promotion' || stem === 'imprimatur' || isOneEdit(stem, 'promotion') ? 'possible' : null;
}

/** Whether a change of the file at this path, from the root, can change the policy or that it is found. */
export function isPolicyPath(path: string): boolean {
  if (path === POLICY_PATH) return true;
  const [name = '', folder = '', ...more] = path.split('/').toReversed();
  if (more.length > 0) return false;
  return folder === '' ? likenessOf(name) === 'certain' : isPolicyFolder(folder) && likenessOf(name) !== null;
}

/** Git distinguishes upper and lower case, and GitHub reads `.github` only. */
export function isPolicyFolder(name: string): boolean {
  return name.toLowerCase() === POLICY_FOLDER;
}
