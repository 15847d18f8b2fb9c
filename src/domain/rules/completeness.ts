// Every manifest, config and layer of every runnable platform must be there: a tag on a broken index can't be pulled.
import type { Rule } from '../rule.ts';

export const completeness: Rule = {
  id: 'completeness',
  check: ({ missing, platforms, alternative }) => {
    const instead = alternative === null ? '' : `; ${alternative.name} has all of it: ${alternative.line}`;
    const wanted = `every manifest, config and layer of each platform is in the registry${instead}`;
    const about = { rule: 'completeness', platform: null, wanted } as const;
    // What can't be pulled can't run: force has no say here.
    const final = true;
    if (missing.kind === 'unknown') return [{ ...about, outcome: 'unknown', seen: missing.reason, final }];
    if (platforms.length === 0) return [{ ...about, outcome: 'fail', seen: 'no platform that can run', final }];
    const seen = missing.value.map(({ part, platform, digest }) => `${platform}: ${part} ${digest} is missing`);
    if (seen.length > 0) return [{ ...about, outcome: 'fail', seen: seen.join('; '), final }];
    return [{ ...about, outcome: 'pass', seen: `complete for ${platforms.map((p) => p.platform).join(', ')}` }];
  },
};
