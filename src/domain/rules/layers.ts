// Not more layers than a host can mount, and a history that tells of as many layers as there are.
import type { PlatformFacts } from '../image/image-facts.ts';
import type { Finding, Outcome, Rule } from '../rule.ts';

export const layers: Rule = {
  id: 'layers',
  check: ({ platforms }, { policy }) => {
    const { level, max } = policy.validation.layers;
    if (level === 'off') return [];
    return platforms.map((platform) => layersOf(platform, { max, bad: level }));
  },
};

function layersOf(facts: PlatformFacts, limit: { readonly max: number; readonly bad: Outcome }): Finding {
  const { platform, layerCount, config } = facts;
  const about = {
    rule: 'layers',
    platform,
    wanted: `at most ${limit.max} layers, and a history that agrees`,
  } as const;
  if (layerCount.kind === 'unknown') return { ...about, outcome: 'unknown', seen: layerCount.reason };
  if (config.kind === 'unknown') return { ...about, outcome: 'unknown', seen: config.reason };
  const count = layerCount.value;
  const { historyLayers, diffIds } = config.value;
  if (count > limit.max) return { ...about, outcome: limit.bad, seen: plural(count) };
  if (diffIds !== count) {
    return { ...about, outcome: limit.bad, seen: `${plural(count)}, but the config lists ${diffIds} diff ids` };
  }
  if (historyLayers !== null && historyLayers !== count) {
    return { ...about, outcome: limit.bad, seen: `${plural(count)}, but the history tells of ${historyLayers}` };
  }
  return { ...about, outcome: 'pass', seen: plural(count) };
}

function plural(count: number): string {
  return count === 1 ? '1 layer' : `${count} layers`;
}
