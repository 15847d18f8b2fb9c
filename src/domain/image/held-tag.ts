// Which tags prove that an environment held their digest: rollback tags and kept tags, ours or those of an earlier workflow.
import type { EnvironmentPolicy, Policy } from '../policy/policy.ts';
import type { Digest, Tag } from './reference.ts';
import { commitHexOf } from '../rules/tag-commit.ts';

/** A write of our journal to a tag that is never moved. */
export type TagWriter = {
  readonly tag: Tag;
  readonly kind: 'rollback' | 'permanent';
  readonly target: Digest;
  readonly repoId: number;
  readonly environment: string;
  /** Whether the promotion that wrote it reached production. */
  readonly promoted: boolean;
};

/** The tags of a policy's environment. */
export type HeldTagPlace = {
  readonly repoId: number;
  readonly environment: EnvironmentPolicy;
  readonly policy: Policy;
};

/**
 * True where the tag's name, or the journal, proves that the environment held `digest`. A tag that our journal knows is
 * judged by the journal alone: a kept tag is written before production moves, and that promotion may have failed.
 */
export function provesHeld(
  { tag, digest }: { readonly tag: Tag; readonly digest: Digest },
  { place, writers }: { readonly place: HeldTagPlace; readonly writers: readonly TagWriter[] },
): boolean {
  const known = writers.filter((writer) => writer.tag === tag);
  if (known.length === 0) return isHeldTagName(tag, place);
  return known.some(
    ({ repoId, environment, target, kind, promoted }) =>
      repoId === place.repoId &&
      environment === place.environment.name &&
      target === digest &&
      (kind === 'rollback' || promoted),
  );
}

/** True for a name that this environment gives to what it held: `rollback-…`, or by its template of kept tags. */
export function isHeldTagName(
  tag: Tag,
  { environment, policy }: Pick<HeldTagPlace, 'environment' | 'policy'>,
): boolean {
  if (tag.startsWith('rollback-')) return environment.rollbackTags;
  if (environment.keepAs === null) return false;
  const prefixes = [policy.staging.tagPrefix, policy.hotfix.tagPrefix];
  const namesCommit = (text: string): boolean => prefixes.some((prefix) => commitHexOf(text, prefix) !== null);
  const source = sourceIn(tag, environment.keepAs);
  // `{source}` alone as a template: then the tag is a staging tag as well, and proves nothing.
  return source !== null && namesCommit(source) && !namesCommit(tag);
}

/** Until when the environment held what `rollback-<YYYYMMDD-HHMMSS>-…` keeps; null for a name without a time. */
export function heldUntil(tag: Tag): number | null {
  const [, year, month, day, hour, minute, second] =
    /^rollback-(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)-./.exec(tag) ?? [];
  if (second === undefined) return null;
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(at) ? null : at;
}

/** What stands for `{source}` in a tag made by this template, or null. */
function sourceIn(tag: Tag, template: string): string | null {
  const parts = template.split('{source}');
  const length = (tag.length - parts.join('').length) / (parts.length - 1);
  if (!Number.isInteger(length) || length < 1) return null;
  const start = parts[0]?.length ?? 0;
  const source = tag.slice(start, start + length);
  return parts.join(source) === tag ? source : null;
}
