// The commit of the image is not older than that of the image which the environment holds.
import { z } from 'zod';
import type { CommitsUnknown } from '../../image/changes.ts';
import { commitSha } from '../../image/reference-schema.ts';
import { findEnvironment } from '../../policy/policy.ts';
import { imageRule, NO_VALUES } from '../../rule.ts';

/** What the environment holds; `promotion` is null where no promotion put it there. */
const held = { environment: z.string(), promotion: z.int().nullable() };

export const order = imageRule({
  id: 'order',
  kinds: ['promotion'],
  facets: ['changes'],
  seen: z.discriminatedUnion('code', [
    z.strictObject({
      code: z.literal('older'),
      ...held,
      commit: commitSha.nullable(),
      /** How many commits the held image has that this one lacks. */
      behind: z.int(),
      /** What `/rollback to` takes for this image; null: it has no name but its digest. */
      rollbackTo: z.string().nullable(),
    }),
    z.strictObject({
      code: z.literal('not-compared'),
      ...held,
      because: z.enum([
        'no-commit',
        'held-names-none',
        'commit-gone',
        'no-common-history',
        'too-large',
        'refused',
      ] satisfies readonly CommitsUnknown[]),
    }),
  ]),
  wanted: NO_VALUES,
}).checkedBy({
  want: () => ({}),
  isOn: ({ environments }) => environments.some((environment) => environment.order !== 'off'),
  // The rule `revision` reports an unknown lineage, and this one can't judge without.
  whenUnknown: (_policy, { lineage }) => (lineage.kind === 'unknown' ? null : 'unknown'),
  check: ({ changes: { value } }, { policy }) => {
    if (value.kind !== 'compared') return [];
    const { environment, held: image, commits, rollbackTo } = value;
    const level = findEnvironment(policy, environment)?.order ?? 'off';
    if (level === 'off') return [];
    const about = { environment, promotion: image.promotion };
    if (commits.kind === 'no-access') {
      const reason = { code: 'no-access', source: 'github', detail: commits.detail } as const;
      return [{ platform: null, outcome: 'unknown', seen: { code: 'unknown', reason } }];
    }
    if (commits.kind === 'unknown') {
      // The rule `revision` reports that the image names none.
      if (commits.because === 'no-commit') return [];
      return [{ platform: null, outcome: 'warn', seen: { code: 'not-compared', ...about, because: commits.because } }];
    }
    const { ahead, behind } = commits;
    if (ahead > 0 || behind === 0) return [];
    // Where no promotion put it there, its commit is only what the image claims: production may have been built from main.
    const outcome = image.promotion === null ? 'warn' : level;
    return [{ platform: null, outcome, seen: { code: 'older', ...about, commit: image.commit, behind, rollbackTo } }];
  },
});
