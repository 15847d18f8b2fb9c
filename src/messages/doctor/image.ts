// The words of the checks of an image in its registry: the credential, and the rights to read, to pull and to push.
import type { ImageCheck } from '../../domain/doctor/check.ts';
import { REVISION_LABEL, SOURCE_LABEL } from '../../domain/image/image-facts.ts';
import { listWords, plural } from '../format.ts';
import type { CheckWords } from './check-words.ts';

export function imageWords(check: ImageCheck): CheckWords {
  switch (check.name) {
    case 'image': {
      const { image, repo, repoId } = check;
      return {
        message: `${repo} may not promote ${image}: ${WHOSE[check.code]}.`,
        hint: `If it should, add IMAGE_GRANTS=${image}=${repo}@${repoId} (a list with commas).`,
      };
    }
    case 'registry-credential':
      return credentialWords(check);
    case 'registry-read':
      return tagWords(check);
    case 'labels':
      return labelWords(check);
    case 'public':
      return visibilityWords(check);
    case 'registry-push':
      return { message: `${check.image} can be written: an upload was begun, and given up.`, hint: null };
  }
}

const WHOSE = {
  'image-not-granted': 'that is neither its own image nor granted',
  'image-granted-elsewhere': 'IMAGE_GRANTS grants it to another repository',
  'image-of-another-repository': 'another repository promoted it first',
  'image-not-proven': 'no source label or annotation proves that it belongs to it',
} as const;

function credentialWords(check: Extract<ImageCheck, { name: 'registry-credential' }>): CheckWords {
  const { host } = check;
  const from = host === 'ghcr.io' ? 'GHCR_USERNAME and GHCR_TOKEN' : 'docker’s config.json (DOCKER_CONFIG)';
  if (check.code === 'credential-set')
    return { message: `${host} is shown ${check.username}, from ${from}.`, hint: null };
  return {
    message: `There is no credential for ${host}: it is asked as anybody.`,
    hint: `Add one to ${from}, unless that registry takes writes from anybody.`,
  };
}

function tagWords(check: Extract<ImageCheck, { name: 'registry-read' }>): CheckWords {
  const { code, image, tags, stagingTags, tagPrefix, branch } = check;
  return {
    message: `${image} can be read: ${plural(tags, 'tag')}, ${stagingTags} of them ${tagPrefix}-….`,
    hint:
      code === 'tags-readable'
        ? null
        : `There is nothing to promote: let the build of ${branch} push ${tagPrefix}-<commit>.`,
  };
}

function labelWords(check: Extract<ImageCheck, { name: 'labels' }>): CheckWords {
  const { image, tag } = check;
  if (check.code === 'labels-set') return { message: `${image}:${tag} has the labels of the policy.`, hint: null };
  const lines = check.labels.map((label) => labelLine(label, check.source));
  return {
    message: `${image}:${tag} lacks ${listWords(check.labels)}${check.outcome === 'fail' ? ': it can’t be promoted' : ''}.`,
    hint: `Let the build add ${listWords(lines)} to docker build.`,
  };
}

function labelLine(label: string, source: string): string {
  if (label === SOURCE_LABEL) return `--label "${label}=${source}"`;
  return label === REVISION_LABEL ? `--label "${label}=$GITHUB_SHA"` : `--label "${label}=…"`;
}

function visibilityWords(check: Extract<ImageCheck, { name: 'public' }>): CheckWords {
  const { image } = check;
  switch (check.code) {
    case 'no-tag-to-pull':
      return { message: `${image} has no tag that could be pulled without a login.`, hint: null };
    case 'image-hidden':
      return { message: `${image} is private: without a login it does not exist.`, hint: null };
    case 'image-private':
      return { message: `${image} is private: it can’t be pulled without a login.`, hint: null };
    case 'image-public':
      return { message: `${image} is public: anybody can pull it without a login.`, hint: null };
    case 'visibility-unknown':
      return { message: `Whether ${image} is public is not known: ${check.problem.detail}`, hint: null };
  }
}
