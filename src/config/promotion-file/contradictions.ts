// Finds contradictions in a policy whose values are valid one by one.
import type { EnvironmentPolicy, Policy } from '../../domain/policy/policy.ts';
import type { PromotionFile } from './schema.ts';
import type { PolicyMistake } from '../../domain/policy/policy-problem.ts';
import { shorten, type FilePath, type Problem } from './problem.ts';
import { isReserved } from './values.ts';

export function findContradictions(policy: Policy, file: PromotionFile): readonly Problem[] {
  return [
    ...findSourceClash(policy, file),
    ...findSharedTags(policy.environments),
    ...policy.environments.flatMap((environment) => [
      ...findTagsOfSources(environment, policy),
      ...findPermanentFloating(environment, policy),
      ...findTooFewUsers(environment, policy),
    ]),
    ...findEmptyRange(policy),
  ];
}

/** A tag must show the source of its image: hotfixes need force. */
function findSourceClash({ staging, hotfix }: Policy, file: PromotionFile): readonly Problem[] {
  const [a, b] = [staging.tagPrefix, hotfix.tagPrefix];
  if (!belongsTo(a, b) && !belongsTo(b, a)) return [];
  const written = file.hotfix?.tag_prefix === undefined ? 'staging' : 'hotfix';
  return [value([written, 'tag_prefix'], { code: 'prefix-clash', staging: a, hotfix: b })];
}

/** Each floating tag belongs to one environment, once. */
function findSharedTags(environments: readonly EnvironmentPolicy[]): readonly Problem[] {
  const owners = new Map<string, string>();
  return environments.flatMap(({ name, tags }) =>
    tags.flatMap((tag, index) => {
      const owner = owners.get(tag);
      owners.set(tag, owner ?? name);
      if (owner === undefined) return [];
      const about = { tag: shorten(tag), owner: owner === name ? null : shorten(owner) };
      return [value(tagPath(name, index), { code: 'shared-tag', ...about })];
    }),
  );
}

function findTagsOfSources({ name, tags }: EnvironmentPolicy, { staging, hotfix }: Policy): readonly Problem[] {
  if (tags.length === 0) {
    const mistake = { code: 'no-default-tag', environment: shorten(name) } as const;
    return [{ path: ['environments', name], at: 'key', mistake }];
  }
  return tags.flatMap((tag, index) => {
    // Only a default gets here: a written value was refused before.
    if (isReserved(tag)) {
      return [value(tagPath(name, index), { code: 'reserved-default-tag', tag: shorten(tag) })];
    }
    const source = [staging.tagPrefix, hotfix.tagPrefix].find((prefix) => belongsTo(tag, prefix));
    if (source === undefined) return [];
    return [value(tagPath(name, index), { code: 'tag-of-source', tag: shorten(tag), prefix: source })];
  });
}

/** A permanent tag is written once and never moved, so no floating tag may look like one. */
function findPermanentFloating({ name, keepAs }: EnvironmentPolicy, policy: Policy): readonly Problem[] {
  if (keepAs === null) return [];
  const [before = '', after = ''] = keepAs.split('{source}');
  const prefixes = [policy.staging.tagPrefix, policy.hotfix.tagPrefix];
  const taken = policy.environments
    .flatMap(({ tags }) => tags)
    .find((tag) => {
      const source =
        tag.startsWith(before) && tag.endsWith(after) ? tag.slice(before.length, tag.length - after.length) : '';
      return prefixes.some((prefix) => belongsTo(source, prefix));
    });
  if (taken === undefined) return [];
  const mistake = { code: 'keep-as-floating', keepAs: shorten(keepAs), tag: shorten(taken) } as const;
  return [value(['environments', name, 'keep_as'], mistake)];
}

function findTooFewUsers({ name, approvals }: EnvironmentPolicy, { rollback }: Policy): readonly Problem[] {
  const { required, role, users } = approvals;
  const path = ['environments', name, 'approvals', 'users'];
  const seen = new Set<string>();
  const twice = users.flatMap((user, index) => {
    const folded = user.toLowerCase();
    const isTwin = seen.has(folded);
    seen.add(folded);
    return isTwin ? [value([...path, index], { code: 'user-twice', user })] : [];
  });
  if (role !== null || twice.length > 0) return twice;
  const tooFew = (needed: number, kind: 'promotion' | 'rollback'): Problem =>
    value(path, { code: 'too-few-users', needed, listed: users.length, kind });
  if (required > users.length) return [tooFew(required, 'promotion')];
  const forRollback = rollback.approvals.required;
  return forRollback > users.length ? [tooFew(forRollback, 'rollback')] : [];
}

function findEmptyRange({ validation }: Policy): readonly Problem[] {
  const { minBytes, maxBytes } = validation.size;
  if (minBytes <= maxBytes) return [];
  return [value(['validation', 'size', 'min'], { code: 'empty-size-range', minBytes, maxBytes })];
}

/** True for the prefix itself and for what begins with it and a hyphen. */
function belongsTo(tag: string, prefix: string): boolean {
  return tag === prefix || tag.startsWith(`${prefix}-`);
}

function tagPath(environment: string, index: number): FilePath {
  return ['environments', environment, 'tags', index];
}

function value(path: FilePath, mistake: PolicyMistake): Problem {
  return { path, at: 'value', mistake };
}
