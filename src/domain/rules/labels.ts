// The labels that the policy asks for are there; `source` and `revision` have rules of their own, which look at the value too.
import { REVISION_LABEL, SOURCE_LABEL } from '../image/image-facts.ts';
import type { Rule } from '../rule.ts';

export const labels: Rule = {
  id: 'labels',
  check: ({ platforms }, { policy }) => {
    const { level, required } = policy.validation.labels;
    const wanted = required.filter((label) => label !== SOURCE_LABEL && label !== REVISION_LABEL);
    if (level === 'off' || wanted.length === 0) return [];
    return platforms.map(({ platform, config }) => {
      const about = { rule: 'labels', platform, wanted: `labels ${wanted.join(', ')}` } as const;
      if (config.kind === 'unknown') return { ...about, outcome: 'unknown', seen: config.reason };
      const { labels: seen } = config.value;
      const missing = wanted.filter((label) => (Object.hasOwn(seen, label) ? seen[label] : '') === '');
      if (missing.length > 0) return { ...about, outcome: level, seen: `missing: ${missing.join(', ')}` };
      return { ...about, outcome: 'pass', seen: 'all are set' };
    });
  },
};
