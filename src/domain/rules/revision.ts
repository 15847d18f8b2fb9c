// The `revision` label or annotation is a commit of the staging or production branch: GitHub serves fork commits too, so existence proves nothing.
import { z } from 'zod';
import { REVISION_LABEL } from '../image/image-facts.ts';
import { commitSha } from '../image/reference-schema.ts';
import { outsideText, outsideTexts } from '../outside-text.ts';
import { imageRule, KINDS_OF_NEW_IMAGES, NO_VALUES, type RuleContext } from '../rule.ts';
import { levelWhenMissing } from './source.ts';

export const revision = imageRule({
  id: 'revision',
  kinds: KINDS_OF_NEW_IMAGES,
  facets: ['lineage'],
  seen: z.discriminatedUnion('code', [
    z.strictObject({ code: z.literal('label-missing') }),
    z.strictObject({ code: z.literal('malformed'), label: outsideText }),
    z.strictObject({ code: z.literal('claims-disagree'), claims: outsideTexts }),
    z.strictObject({ code: z.literal('platforms-disagree'), labels: outsideTexts }),
    z.strictObject({
      code: z.literal('not-on-branch'),
      commit: commitSha,
      branches: z.array(z.string()).readonly(),
      /** Branches of the policy that the repository does not have, with the keys that name them. */
      missing: z
        .array(z.strictObject({ branch: z.string(), key: z.string() }))
        .readonly()
        .exactOptional(),
    }),
    z.strictObject({ code: z.literal('on-branch'), commit: commitSha, branch: z.string() }),
  ]),
  wanted: NO_VALUES,
}).checkedBy({
  want: () => ({}),
  check: ({ lineage: { value } }, context) => {
    const about = { platform: null } as const;
    switch (value.kind) {
      case 'no-revision': {
        const level = levelWhenMissing(context, REVISION_LABEL);
        return level === 'off' ? [] : [{ ...about, outcome: level, seen: { code: 'label-missing' } }];
      }
      case 'malformed':
        return [{ ...about, outcome: 'fail', seen: { code: 'malformed', label: value.seen } }];
      case 'claims-disagree':
        return [{ ...about, outcome: 'fail', seen: { code: 'claims-disagree', claims: value.seen } }];
      case 'platforms-disagree': {
        const labels = value.seen.map((label) => label ?? 'none');
        return [{ ...about, outcome: 'fail', seen: { code: 'platforms-disagree', labels } }];
      }
      case 'not-on-branch': {
        const { commit, branches } = value;
        const missing = value.missing.map((branch) => ({ branch, key: keyOf(branch, context) }));
        const seen = { code: 'not-on-branch', commit, branches, ...(missing.length === 0 ? {} : { missing }) } as const;
        return [{ ...about, outcome: 'fail', seen }];
      }
      case 'on-branch':
        return [{ ...about, outcome: 'pass', seen: { code: 'on-branch', commit: value.commit, branch: value.branch } }];
    }
  },
});

/** The key of the policy file that names this branch; several environments may. */
function keyOf(branch: string, { policy }: RuleContext): string {
  if (branch === policy.staging.branch) return 'staging.branch';
  const environment = policy.environments.find((one) => one.branch === branch);
  return environment === undefined ? 'hotfix.branch' : `environments.${environment.name}.branch`;
}
