// A tag `staging-<hex>` or `hotfix-<hex>` must hold an image of that commit: its hex is a prefix of the revision.
import { z } from 'zod';
import type { Lineage } from '../image/image-facts.ts';
import { commitSha, tag as tagSchema } from '../image/reference-schema.ts';
import type { CommitSha } from '../image/reference.ts';
import { imageRule, KINDS_OF_NEW_IMAGES, NO_VALUES } from '../rule.ts';

export const tagCommit = imageRule({
  id: 'tag-commit',
  kinds: KINDS_OF_NEW_IMAGES,
  facets: ['lineage'],
  /** `hex`: the commit that the tag names, as far as it names it. */
  seen: z.strictObject({ code: z.literal('tag'), tag: tagSchema, hex: z.string(), commit: commitSha }),
  wanted: NO_VALUES,
}).checkedBy({
  want: () => ({}),
  // The rule `revision` reports it.
  whenUnknown: () => null,
  check: ({ tag, lineage }, { policy }) => {
    const commit = revisionOf(lineage.value);
    const hex = tag === null ? null : commitHexIn(tag, [policy.staging.tagPrefix, policy.hotfix.tagPrefix]);
    if (tag === null || hex === null || commit === null) return [];
    const outcome = commit.startsWith(hex) ? 'pass' : 'fail';
    return [{ platform: null, outcome, seen: { code: 'tag', tag, hex, commit } }];
  },
});

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

function revisionOf(lineage: Lineage): CommitSha | null {
  return lineage.kind === 'on-branch' || lineage.kind === 'not-on-branch' ? lineage.commit : null;
}
