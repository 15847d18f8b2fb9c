// The compressed size of each platform lies within the policy's bounds; under the minimum only warns.
import type { PlatformFacts } from '../image/image-facts.ts';
import type { Policy } from '../policy/policy.ts';
import type { Finding, Outcome, Rule } from '../rule.ts';

export const size: Rule = {
  id: 'size',
  check: ({ platforms }, { policy }) =>
    policy.validation.size.level === 'off' ? [] : platforms.map((platform) => sizeOf(platform, policy)),
};

function sizeOf({ platform, sizeBytes }: PlatformFacts, { validation }: Policy): Finding {
  const { minBytes, maxBytes, level } = validation.size;
  const about = { rule: 'size', platform, wanted: `${formatBytes(minBytes)} to ${formatBytes(maxBytes)}` } as const;
  if (sizeBytes.kind === 'unknown') return { ...about, outcome: 'unknown', seen: sizeBytes.reason };
  const overMaximum: Outcome = level === 'warn' ? 'warn' : 'fail';
  const outcome = sizeBytes.value > maxBytes ? overMaximum : sizeBytes.value < minBytes ? 'warn' : 'pass';
  // Rounded, a size just outside reads like the bound itself.
  const exact = outcome === 'pass' ? '' : ` (${sizeBytes.value} bytes)`;
  return { ...about, outcome, seen: `${formatBytes(sizeBytes.value)}${exact}` };
}

/** Decimal units, as registries and GitHub show them: 1 MB = 10⁶ bytes. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
  const value = bytes / 1000 ** power;
  return `${Number(value.toFixed(value < 10 && power > 0 ? 2 : 0))} ${units[power]}`;
}
