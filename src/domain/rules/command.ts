// An image without Entrypoint and Cmd starts nothing.
import type { Rule } from '../rule.ts';

export const command: Rule = {
  id: 'command',
  check: ({ platforms }, { policy }) => {
    const level = policy.validation.command;
    if (level === 'off') return [];
    return platforms.map(({ platform, config }) => {
      const about = { rule: 'command', platform, wanted: 'Entrypoint or Cmd' } as const;
      if (config.kind === 'unknown') return { ...about, outcome: 'unknown', seen: config.reason };
      const { entrypoint, cmd } = config.value;
      if (entrypoint.length + cmd.length === 0) return { ...about, outcome: level, seen: 'neither is set' };
      return { ...about, outcome: 'pass', seen: entrypoint.length > 0 ? 'Entrypoint is set' : 'Cmd is set' };
    });
  },
};
