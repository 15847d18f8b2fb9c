// Finds what can't go together in a policy whose every single value is legal.
import type { EnvironmentPolicy, Policy } from '../../domain/policy/policy.ts';
import type { PromotionFile } from './schema.ts';
import { quote, type FilePath, type Problem } from './problem.ts';
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

/** A tag must tell where its image comes from: hotfixes take force. */
function findSourceClash({ staging, hotfix }: Policy, file: PromotionFile): readonly Problem[] {
  const [a, b] = [staging.tagPrefix, hotfix.tagPrefix];
  if (!belongsTo(a, b) && !belongsTo(b, a)) return [];
  const message = `tags of ${quote(b)} could not be told from tags of ${quote(a)}: the prefixes of staging and hotfix must differ, and neither may begin with the other and a hyphen`;
  const written = file.hotfix?.tag_prefix === undefined ? 'staging' : 'hotfix';
  return [value([written, 'tag_prefix'], message)];
}

/** Each floating tag belongs to one environment, once. */
function findSharedTags(environments: readonly EnvironmentPolicy[]): readonly Problem[] {
  const owners = new Map<string, string>();
  return environments.flatMap(({ name, tags }) =>
    tags.flatMap((tag, index) => {
      const owner = owners.get(tag);
      owners.set(tag, owner ?? name);
      if (owner === undefined) return [];
      const where = owner === name ? 'in this list' : `to environment ${quote(owner)}`;
      return [
        value(tagPath(name, index), `the floating tag ${quote(tag)} belongs ${where} already: one tag, one place`),
      ];
    }),
  );
}

function findTagsOfSources({ name, tags }: EnvironmentPolicy, { staging, hotfix }: Policy): readonly Problem[] {
  if (tags.length === 0) {
    return [{ path: ['environments', name], at: 'key', message: `${quote(name)} is no legal tag, so write tags here` }];
  }
  return tags.flatMap((tag, index) => {
    // Only a default gets here: one that is written was refused before.
    if (isReserved(tag)) {
      const message = `the floating tag ${quote(tag)}, which is the default, would be taken for one that never moves: write tags here`;
      return [value(tagPath(name, index), message)];
    }
    const source = [staging.tagPrefix, hotfix.tagPrefix].find((prefix) => belongsTo(tag, prefix));
    if (source === undefined) return [];
    const message = `the floating tag ${quote(tag)} would be taken for an image of ${quote(source)}: write one that is not ${source} and does not begin with ${source}-`;
    return [value(tagPath(name, index), message)];
  });
}

/** A kept tag is written once and never moved, so no floating tag may look like one. */
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
  return [
    value(['environments', name, 'keep_as'], `${quote(keepAs)} could become ${quote(taken)}, which is a floating tag`),
  ];
}

function findTooFewUsers({ name, approvals }: EnvironmentPolicy, { rollback }: Policy): readonly Problem[] {
  const { required, role, users } = approvals;
  const path = ['environments', name, 'approvals', 'users'];
  const seen = new Set<string>();
  const twice = users.flatMap((user, index) => {
    const folded = user.toLowerCase();
    const isTwin = seen.has(folded);
    seen.add(folded);
    return isTwin ? [value([...path, index], `${quote(user)} is listed twice: logins are compared without case`)] : [];
  });
  if (role !== null || twice.length > 0) return twice;
  const listed = `${users.length} ${users.length === 1 ? 'person' : 'people'}`;
  const tooMany = (needed: number, what: string): string =>
    `${needed} people must approve ${what}, but only ${listed} may: list more of them, ask for fewer, or write a role`;
  if (required > users.length) return [value(path, tooMany(required, 'a promotion'))];
  const forRollback = rollback.approvals.required;
  return forRollback > users.length ? [value(path, tooMany(forRollback, 'a rollback'))] : [];
}

function findEmptyRange({ validation }: Policy): readonly Problem[] {
  const { minBytes, maxBytes } = validation.size;
  if (minBytes <= maxBytes) return [];
  const message = `the minimum (${minBytes} bytes) is over the maximum (${maxBytes} bytes)`;
  return [value(['validation', 'size', 'min'], message)];
}

/** True for the prefix itself and for what begins with it and a hyphen. */
function belongsTo(tag: string, prefix: string): boolean {
  return tag === prefix || tag.startsWith(`${prefix}-`);
}

function tagPath(environment: string, index: number): FilePath {
  return ['environments', environment, 'tags', index];
}

function value(path: FilePath, message: string): Problem {
  return { path, at: 'value', message };
}
