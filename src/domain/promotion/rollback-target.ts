// What a rollback may be told to go back to, and which words look like it.
import type { NamedImage } from '../image/image-source.ts';
import type { Digest, Tag } from '../image/reference.ts';

/** `promotion` is the image that the promotion of this number (`P12`) put there. */
export type RollbackTarget =
  | { readonly kind: 'promotion'; readonly number: number }
  | { readonly kind: 'digest'; readonly digest: Digest }
  | { readonly kind: 'tag'; readonly tag: Tag }
  | NamedImage;

const SHAPES: readonly RegExp[] = [
  /^[Pp]\d+$/,
  // A digest, an image with its name, a URL.
  /[/:@]/,
  /^rollback-./,
  /^(?:main-)?(?:staging|hotfix)-./,
  /^v?\d+\.\d+\.\d+/,
  // Without a digit it is more likely a name, such as `facade`.
  /^(?=.*\d)[0-9a-f]{6,64}$/i,
];

/** True for a word that can't be meant as an environment: an id, a digest, a tag of ours, a version, a commit. */
export function hasTargetForm(word: string): boolean {
  return SHAPES.some((shape) => shape.test(word));
}
