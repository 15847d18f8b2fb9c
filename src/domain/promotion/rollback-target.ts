// The targets that `/rollback` accepts, and which words look like one.
import type { Digest, Tag } from '../image/reference.ts';

/** `promotion` is the image that the promotion of this number (`P12`) put there. */
export type RollbackTarget =
  | { readonly kind: 'promotion'; readonly number: number }
  | { readonly kind: 'digest'; readonly digest: Digest }
  | { readonly kind: 'tag'; readonly tag: Tag };

const SHAPES: readonly RegExp[] = [
  /^[Pp]\d+$/,
  /^sha\d+:/i,
  /^rollback-./,
  /^(?:main-)?(?:staging|hotfix)-./,
  /^v?\d+\.\d+\.\d+/,
  // Without a digit it is more likely a name, such as `facade`.
  /^(?=.*\d)[0-9a-f]{6,64}$/i,
];

/** True for a word that can't be meant as an environment: an id, a digest, a tag of ours, a version, a commit. */
export function looksLikeTarget(word: string): boolean {
  return SHAPES.some((shape) => shape.test(word));
}
