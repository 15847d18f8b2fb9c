// Checks of one image: which credential goes to its registry, what that may do there, and whether strangers can pull it.
import { mayWritePackages, type MachineToken } from '../../domain/machine-token.ts';
import { OutsideError } from '../../net/outside-error.ts';
import type { Policy } from '../../domain/policy/policy.ts';
import { hostOf, type ImageRepository, type RepoName, type Tag } from '../../domain/image/reference.ts';
import { plural } from '../../messages/format.ts';
import { fine, trouble, unlessFails, type Check } from './check.ts';
import { findForbiddenImage } from '../people/authorize.ts';
import type { DoctorSetup } from './setup.ts';

export type ImageQuestion = {
  readonly repo: RepoName;
  readonly image: ImageRepository;
  readonly policy: Policy;
  readonly token: MachineToken | null;
};

export async function examineImage(setup: DoctorSetup, question: ImageQuestion): Promise<readonly Check[]> {
  const { repo, image } = question;
  if (findForbiddenImage(setup.settings, { repo, images: [image] }) !== null) {
    const message = `${repo} may not promote ${image}: that is neither its own image nor granted.`;
    return [
      trouble('fail', 'image', {
        message,
        hint: `If it should, add IMAGE_GRANTS=${image}=${repo} (a list with commas).`,
      }),
    ];
  }
  return [
    checkCredential(setup, image),
    ...(await checkReading(setup, question)),
    ...(await checkPushing(setup, question)),
  ];
}

function checkCredential({ credentials }: DoctorSetup, image: ImageRepository): Check {
  const host = hostOf(image);
  const credential = credentials(host);
  const from = host === 'ghcr.io' ? 'GHCR_USERNAME and GHCR_TOKEN' : 'docker’s config.json (DOCKER_CONFIG)';
  if (credential !== null) return fine('registry-credential', `${host} is shown ${credential.username}, from ${from}.`);
  const message = `There is no credential for ${host}: it is asked as anybody.`;
  return trouble('warn', 'registry-credential', {
    message,
    hint: `Add one to ${from}, unless that registry takes writes from anybody.`,
  });
}

async function checkReading(setup: DoctorSetup, question: ImageQuestion): Promise<readonly Check[]> {
  const { image } = question;
  return unlessFails(
    'registry-read',
    async () => {
      const tags = await setup.registry.listTags(image);
      return [describeTags(question, tags), await checkStranger(setup, image, tags)];
    },
    ({ code }) => hintOfDenial({ ...denialIn(setup, question), code, access: 'pull' }),
  );
}

function describeTags({ image, policy }: ImageQuestion, tags: readonly Tag[]): Check {
  const { tagPrefix } = policy.staging;
  const staged = tags.filter((tag) => tag.startsWith(`${tagPrefix}-`)).length;
  const message = `${image} can be read: ${plural(tags.length, 'tag')}, ${staged} of them ${tagPrefix}-….`;
  if (staged > 0) return fine('registry-read', message);
  return trouble('warn', 'registry-read', {
    message,
    hint: `There is nothing to promote: let the build of ${policy.staging.branch} push ${tagPrefix}-<commit>.`,
  });
}

/** Not a fault: many packages are meant to be public, and many people don't know of theirs. */
async function checkStranger({ stranger }: DoctorSetup, image: ImageRepository, tags: readonly Tag[]): Promise<Check> {
  const name = 'public';
  const [tag] = tags;
  if (tag === undefined)
    return trouble('unknown', name, { message: `${image} has no tag that could be pulled without a login.` });
  try {
    const digest = await stranger.findDigest(image, tag);
    if (digest === null) return fine(name, `${image} is private: without a login it does not exist.`);
    return fine(name, `${image} is public: anybody can pull it without a login.`);
  } catch (error) {
    if (!(error instanceof OutsideError)) throw error;
    if (error.code === 'registry-denied') return fine(name, `${image} is private: it can’t be pulled without a login.`);
    return trouble('unknown', name, { message: `Whether ${image} is public is not known: ${error.message}` });
  }
}

async function checkPushing(setup: DoctorSetup, question: ImageQuestion): Promise<readonly Check[]> {
  const { image } = question;
  return unlessFails(
    'registry-push',
    async () => {
      await setup.registry.proveWriteAccess(image);
      return [fine('registry-push', `${image} can be written: an upload was begun, and given up.`)];
    },
    ({ code }) => hintOfDenial({ ...denialIn(setup, question), code, access: 'push' }),
  );
}

function denialIn(
  { credentials }: DoctorSetup,
  { image, token }: ImageQuestion,
): Pick<Parameters<typeof hintOfDenial>[0], 'image' | 'token' | 'hasCredential'> {
  return { image, token, hasCredential: credentials(hostOf(image)) !== null };
}

/**
 * GHCR does not say which of its two usual causes a denial has, and its sentence names both: the scopes of the token
 * tell them apart. Null where the error's own sentence says it all.
 */
export function hintOfDenial(args: {
  readonly image: ImageRepository;
  readonly access: 'pull' | 'push';
  readonly code: string;
  readonly hasCredential: boolean;
  readonly token: MachineToken | null;
}): string | null {
  const { image, access, code, hasCredential, token } = args;
  if (code === 'repository-unknown') return `Has the build pushed ${image} yet, and is its name right?`;
  if (code !== 'registry-denied' || hostOf(image) !== 'ghcr.io' || !hasCredential) return null;
  if (token?.kind === 'refused') return 'It is the token: GitHub does not accept it any more.';
  if (token?.kind !== 'accepted' || token.scopes === null) return null;
  if (access === 'push' && !mayWritePackages(token.scopes)) return 'It is the token: it lacks write:packages.';
  const role = access === 'push' ? 'Write' : 'Read';
  return `The token has the scope, so it is the package: give ${token.login} the role ${role} there (package settings, Manage access); or authorise the token for the organisation’s SSO.`;
}
