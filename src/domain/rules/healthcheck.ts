// An image tells how to see that it works; `["NONE"]` takes a base image's check away, and an empty one inherits nothing.
import type { Rule } from '../rule.ts';

export const healthcheck: Rule = {
  id: 'healthcheck',
  check: ({ platforms }, { policy }) => {
    const level = policy.validation.healthcheck;
    if (level === 'off') return [];
    return platforms.map(({ platform, config }) => {
      const about = { rule: 'healthcheck', platform, wanted: 'a HEALTHCHECK' } as const;
      if (config.kind === 'unknown') return { ...about, outcome: 'unknown', seen: config.reason };
      const [kind] = config.value.healthcheck ?? [];
      if (kind === undefined) return { ...about, outcome: level, seen: 'none is set' };
      if (kind === 'NONE') return { ...about, outcome: level, seen: 'NONE: it is switched off' };
      return { ...about, outcome: 'pass', seen: 'it is set' };
    });
  },
};
