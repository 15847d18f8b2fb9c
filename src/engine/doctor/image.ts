// Checks of one image: which credential its registry gets, what that permits, and whether anybody can pull the image.
import type { Check } from '../../domain/doctor/check.ts';
import { findDenialCause, type DenialCause } from '../../domain/doctor/denial.ts';
import type { MachineToken } from '../../domain/machine-token.ts';
import { OutsideError } from '../../net/outside-error.ts';
import type { Policy } from '../../domain/policy/policy.ts';
import { claimsOf } from '../../domain/image/image-claims.ts';
import { REVISION_LABEL, SOURCE_LABEL } from '../../domain/image/image-facts.ts';
import { hostOf, type ImageRepository, type Tag } from '../../domain/image/reference.ts';
import { collectContents, type PlatformContents } from '../../facts/contents.ts';
import { unlessFails } from './check.ts';
import type { Repo } from '../../domain/promotion/promotion.ts';
import { findImageRefusal } from '../people/authorize.ts';
import { openStore, type DoctorSetup } from './setup.ts';

export type ImageQuestion = {
  readonly repo: Repo;
  readonly image: ImageRepository;
  readonly policy: Policy;
  readonly token: MachineToken | null;
};

export async function examineImage(setup: DoctorSetup, question: ImageQuestion): Promise<readonly Check[]> {
  const { repo, image } = question;
  const { settings } = setup;
  const refusal = await findImageRefusal({ settings, store: await openStore(setup) }, { repo, image });
  if (refusal !== null) {
    return [{ name: 'image', outcome: 'fail', code: refusal.code, image, repo: repo.name, repoId: repo.id }];
  }
  return [
    checkCredential(setup, image),
    ...(await checkReading(setup, question)),
    ...(await checkPushing(setup, question)),
  ];
}

function checkCredential({ credentials }: DoctorSetup, image: ImageRepository): Check {
  const name = 'registry-credential';
  const host = hostOf(image);
  const credential = credentials(host);
  if (credential === null) return { name, outcome: 'warn', code: 'no-credential', host };
  return { name, outcome: 'ok', code: 'credential-set', host, username: credential.username };
}

async function checkReading(setup: DoctorSetup, question: ImageQuestion): Promise<readonly Check[]> {
  const { image } = question;
  return unlessFails(
    'registry-read',
    async () => {
      const tags = await setup.registry.listTags(image);
      const read = [checkTags(question, tags), ...(await checkLabels(setup, question, tags))];
      return [...read, await checkStranger(setup, image, tags)];
    },
    (error) => causeOf(error, setup, { ...question, access: 'pull' }),
  );
}

function checkTags({ image, policy }: ImageQuestion, tags: readonly Tag[]): Check {
  const name = 'registry-read';
  const { tagPrefix, branch } = policy.staging;
  const stagingTags = tags.filter((tag) => tag.startsWith(`${tagPrefix}-`)).length;
  const values = { image, tags: tags.length, stagingTags, tagPrefix, branch };
  if (stagingTags > 0) return { name, outcome: 'ok', code: 'tags-readable', ...values };
  return { name, outcome: 'warn', code: 'no-staging-tag', ...values };
}

/** For the staging image: nothing is promoted without these labels, so doctor reports them before the first request. */
async function checkLabels(
  { registry, settings }: DoctorSetup,
  { image: repository, policy, repo }: ImageQuestion,
  tags: readonly Tag[],
): Promise<readonly Check[]> {
  const { staging, validation } = policy;
  const { level, required } = validation.labels;
  const tag =
    tags.find((one) => one === staging.tagPrefix) ?? tags.findLast((one) => one.startsWith(`${staging.tagPrefix}-`));
  const digest = tag === undefined ? null : await registry.findDigest(repository, tag);
  if (tag === undefined || digest === null || level === 'off') return [];
  const { platforms } = await collectContents({ registry, repository }, digest);
  const labels = required.filter((label) => platforms.some((platform) => isUnset(platform, label)));
  const about = { name: 'labels', image: repository, tag } as const;
  const source = `https://${settings.githubHost}/${repo.name}`;
  if (labels.length === 0) return [{ ...about, outcome: 'ok', code: 'labels-set' }];
  return [{ ...about, outcome: level, code: 'labels-missing', labels, source }];
}

/** The origin may also be in an annotation; other labels are in the config only. */
function isUnset(platform: PlatformContents, label: string): boolean {
  if (label === SOURCE_LABEL || label === REVISION_LABEL) {
    const claims = claimsOf(platform, label);
    return claims.kind === 'known' && claims.value.length === 0;
  }
  const { config } = platform;
  return config.kind === 'known' && (config.value.labels[label] ?? '') === '';
}

/** Not a fault: many packages are public on purpose, but some by mistake. */
async function checkStranger({ stranger }: DoctorSetup, image: ImageRepository, tags: readonly Tag[]): Promise<Check> {
  const name = 'public';
  const [tag] = tags;
  if (tag === undefined) return { name, outcome: 'unknown', code: 'no-tag-to-pull', image };
  try {
    const digest = await stranger.findDigest(image, tag);
    return { name, outcome: 'ok', code: digest === null ? 'image-hidden' : 'image-public', image };
  } catch (error) {
    if (!(error instanceof OutsideError)) throw error;
    if (error.code === 'registry-denied') return { name, outcome: 'ok', code: 'image-private', image };
    return { name, outcome: 'unknown', code: 'visibility-unknown', image, problem: error.toProblem() };
  }
}

async function checkPushing(setup: DoctorSetup, question: ImageQuestion): Promise<readonly Check[]> {
  const { image } = question;
  return unlessFails(
    'registry-push',
    async () => {
      await setup.registry.proveWriteAccess(image);
      return [{ name: 'registry-push', outcome: 'ok', code: 'image-writable', image }];
    },
    (error) => causeOf(error, setup, { ...question, access: 'push' }),
  );
}

function causeOf(
  { code }: OutsideError,
  { credentials }: DoctorSetup,
  { image, token, access }: ImageQuestion & { readonly access: 'pull' | 'push' },
): DenialCause | null {
  return findDenialCause({ image, access, code, token, hasCredential: credentials(hostOf(image)) !== null });
}
