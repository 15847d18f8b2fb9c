// The `source` label and annotations name the repository that promotes: no policy and no force lets another repository's image in.
import { z } from 'zod';
import { claimsOf } from '../image/image-claims.ts';
import { SOURCE_LABEL, type PlatformFacts } from '../image/image-facts.ts';
import type { UnknownReason } from '../image/unknown-reason.ts';
import { outsideText, outsideTexts } from '../outside-text.ts';
import type { Level } from '../policy/policy.ts';
import { imageRule, type Judgement, type RuleContext } from '../rule.ts';

const seen = z.discriminatedUnion('code', [
  z.strictObject({ code: z.literal('label-missing') }),
  z.strictObject({ code: z.literal('label'), label: outsideText }),
  z.strictObject({ code: z.literal('claims-disagree'), claims: outsideTexts }),
]);

export const source = imageRule({
  id: 'source',
  kinds: ['promotion', 'unproven-rollback', 'rollback-to-new', 'version'],
  facets: ['contents', 'ownership'],
  seen,
  wanted: z.strictObject({ source: z.string() }),
}).checkedBy({
  want: (context) => ({ source: homeOf(context) }),
  unknownIsFinal: true,
  check: ({ contents, ownership }, context) => {
    const homes = ownership.value.names.map((repo) => repositoryOf(homeOf({ ...context, repo })));
    return contents.value.platforms.flatMap((facts) => judgePlatform(facts, { context, homes }));
  },
});

type PlatformJudgement = Judgement<
  z.output<typeof seen> | { readonly code: 'unknown'; readonly reason: UnknownReason }
>;

/** `homes`: what the image may name. */
function judgePlatform(
  facts: PlatformFacts,
  { context, homes }: { readonly context: RuleContext; readonly homes: readonly (string | null)[] },
): readonly PlatformJudgement[] {
  const { platform } = facts;
  const claims = claimsOf(facts, SOURCE_LABEL);
  if (claims.kind === 'unknown') {
    return [{ platform, outcome: 'unknown', seen: { code: 'unknown', reason: claims.reason } }];
  }
  const [label] = claims.value;
  if (label === undefined) {
    const level = levelWhenMissing(context, SOURCE_LABEL);
    return level === 'off' ? [] : [{ platform, outcome: level, seen: { code: 'label-missing' } }];
  }
  const named = [...new Set(claims.value.map(repositoryOf))];
  const isOurs = named.every((one) => one !== null && homes.includes(one));
  // A repository that was renamed may be called by both of its names.
  if (isOurs) return [{ platform, outcome: 'pass', seen: { code: 'label', label } }];
  const seenHere: z.output<typeof seen> =
    named.length === 1 ? { code: 'label', label } : { code: 'claims-disagree', claims: claims.value };
  return [{ platform, outcome: 'fail', seen: seenHere, final: true }];
}

function homeOf({ githubHost, repo }: Pick<RuleContext, 'githubHost' | 'repo'>): string {
  return `https://${githubHost}/${repo}`;
}

/**
 * How bad a missing label is: the policy's level where the policy requires it, nothing otherwise. What production is taken
 * back to may be older than the label: there it warns, as long as somebody reads that before it happens.
 */
export function levelWhenMissing(context: RuleContext, label: string): Level {
  const { level, required } = context.policy.validation.labels;
  const wanted = required.includes(label) ? level : 'off';
  switch (context.kind) {
    case 'unproven-rollback':
      return 'warn';
    case 'rollback-to-new':
      return wanted === 'fail' && context.isReviewed ? 'warn' : wanted;
    case 'promotion':
    case 'rollback':
    case 'version':
      return wanted;
  }
}

/**
 * `host/owner/name` in lower case, of the URL forms that builders write: https, git+https, ssh and scp-like, with `.git`,
 * a default port, a branch behind `#`, a page of the repository behind its name; null for what is no such form. github.com answers as www.github.com as well, and its
 * SSH as ssh.github.com at port 443. The fragment goes first: behind it an `@` is no
 * longer the end of a user name (`https://evil.io#@github.com/acme/app` is a page of evil.io).
 */
export function repositoryOf(label: string): string | null {
  if (label.length > MAX_LABEL_LENGTH) return null;
  const text = label
    .trim()
    .toLowerCase()
    .replace(/^git\+/, '')
    .replace(/[#?].*$/s, '');
  const scheme = /^([a-z]+):\/\//.exec(text)?.[1] ?? null;
  const port = scheme === null ? null : DEFAULT_PORTS.get(scheme);
  if (port === undefined) return null;
  const located = text.replace(/^[a-z]+:\/\//, '').replace(/^[^@/\\]*@/, '');
  const [, host = '', seenPort = ''] = /^([^/:]+):(\d+)\//.exec(located) ?? [];
  const portless = seenPort === port ? `${host}${located.slice(host.length + 1 + seenPort.length)}` : located;
  // What is left behind the host's colon is the scp-like path, or a port where `owner/name` still follows.
  const path = portless
    .replace(/^([^/:]+):(?!\d+\/[^/]+\/)/, '$1/')
    .replace(/^(?:www\.github\.com|ssh\.github\.com:443)\//, 'github.com/')
    .replace(/\/+$/, '');
  const [server = '', owner = '', name = '', ...page] = path.split('/');
  // Behind `..`, in whatever spelling, it would be another repository's page.
  if (page.some((part) => /^(?:\.|%2e)+$/.test(part) || part.includes('\\'))) return null;
  return [server, owner, name.replace(/\.git$/, '')].join('/');
}

/** Longer than any repository's URL; labels are text from outside, and patterns run over them. */
const MAX_LABEL_LENGTH = 1000;

const DEFAULT_PORTS: ReadonlyMap<string, string> = new Map([
  ['https', '443'],
  ['http', '80'],
  ['ssh', '22'],
  ['git', '9418'],
]);
