// Decides whether this server promotes for a repository, and these images. Owners and grants are the operator's; policy files are not.
import type { Finding } from '../../domain/finding.ts';
import {
  judgeAccess,
  provingNames,
  sourceNames,
  type ImageAccess,
  type ImageRefusal,
  type RepoNameHistory,
} from '../../domain/image/image-access.ts';
import type { ImageOwnership } from '../../domain/image/image-facts.ts';
import type { ImageRepository } from '../../domain/image/reference.ts';
import type { Repo } from '../../domain/promotion/promotion.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { AppIdentity } from '../../github/app/app-identity.ts';
import type { Store } from '../../store/database/database.ts';
import { findImageOwner } from '../../store/image-owners.ts';
import { listRepoNames } from '../../store/repo-names.ts';
import type { Services, Settings } from '../core/services.ts';

export type Unauthorized = Extract<
  Refusal,
  {
    readonly code:
      | 'owner-not-allowed'
      | 'image-not-granted'
      | 'image-granted-elsewhere'
      | 'image-of-another-repository'
      | 'image-not-proven';
  }
>;

type ImageServices = {
  readonly settings: Pick<Settings, 'registryHost' | 'imageGrants'>;
  /** Null without a database: then names alone decide, and nothing may be written. */
  readonly store: Pick<Store, 'db'> | null;
};

export type AuthorizeServices = ImageServices &
  Pick<Services, 'settings'> & {
    /** Null if the App's owner can't be read: then the default owner is not checked. */
    readonly identity: Pick<AppIdentity, 'learn'> | null;
  };

type Asking = {
  readonly repo: Pick<Repo, 'id' | 'name'>;
  /** A former name of the repository. It counts too if the account is still the same. */
  readonly requestedAs?: Repo['name'];
};

/**
 * Null when the repository's owner is served (ALLOWED_OWNERS, or the App's own account) and each of the images belongs to
 * the repository; else the refusal that names what it may not. With `findings`, those of the plan that is about to be
 * carried out, an image that nobody has promoted yet must be proven by them. OutsideError when GitHub can't say whose App
 * this is.
 */
export async function authorize(
  services: AuthorizeServices,
  {
    images,
    findings,
    ...asking
  }: Asking & { readonly images: readonly ImageRepository[]; readonly findings?: readonly Finding[] },
): Promise<Unauthorized | null> {
  const { repo } = asking;
  const owner = await findForeignOwner(services, repo);
  if (owner !== null) return { code: 'owner-not-allowed', owner };
  const names = await listNames(services, repo);
  const unclaimed: ImageRepository[] = [];
  for (const image of images) {
    const access = await findAccess(services, { ...asking, image, names });
    if (access.kind === 'refused') return access.refusal;
    if (access.kind === 'unclaimed') unclaimed.push(image);
  }
  if (findings === undefined) return null;
  const proving = provingNames({ repo, names });
  const image = unclaimed.find((one) => !isProven({ image: one, findings, names: proving }));
  return image === undefined ? null : { code: 'image-not-proven', image, repo: repo.name, repoId: repo.id };
}

/** Why the repository may not promote this image; null if it may. */
export async function findImageRefusal(
  services: ImageServices,
  about: Asking & { readonly image: ImageRepository },
): Promise<ImageRefusal | null> {
  const names = await listNames(services, about.repo);
  const access = await findAccess(services, { ...about, names });
  return access.kind === 'refused' ? access.refusal : null;
}

/** What rules compare an image's `source` label with. */
export async function findOwnership(
  services: ImageServices,
  { repo, image }: Pick<Asking, 'repo'> & { readonly image: ImageRepository },
): Promise<ImageOwnership> {
  const names = await listNames(services, repo);
  const access = await findAccess(services, { repo, image, names });
  const about = { repoId: repo.id, names: sourceNames({ repo, names }), proving: provingNames({ repo, names }) };
  return { ...about, claim: services.store === null ? 'unknown' : access.kind };
}

async function listNames({ store }: ImageServices, { id }: Asking['repo']): Promise<readonly RepoNameHistory[]> {
  return store === null ? [] : listRepoNames(store.db, id);
}

async function findAccess(
  { settings, store }: ImageServices,
  about: Asking & { readonly image: ImageRepository; readonly names: readonly RepoNameHistory[] },
): Promise<ImageAccess> {
  const { repo, requestedAs = repo.name, image, names } = about;
  const { registryHost, imageGrants: grants } = settings;
  const owner = store === null ? null : await findImageOwner(store.db, image);
  return judgeAccess({ repo, requestedAs, names, image, owner, registryHost, grants });
}

/** True if the rule `image-owner` passed, by names that still prove it. */
function isProven(args: {
  readonly image: ImageRepository;
  readonly findings: readonly Finding[];
  readonly names: readonly string[];
}): boolean {
  return args.findings.some(
    ({ rule, image, outcome, seen }) =>
      rule === 'image-owner' &&
      image === args.image &&
      outcome === 'pass' &&
      seen.code === 'proven' &&
      seen.names.every((name) => args.names.includes(name)),
  );
}

/** Null when the repository's owner is served, else the owner's name as GitHub writes it. */
async function findForeignOwner(
  { settings, identity }: AuthorizeServices,
  repo: Pick<Repo, 'name'>,
): Promise<string | null> {
  const owner = ownerOf(repo.name);
  const allowed = settings.allowedOwners ?? (await listDefaultOwners(identity));
  return allowed === null || allowed.includes(owner.toLowerCase()) ? null : owner;
}

async function listDefaultOwners(identity: AuthorizeServices['identity']): Promise<readonly string[] | null> {
  return identity === null ? null : [(await identity.learn()).owner.toLowerCase()];
}

function ownerOf(name: Repo['name']): string {
  const [owner = ''] = name.split('/');
  return owner;
}
