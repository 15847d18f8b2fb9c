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
        message: `${repo} is not allowed to promote ${image}: ${WHOSE[check.code]}.`,
        hint: `To allow it, set IMAGE_GRANTS=${image}=${repo}@${repoId} (separate entries with commas).`,
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
      return { message: `${check.image} is writable: a test upload was started and cancelled.`, hint: null };
  }
}

const WHOSE = {
  'image-not-granted': 'it is not the image of this repository, and no entry of IMAGE_GRANTS grants it',
  'image-granted-elsewhere': 'IMAGE_GRANTS grants it to another repository',
  'image-of-another-repository': 'another repository promoted it first',
  'image-not-proven': 'no source label or annotation links it to this repository',
} as const;

function credentialWords(check: Extract<ImageCheck, { name: 'registry-credential' }>): CheckWords {
  const { host } = check;
  const from = host === 'ghcr.io' ? 'GHCR_USERNAME and GHCR_TOKEN' : 'docker’s config.json (DOCKER_CONFIG)';
  if (check.code === 'credential-set')
    return { message: `Imprimatur logs in to ${host} as ${check.username}, from ${from}.`, hint: null };
  return {
    message: `No credential is set for ${host}. Imprimatur reads it anonymously.`,
    hint: `Set one in ${from}, unless the registry accepts anonymous writes.`,
  };
}

function tagWords(check: Extract<ImageCheck, { name: 'registry-read' }>): CheckWords {
  const { code, image, tags, stagingTags, tagPrefix, branch } = check;
  return {
    message: `${image} is readable: ${plural(tags, 'tag')}, ${stagingTags} of them ${tagPrefix}-….`,
    hint:
      code === 'tags-readable'
        ? null
        : `There is no image to promote. Let the build of ${branch} push ${tagPrefix}-<commit>.`,
  };
}

function labelWords(check: Extract<ImageCheck, { name: 'labels' }>): CheckWords {
  const { image, tag } = check;
  if (check.code === 'labels-set')
    return { message: `${image}:${tag} has the labels that the policy requires.`, hint: null };
  const lines = check.labels.map((label) => labelLine(label, check.source));
  return {
    message: `${image}:${tag} lacks ${listWords(check.labels)}${check.outcome === 'fail' ? ': it can’t be promoted' : ''}.`,
    hint: `Add ${listWords(lines)} to docker build.`,
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
      return { message: `${image} has no tag to try a pull without a login.`, hint: null };
    case 'image-hidden':
      return { message: `${image} is private: it is not visible without a login.`, hint: null };
    case 'image-private':
      return { message: `${image} is private: it can’t be pulled without a login.`, hint: null };
    case 'image-public':
      return { message: `${image} is public: anyone can pull it without a login.`, hint: null };
    case 'visibility-unknown':
      return { message: `The visibility of ${image} is unknown: ${check.problem.detail}`, hint: null };
  }
}
