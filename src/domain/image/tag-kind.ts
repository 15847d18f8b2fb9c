// What a tag is to a repository's policy: it stands for an environment, is a source, keeps an image, or is none of these.
import semver from 'semver';
import { isHeldTagName } from './held-tag.ts';
import type { Policy } from '../policy/policy.ts';
import type { Tag } from './reference.ts';

export type TagKind =
  | { readonly kind: 'environment'; readonly environment: string }
  | { readonly kind: 'staging' | 'hotfix' | 'permanent' | 'rollback' | 'version' | 'other' };

/** By its name alone: what the journal knows better is another matter. */
export function kindOfTag(tag: Tag, policy: Policy): TagKind {
  const environment = policy.environments.find(({ tags }) => tags.includes(tag));
  if (environment !== undefined) return { kind: 'environment', environment: environment.name };
  if (tag.startsWith('rollback-')) return { kind: 'rollback' };
  if (policy.environments.some((place) => isHeldTagName(tag, { environment: place, policy })))
    return { kind: 'permanent' };
  if (isOf(tag, policy.staging.tagPrefix)) return { kind: 'staging' };
  if (isOf(tag, policy.hotfix.tagPrefix)) return { kind: 'hotfix' };
  return { kind: semver.valid(tag) === null ? 'other' : 'version' };
}

function isOf(tag: Tag, prefix: string): boolean {
  return tag === prefix || tag.startsWith(`${prefix}-`);
}
