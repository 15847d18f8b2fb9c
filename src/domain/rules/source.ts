// The `source` label names the repository that promotes: no policy and no force lets another repository's image in.
import { SOURCE_LABEL, type PlatformFacts } from '../image-facts.ts';
import type { Level } from '../policy.ts';
import type { Finding, Rule, RuleContext } from '../rule.ts';

export const source: Rule = {
  id: 'source',
  check: ({ platforms }, context) => {
    const findings = platforms.map((platform) => sourceOf(platform, context));
    return findings.filter((finding) => finding !== null);
  },
};

function sourceOf({ platform, config }: PlatformFacts, context: RuleContext): Finding | null {
  const home = `https://${context.githubHost}/${context.repo}`;
  const about = { rule: 'source', platform, wanted: `label ${SOURCE_LABEL} = ${home}` } as const;
  if (config.kind === 'unknown') return { ...about, outcome: 'unknown', seen: config.reason };
  const label = config.value.labels[SOURCE_LABEL];
  if (label === undefined || label === '') {
    const level = levelWhenMissing(context, SOURCE_LABEL);
    return level === 'off' ? null : { ...about, outcome: level, seen: 'no such label' };
  }
  const same = normalise(label) === normalise(home);
  return { ...about, outcome: same ? 'pass' : 'fail', seen: label };
}

/** How bad a missing label is: the policy's level where the policy requires it, nothing otherwise. */
export function levelWhenMissing({ policy }: RuleContext, label: string): Level {
  const { level, required } = policy.validation.labels;
  return required.includes(label) ? level : 'off';
}

/** `host/owner/name` in lower case, of the URL forms that builders write: https, git+https, ssh and scp-like, `.git`. */
function normalise(url: string): string {
  return url
    .trim()
    .toLowerCase()
    .replace(/^git\+/, '')
    .replace(/^[a-z]+:\/\//, '')
    .replace(/^[^@/]*@/, '')
    .replace(/^([^/:]+):(?!\d+\/)/, '$1/')
    .replace(/[#?].*$/, '')
    .replace(/\/+$/, '')
    .replace(/\.git$/, '');
}
