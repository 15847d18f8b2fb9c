// The words for what each rule found and needs.
import { reportersLine } from '../domain/promotion/reporter.ts';
import { formatNumber } from '../domain/promotion/promotion.ts';
import { REVISION_LABEL, SOURCE_LABEL } from '../domain/image/image-facts.ts';
import type { Finding } from '../domain/finding.ts';
import { MAX_TEXT_LENGTH } from '../domain/outside-text.ts';
import type { RuleId } from '../domain/rules/catalogue.ts';
import { STAGING_ENVIRONMENT } from '../domain/rules/staging-deployed.ts';
import { rollbackLine } from './card/next-steps.ts';
import { CHANGE_WORDS } from './findings/change-words.ts';
import type { FindingOf, Ready, Unknown, Words } from './findings/words.ts';
import { formatBytes, formatTime, plural } from './format.ts';
import { targetOutcomeWords } from './target-origin.ts';
import { unknownText } from './unknown-reason.ts';

export type FindingTexts = {
  readonly seen: string;
  readonly wanted: string;
  /** The line that fixes it, ready to copy; null if no single line does. */
  readonly ready: Ready | null;
};

/** Phrases; they may contain text from labels, which is not escaped. */
export function findingTexts(finding: Finding): FindingTexts {
  return textsOf(finding.rule, { finding, seen: finding.seen });
}

const WORDS: { readonly [Rule in RuleId]: Words<FindingOf[Rule]> } = {
  completeness: {
    seen: (seen) => {
      if (seen.code === 'complete')
        return `complete for ${seen.platforms.join(', ')}${foreignWords(seen.foreignLayers)}`;
      if (seen.code === 'no-platform') return 'no runnable platform';
      return seen.parts.map(({ platform, part, digest }) => `${platform}: ${part} ${digest} is missing`).join('; ');
    },
    wanted: () => 'every manifest, config and layer of each platform in the registry',
    ready: ({ seen }) => {
      const { alternative } = seen.code === 'parts-missing' ? seen : {};
      if (alternative === undefined) return null;
      const name = formatNumber(alternative.promotion);
      const { outcome, forced = false } = alternative;
      const became = outcome === undefined ? '' : ` (${targetOutcomeWords({ outcome, forced })})`;
      return { what: `${name}${became} is complete. To roll back to it`, line: rollbackLine(alternative, name) };
    },
  },
  ...CHANGE_WORDS,
  size: {
    // Rounded, a size just outside the limit would read like the limit itself.
    seen: ({ bytes }, { outcome }) => `${formatBytes(bytes)}${outcome === 'pass' ? '' : ` (${bytes} bytes)`}`,
    wanted: ({ wanted }) => `${formatBytes(wanted.minBytes)} to ${formatBytes(wanted.maxBytes)}`,
  },
  layers: {
    seen: (seen) => {
      const count = plural(seen.layers, 'layer');
      if (seen.code === 'diff-ids-differ') return `${count}, but the config lists ${seen.diffIds} diff ids`;
      return seen.code === 'history-differs' ? `${count}, but the history has ${seen.historyLayers}` : count;
    },
    wanted: ({ wanted }) => `at most ${wanted.max} layers, as many as the config lists`,
  },
  command: {
    seen: ({ code }) =>
      ({
        'not-set': 'no Entrypoint and no Cmd',
        blank: 'the first word of Entrypoint and Cmd is empty',
        entrypoint: 'Entrypoint is set',
        cmd: 'Cmd is set',
      })[code],
    wanted: () => 'Entrypoint or Cmd',
  },
  healthcheck: {
    seen: ({ code }) =>
      ({ 'not-set': 'no HEALTHCHECK', 'switched-off': 'HEALTHCHECK NONE', set: 'HEALTHCHECK is set' })[code],
    wanted: () => 'a HEALTHCHECK',
  },
  source: {
    seen: (seen) => {
      if (seen.code === 'claims-disagree') return `label and annotations disagree: ${seen.claims.join(', ')}`;
      return seen.code === 'label' ? seen.label : NO_LABEL;
    },
    wanted: ({ wanted }) => `label or annotation ${SOURCE_LABEL} = ${wanted.source}`,
    ready: ({ seen, wanted, outcome }) => {
      const line = `LABEL ${SOURCE_LABEL}="${wanted.source}"`;
      if (seen.code === 'label-missing') return { what: 'Add to the Dockerfile', line };
      // Labels of a base image are inherited.
      return seen.code === 'label' && outcome === 'fail'
        ? { what: 'If a base image sets it, add to the Dockerfile', line }
        : null;
    },
  },
  'image-owner': {
    seen: (seen) =>
      seen.code === 'proven'
        ? `the source label or annotation names ${seen.names.join(', ')}`
        : 'no source label or annotation of this repository',
    wanted: ({ seen, wanted }) => {
      const label = `label or annotation ${SOURCE_LABEL} = ${wanted.source}`;
      return seen.code === 'not-proven' ? `${label} for the first promotion of this image` : label;
    },
    ready: ({ image, seen, wanted }) =>
      seen.code === 'not-proven'
        ? { what: 'Or set for the server', line: `IMAGE_GRANTS=${image}=${wanted.repo}@${seen.repoId}` }
        : null,
  },
  revision: {
    seen: (seen) => {
      switch (seen.code) {
        case 'label-missing':
          return NO_LABEL;
        case 'malformed':
          return seen.label;
        case 'claims-disagree':
          return `label and annotations disagree: ${seen.claims.join(', ')}`;
        case 'platforms-disagree':
          return `the platforms name different commits: ${seen.labels.join(', ')}`;
        case 'not-on-branch':
          return `${seen.commit}, which is not on ${seen.branches.join(' or ')}${missingWords(seen.missing)}`;
        case 'on-branch':
          return `${seen.commit}, on ${seen.branch}`;
      }
    },
    wanted: () => `label or annotation ${REVISION_LABEL} = a full commit id of the staging or production branch`,
    ready: ({ seen }) => {
      const line = `--label "${REVISION_LABEL}=$GITHUB_SHA"`;
      if (seen.code === 'label-missing') return { what: 'Add to docker build', line };
      const mayBeInherited = seen.code === 'malformed' || (seen.code === 'not-on-branch' && seen.missing === undefined);
      return mayBeInherited ? { what: 'If a base image sets it, add to docker build', line } : null;
    },
  },
  labels: {
    seen: (seen) => (seen.code === 'all-set' ? 'all set' : `missing: ${seen.labels.join(', ')}`),
    wanted: ({ wanted }) => `labels ${wanted.labels.join(', ')}`,
  },
  'credentials-in-label': {
    seen: ({ labels }) => `a token or password in ${labels.join(', ')}`,
    wanted: () => 'labels without credentials; revoke this one, because whoever can pull the image can read it',
  },
  'tag-commit': {
    seen: ({ tag, commit }) => `tag ${tag} holds an image of ${commit}`,
    wanted: ({ seen }) => `a revision that begins with ${seen.code === 'tag' ? seen.hex : 'the commit of its tag'}`,
  },
  'staging-deployed': {
    seen: (seen) => {
      if (seen.code === 'status') return seen.state.replaceAll('_', ' ');
      if (seen.code !== 'not-counted') return NOT_DEPLOYED[seen.code];
      return `${seen.state.replaceAll('_', ' ')}, reported by ${seen.login}, not counted`;
    },
    wanted: () => `a successful latest deployment of the commit to ${STAGING_ENVIRONMENT}`,
    ready: ({ seen }) =>
      seen.code === 'not-counted'
        ? { what: `To count it, add below ${STAGING_ENVIRONMENT}: in the policy file`, line: reportersLine(seen) }
        : null,
  },
  'tag-overwritten': {
    seen: ({ tag, checked, checkedAt, holds, readAt }) =>
      `${tag} held another image of this commit, ${checked}, at the staging check${checkedAt === null ? '' : ` (${formatTime(checkedAt)})`}; this image is ${holds} (${formatTime(readAt)})`,
    wanted: ({ seen: { code } }) =>
      code === 'overwritten'
        ? 'the image of the staging check; Re-run that check for the new image'
        : 'the image that the staging check examined first, unless its build ran again',
  },
  'rejected-before': {
    seen: ({ by, promotion, at }) => `${by} rejected this image in ${formatNumber(promotion)} (${formatTime(at)})`,
    wanted: () => 'an image that nobody has rejected',
  },
  'rolled-back': {
    seen: ({ by }) => `${formatNumber(by)} rolled this image back`,
    wanted: () => 'an image that was not rolled back',
  },
  'permanent-tag': {
    seen: ({ tag, holds }) => `${tag} already holds ${holds}`,
    wanted: ({ seen: { code, tag, wanted } }) => `${tag} must not exist, or hold ${wanted}: ${WAYS_OUT[code]}`,
  },
  'version-jump': {
    seen: ({ version, preceding, skipped }) =>
      `${version} skips ${plural(skipped, 'major version')} after ${preceding}`,
    wanted: () => 'the next major version at most; a version is never moved or removed',
  },
  'in-production': {
    seen: ({ tag, holds }) => `${tag} holds ${holds ?? 'nothing'}`,
    wanted: ({ seen: { tag } }) => `${tag} must hold the image of the version: a pushed git tag moves no other tag`,
  },
};

/** `; 1 layer comes from its own URL`. */
function foreignWords(layers = 0): string {
  if (layers === 0) return '';
  return layers === 1 ? '; 1 layer comes from its own URL' : `; ${layers} layers come from their own URLs`;
}

/** `; there is no branch main (environments.production.branch)`. */
function missingWords(missing: readonly { readonly branch: string; readonly key: string }[] = []): string {
  return missing.map(({ branch, key }) => `; there is no branch ${branch} (set ${key} in the policy file)`).join('');
}

const NO_LABEL = 'no such label or annotation';

const NOT_DEPLOYED = {
  'no-commit': 'the image names no commit',
  'never-deployed': `no deployment to ${STAGING_ENVIRONMENT}`,
  'commit-not-deployed': 'no deployment of this commit',
  'no-status': 'no status yet',
} as const;

const WAYS_OUT = {
  'permanent-tag-taken':
    'permanent tags are never moved; build each commit once, or promote the digest that the tag holds',
  'version-taken': 'a version is never moved; use another version, or promote the digest that this one holds',
} as const;

function textsOf<Rule extends RuleId>(
  rule: Rule,
  { finding, seen }: { readonly finding: FindingOf[Rule]; readonly seen: FindingOf[Rule]['seen'] },
): FindingTexts {
  const words = WORDS[rule];
  const text = isKnown(seen) ? words.seen(seen, finding) : seen.code === 'unknown' ? unknownText(seen.reason) : '';
  return { seen: shorten(text), wanted: words.wanted(finding), ready: words.ready?.(finding) ?? null };
}

function isKnown<Seen extends Finding['seen']>(seen: Seen): seen is Exclude<Seen, Unknown> {
  return seen.code !== 'unknown';
}

function shorten(text: string): string {
  return text.length > MAX_TEXT_LENGTH + 1 ? `${text.slice(0, MAX_TEXT_LENGTH)}…` : text;
}
