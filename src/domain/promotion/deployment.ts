// Decides which promotion a GitHub deployment belongs to, from the deployment's own data.
import { z } from 'zod';
import { promotedAt, type Promotion } from './promotion.ts';
import type { DeploymentStatus } from './promotion-kind.ts';
import { parseDigest, type CommitSha, type Digest } from '../image/reference.ts';
import { STAGING_ENVIRONMENT } from '../rules/staging-deployed.ts';

export type Deployment = {
  readonly id: number;
  /** GitHub's environment, which is not the policy's: the policy says which belongs to which. */
  readonly environment: string;
  readonly commit: CommitSha;
  /** Those that its payload names. */
  readonly digests: readonly Digest[];
  /** Epoch milliseconds; GitHub's times are in whole seconds. */
  readonly createdAt: number;
  /** The id of the account that created it, if GitHub gives it. */
  readonly creatorId?: number;
};

/** The states of a promotion for GitHub's states of a deployment. */
const MEANINGS: ReadonlyMap<string, DeploymentStatus> = new Map([
  ['pending', 'deploying'],
  ['queued', 'deploying'],
  ['in_progress', 'deploying'],
  ['success', 'deployed'],
  ['failure', 'deployment-failed'],
  ['error', 'deployment-failed'],
]);

/** Null for `inactive`, which only says that another deployment took over, and for unknown states. */
export function parseDeploymentState(state: string): DeploymentStatus | null {
  return MEANINGS.get(state) ?? null;
}

const MAX_URL_LENGTH = 2000;

/** The first address of these that is a web page without credentials. */
export function newsUrl(told: readonly (string | null | undefined)[]): string | null {
  return told.map(httpsUrl).find((one) => one !== null) ?? null;
}

/** A promotion, and the environment of GitHub's that it is deployed to. */
export type DeployedPromotion = { readonly promotion: Promotion; readonly deployedTo: string };

/**
 * The one of `latest` (the promotion that reached each environment last) that a status of this deployment counts for:
 * one whose digest it names, or one of its environment whose commit it deploys. None of our promotions made it; `since` is
 * when the status came.
 */
export function findFollower(args: {
  readonly latest: readonly DeployedPromotion[];
  readonly deployment: Deployment;
  readonly since: number;
}): Promotion | null {
  const { latest, deployment, since } = args;
  const here = latest.filter(({ deployedTo }) => goesTo(deployment, deployedTo));
  const followers = latest.filter((one) => {
    const { promotion } = one;
    if (namesAnotherImage(deployment, promotion)) return false;
    const isHere = here.includes(one);
    // The same digest passes through several environments. If one has its own promotion, only that one is meant.
    const isMeant = isHere || (here.length === 0 && !goesTo(deployment, STAGING_ENVIRONMENT));
    if (isMeant && namesImageOf(deployment, promotion) && !isBefore(since, promotion)) return true;
    const { commit, createdAt } = deployment;
    return isHere && promotion.images.some((image) => image.commit === commit) && !isBefore(createdAt, promotion);
  });
  return newestOf(followers);
}

/** A promotion that its environment held, until the next one took its place. */
export type EarlierPromotion = DeployedPromotion & { readonly until: number };

/**
 * The same among what environments held before, where none of the latest fits: a late report, or one of a deployment that
 * was tried again. A commit alone says little of an image: such a deployment must have been made while the image was there.
 */
export function findEarlierFollower(args: {
  readonly earlier: readonly EarlierPromotion[];
  readonly deployment: Deployment;
  readonly since: number;
}): Promotion | null {
  const { earlier, deployment, since } = args;
  const { commit, createdAt } = deployment;
  const followers = earlier.filter(({ promotion, deployedTo, until }) => {
    if (namesAnotherImage(deployment, promotion) || isBefore(since, promotion)) return false;
    if (namesImageOf(deployment, promotion)) return true;
    const wasThere = createdAt < until && !isBefore(createdAt, promotion);
    return wasThere && goesTo(deployment, deployedTo) && promotion.images.some((image) => image.commit === commit);
  });
  return newestOf(followers);
}

/** The environments of ours that a deployment may be about: its own, else each one where it names an image. */
export function environmentsOf(
  deployment: Deployment,
  latest: readonly DeployedPromotion[],
): readonly DeployedPromotion[] {
  const here = latest.filter(({ deployedTo }) => goesTo(deployment, deployedTo));
  if (here.length > 0) return here;
  return deployment.digests.length === 0 || goesTo(deployment, STAGING_ENVIRONMENT) ? [] : latest;
}

function newestOf(followers: readonly DeployedPromotion[]): Promotion | null {
  const promotions = followers.map(({ promotion }) => promotion);
  return promotions.toSorted((a, b) => (promotedAt(b) ?? 0) - (promotedAt(a) ?? 0))[0] ?? null;
}

/** The card links it. */
function httpsUrl(text: string | null | undefined): string | null {
  if (text === null || text === undefined || text.length > MAX_URL_LENGTH || !URL.canParse(text)) return null;
  const url = new URL(text);
  return url.protocol === 'https:' && url.username === '' && url.password === '' ? url.href : null;
}

/** Whether it is to this environment of GitHub's, whose names have no case. */
export function goesTo(deployment: Pick<Deployment, 'environment'>, environment: string): boolean {
  return deployment.environment.toLowerCase() === environment.toLowerCase();
}

/** Whether its payload names an image that the promotion does not have: then it is about something else, whatever its commit. */
export function namesAnotherImage({ digests }: Pick<Deployment, 'digests'>, { images }: Promotion): boolean {
  return digests.some((digest) => images.every((image) => image.digest !== digest));
}

export function namesImageOf({ digests }: Pick<Deployment, 'digests'>, promotion: Promotion): boolean {
  return promotion.images.some(({ digest }) => digests.includes(digest));
}

/** Whether a GitHub time is before the tags were written. The same second does not count as before. */
export function isBefore(at: number, promotion: Promotion): boolean {
  const stoodAt = promotedAt(promotion) ?? Infinity;
  return at < Math.floor(stoodAt / 1000) * 1000;
}

const Named = z.object({ digest: z.string().catch(''), image: z.string().catch('') });

/** Digests in `digest` and `image` of a payload; GitHub hands on JSON as an object, or as the text that it was sent as. */
export function digestsIn(payload: unknown): readonly Digest[] {
  const named = Named.safeParse(typeof payload === 'string' ? readJson(payload) : payload);
  const text = named.success ? `${named.data.digest} ${named.data.image}` : typeof payload === 'string' ? payload : '';
  const found = text.match(/sha(?:256:[0-9a-f]{64}|512:[0-9a-f]{128})(?![0-9a-f])/g) ?? [];
  return [...new Set(found.map(parseDigest).filter((digest) => digest !== null))];
}

/** Null if the text is not JSON: a payload can be any text. */
function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
