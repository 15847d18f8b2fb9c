// The `revision` label is a commit of the staging or production branch: GitHub serves fork commits too, so existence proves nothing.
import { REVISION_LABEL, type Lineage } from '../image/image-facts.ts';
import type { Finding, Outcome, Rule } from '../rule.ts';
import { levelWhenMissing } from './source.ts';

export const revision: Rule = {
  id: 'revision',
  check: ({ lineage }, context) => {
    const about = {
      rule: 'revision',
      platform: null,
      wanted: `label ${REVISION_LABEL} = a full commit id on the staging or production branch`,
    } as const;
    if (lineage.kind === 'unknown') return [{ ...about, outcome: 'unknown', seen: lineage.reason }];
    if (lineage.value.kind === 'no-revision') {
      const level = levelWhenMissing(context, REVISION_LABEL);
      return level === 'off' ? [] : [{ ...about, outcome: level, seen: 'no such label' }];
    }
    return [{ ...about, ...judge(lineage.value) }];
  },
};

function judge(lineage: Exclude<Lineage, { kind: 'no-revision' }>): Pick<Finding, 'outcome' | 'seen'> {
  switch (lineage.kind) {
    case 'malformed':
      return { outcome: 'fail', seen: lineage.seen };
    case 'platforms-disagree':
      return { outcome: 'fail', seen: `the platforms name different commits: ${lineage.seen.join(', ')}` };
    case 'not-on-branch':
      return { outcome: 'fail', seen: `${lineage.commit}, which is not on ${lineage.branches.join(' or ')}` };
    case 'on-branch':
      return { outcome: 'pass' satisfies Outcome, seen: `${lineage.commit}, on ${lineage.branch}` };
  }
}
