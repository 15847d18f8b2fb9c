// A tag `staging-<hex>` or `hotfix-<hex>` must hold an image of that commit: its hex is a prefix of the revision.
import type { Lineage } from '../image/image-facts.ts';
import type { Rule } from '../rule.ts';

export const tagCommit: Rule = {
  id: 'tag-commit',
  check: ({ tag, lineage }, { policy }) => {
    const prefixes = [policy.staging.tagPrefix, policy.hotfix.tagPrefix];
    const hex = tag === null ? null : commitHexIn(tag, prefixes);
    if (hex === null || lineage.kind === 'unknown') return [];
    const revision = revisionOf(lineage.value);
    if (revision === null) return [];
    const about = { rule: 'tag-commit', platform: null, wanted: `a revision that begins with ${hex}` } as const;
    const outcome = revision.startsWith(hex) ? 'pass' : 'fail';
    return [{ ...about, outcome, seen: `tag ${tag} holds an image of ${revision}` }];
  },
};

/** The hex of `staging-<hex>` (6 to 64 digits, folded to lower case), or null when the tag names no commit. */
export function commitHexOf(tag: string, prefix: string): string | null {
  if (!tag.startsWith(`${prefix}-`)) return null;
  const hex = tag.slice(prefix.length + 1).toLowerCase();
  return /^[0-9a-f]{6,64}$/.test(hex) ? hex : null;
}

/** The same under any of these prefixes. */
export function commitHexIn(tag: string, prefixes: readonly string[]): string | null {
  return prefixes.map((prefix) => commitHexOf(tag, prefix)).find((hex) => hex !== null) ?? null;
}

function revisionOf(lineage: Lineage): string | null {
  return lineage.kind === 'on-branch' || lineage.kind === 'not-on-branch' ? lineage.commit : null;
}
