// Parses image arguments, with a registry host or without one (then it is REGISTRY_HOST).
import { nameOf, parseImageRepository, parseReference, parseRepoName } from '../domain/image/reference.ts';
import type { ImageRepository, Reference, RepoName } from '../domain/image/reference.ts';
import { quoteTyped, REPO_FORM, UsageError, type Argument, type Flag } from './command.ts';

/** Any valid host serves to check a name without one. */
const SOME_HOST = 'ghcr.io';

export const imageArgument: Argument = {
  name: '<image>',
  summary:
    'an image with a tag or a digest, such as ghcr.io/acme/dotca:staging-abc1234; the default host is REGISTRY_HOST',
  isValid: (text) => readReference(text, SOME_HOST) !== null,
};

export const repositoryArgument: Argument = {
  name: '<repository>',
  summary: 'an image without a tag, such as ghcr.io/acme/dotca; the default host is REGISTRY_HOST',
  isValid: (text) => readRepository(text, SOME_HOST) !== null,
};

export const repoOfImageFlag: Flag = {
  value: '<owner/name>',
  summary: 'the GitHub repository (default: taken from the image name)',
  form: REPO_FORM,
  isValid: (text) => parseRepoName(text) !== null,
};

/** Of a word that the argument let in. */
export function referenceOf(text: string | undefined, registryHost: string): Reference {
  const reference = readReference(text ?? '', registryHost);
  if (reference === null) throw new UsageError(`${quoteTyped(text ?? '')} is not a valid image on ${registryHost}`);
  return reference;
}

/** Of a word that the argument let in. */
export function repositoryOf(text: string | undefined, registryHost: string): ImageRepository {
  const repository = readRepository(text ?? '', registryHost);
  if (repository === null) throw new UsageError(`${quoteTyped(text ?? '')} is not a valid image on ${registryHost}`);
  return repository;
}

/** The value of the flag, else `<owner>/<name>` at the beginning of the image's name. */
export function repoNameOf(typed: string | undefined, repository: ImageRepository): RepoName {
  const name = parseRepoName(typed ?? nameOf(repository).split('/').slice(0, 2).join('/'));
  if (name === null) throw new UsageError(`${repository} does not name a GitHub repository; set one with --repo`);
  return name;
}

function readReference(text: string, registryHost: string): Reference | null {
  return parseReference(text) ?? parseReference(`${registryHost}/${text}`);
}

function readRepository(text: string, registryHost: string): ImageRepository | null {
  return parseImageRepository(text) ?? parseImageRepository(`${registryHost}/${text}`);
}
