// The words for what each rule found and needs.
import { reportersLine } from '../domain/promotion/reporter.ts';
import { formatNumber } from '../domain/promotion/promotion.ts';
import { REVISION_LABEL, SOURCE_LABEL } from '../domain/image/image-facts.ts';
import type { Finding } from '../domain/finding.ts';
import { MAX_TEXT_LENGTH } from '../domain/outside-text.ts';
import type { RuleId } from '../domain/rules/catalogue.ts';
import { STAGING_ENVIRONMENT } from '../domain/rules/staging-deployed.ts';
import { rollbackLine } from './card/next-steps.ts';
import { formatBytes, formatTime, plural } from './format.ts';
import { unknownText } from './unknown-reason.ts';

export type FindingTexts = { readonly seen: string; readonly wanted: string };

/** Half sentences; they may carry text from labels, which is not escaped. */
export function findingTexts(finding: Finding): FindingTexts {
  return textsOf(finding.rule, { finding, seen: finding.seen });
}

type FindingOf = { readonly [Rule in RuleId]: Extract<Finding, { rule: Rule }> };
type Unknown = { readonly code: 'unknown' };
type Words<Of extends Finding> = {
  readonly seen: (seen: Exclude<Of['seen'], Unknown>, finding: Of) => string;
  readonly wanted: (finding: Of) => string;
};

const WORDS: { readonly [Rule in RuleId]: Words<FindingOf[Rule]> } = {
  completeness: {
    seen: (seen) => {
      if (seen.code === 'complete') return `complete for ${seen.platforms.join(', ')}`;
      if (seen.code === 'no-platform') return 'no runnable platform';
      return seen.parts.map(({ platform, part, digest }) => `${platform}: ${part} ${digest} is missing`).join('; ');
    },
    wanted: ({ seen }) => {
      const { alternative } = seen.code === 'parts-missing' ? seen : {};
      const name = alternative === undefined ? '' : formatNumber(alternative.promotion);
      const instead = alternative === undefined ? '' : `; ${name} is complete: ${rollbackLine(alternative, name)}`;
      return `every manifest, config and layer of each platform in the registry${instead}`;
    },
  },
  size: {
    // Rounded, a size just outside reads like the bound itself.
    seen: ({ bytes }, { outcome }) => `${formatBytes(bytes)}${outcome === 'pass' ? '' : ` (${bytes} bytes)`}`,
    wanted: ({ wanted }) => `${formatBytes(wanted.minBytes)} to ${formatBytes(wanted.maxBytes)}`,
  },
  layers: {
    seen: (seen) => {
      const count = plural(seen.layers, 'layer');
      if (seen.code === 'diff-ids-differ') return `${count}, but the config lists ${seen.diffIds} diff ids`;
      return seen.code === 'history-differs' ? `${count}, but the history has ${seen.historyLayers}` : count;
    },
    wanted: ({ wanted }) => `at most ${wanted.max} layers, as many as in the history`,
  },
  command: {
    seen: ({ code }) =>
      ({ 'not-set': 'no Entrypoint and no Cmd', entrypoint: 'Entrypoint is set', cmd: 'Cmd is set' })[code],
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
    wanted: ({ seen, wanted }) => {
      const label = `label or annotation ${SOURCE_LABEL} = ${wanted.source}`;
      if (seen.code !== 'label-missing') return label;
      return `${label}: add LABEL ${SOURCE_LABEL}="${wanted.source}" to the Dockerfile`;
    },
  },
  'image-owner': {
    seen: (seen) =>
      seen.code === 'proven'
        ? `the source label or annotation names ${seen.names.join(', ')}`
        : 'no source label or annotation of this repository',
    wanted: ({ image, seen, wanted }) => {
      const label = `label or annotation ${SOURCE_LABEL} = ${wanted.source}`;
      if (seen.code !== 'not-proven') return label;
      return `${label} for the first promotion of this image, or IMAGE_GRANTS=${image}=${wanted.repo}@${seen.repoId}`;
    },
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
          return `${seen.commit}, which is not on ${seen.branches.join(' or ')}`;
        case 'on-branch':
          return `${seen.commit}, on ${seen.branch}`;
      }
    },
    wanted: ({ seen }) => {
      const label = `label or annotation ${REVISION_LABEL} = a full commit id of the staging or production branch`;
      if (seen.code !== 'label-missing') return label;
      return `${label}: add --label "${REVISION_LABEL}=$GITHUB_SHA" to docker build`;
    },
  },
  labels: {
    seen: (seen) => (seen.code === 'all-set' ? 'all set' : `missing: ${seen.labels.join(', ')}`),
    wanted: ({ wanted }) => `labels ${wanted.labels.join(', ')}`,
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
    wanted: ({ seen }) => {
      const success = `a successful latest deployment of the commit to ${STAGING_ENVIRONMENT}`;
      return seen.code === 'not-counted' ? `${success}; to count it: ${reportersLine(seen)} in staging` : success;
    },
  },
  'tag-overwritten': {
    seen: ({ tag, checked, checkedAt, holds, readAt }) =>
      `${tag} held another image of this commit, ${checked}, at the staging check${checkedAt === null ? '' : ` (${formatTime(checkedAt)})`}; this image is ${holds} (${formatTime(readAt)})`,
    wanted: () => 'the image of the staging check; Re-run that check for the new image',
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
  'in-production': {
    seen: ({ tag, holds }) => `${tag} holds ${holds ?? 'nothing'}`,
    wanted: ({ seen: { tag } }) => `${tag} must hold the image of the version: a pushed git tag moves no other tag`,
  },
};

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
  return { seen: shorten(text), wanted: words.wanted(finding) };
}

function isKnown<Seen extends Finding['seen']>(seen: Seen): seen is Exclude<Seen, Unknown> {
  return seen.code !== 'unknown';
}

function shorten(text: string): string {
  return text.length > MAX_TEXT_LENGTH + 1 ? `${text.slice(0, MAX_TEXT_LENGTH)}…` : text;
}
