// Decides what a tag is in a policy: floating, a source, permanent, or none of these.
import semver from 'semver';
import type { EnvironmentPolicy, Policy } from '../policy/policy.ts';
import { commitHexOf } from '../rules/tag-commit.ts';
import type { Tag } from './reference.ts';

export type TagKind =
  | { readonly kind: 'environment'; readonly environment: string }
  | { readonly kind: 'staging' | 'hotfix' | 'permanent' | 'rollback' | 'version' | 'other' };

/** Decides by the name alone, without the journal. */
export function kindOfTag(tag: Tag, policy: Policy): TagKind {
  const environment = policy.environments.find(({ tags }) => tags.includes(tag));
  if (environment !== undefined) return { kind: 'environment', environment: environment.name };
  if (tag.startsWith('rollback-')) return { kind: 'rollback' };
  if (policy.environments.some((place) => isPermanent(tag, place, policy))) return { kind: 'permanent' };
  if (isOf(tag, policy.staging.tagPrefix)) return { kind: 'staging' };
  if (isOf(tag, policy.hotfix.tagPrefix)) return { kind: 'hotfix' };
  return { kind: isVersion(tag) ? 'version' : 'other' };
}

export function isVersion(tag: Tag): boolean {
  return semver.valid(tag) !== null;
}

function isOf(tag: Tag, prefix: string): boolean {
  return tag === prefix || tag.startsWith(`${prefix}-`);
}

/** True for a permanent tag that the environment's template makes. */
function isPermanent(tag: Tag, { keepAs }: EnvironmentPolicy, policy: Policy): boolean {
  if (keepAs === null) return false;
  const prefixes = [policy.staging.tagPrefix, policy.hotfix.tagPrefix];
  const namesCommit = (text: string): boolean => prefixes.some((prefix) => commitHexOf(text, prefix) !== null);
  const source = sourceIn(tag, keepAs);
  // `{source}` alone as a template: then the tag is a staging tag as well.
  return source !== null && namesCommit(source) && !namesCommit(tag);
}

/** The value of `{source}` in a tag made by this template, or null. */
function sourceIn(tag: Tag, template: string): string | null {
  const parts = template.split('{source}');
  const length = (tag.length - parts.join('').length) / (parts.length - 1);
  if (!Number.isInteger(length) || length < 1) return null;
  const start = parts[0]?.length ?? 0;
  const source = tag.slice(start, start + length);
  return parts.join(source) === tag ? source : null;
}
