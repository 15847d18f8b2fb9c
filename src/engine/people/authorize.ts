// Decides whether this server promotes for a repository, and these images: policy files are written by people, owners and grants by the operator.
import { mayPromote } from '../../domain/image/image-access.ts';
import type { ImageRepository } from '../../domain/image/reference.ts';
import type { Repo } from '../../domain/promotion/promotion.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { AppIdentity } from '../../github/app/app-identity.ts';
import type { Services, Settings } from '../core/services.ts';

export type Unauthorized = Extract<Refusal, { readonly code: 'owner-not-allowed' | 'image-not-granted' }>;

export type AuthorizeServices = Pick<Services, 'settings'> & {
  /** Null where nobody can be asked whose App this is: then the default owner is not checked. */
  readonly identity: Pick<AppIdentity, 'learn'> | null;
};

/**
 * Null when the repository's owner is served (ALLOWED_OWNERS, or the App's own account) and the repository may promote
 * each of the images (its own, or IMAGE_GRANTS); else the refusal that names what it may not. OutsideError when GitHub
 * can't say whose App this is.
 */
export async function authorize(
  services: AuthorizeServices,
  {
    repo,
    images,
    requestedAs = repo.name,
  }: {
    readonly repo: Pick<Repo, 'name'>;
    readonly images: readonly ImageRepository[];
    /** A name that the repository had: it counts as well, where the account is still the same. */
    readonly requestedAs?: Repo['name'];
  },
): Promise<Unauthorized | null> {
  const owner = await findForeignOwner(services, repo);
  if (owner !== null) return { code: 'owner-not-allowed', owner };
  const names = [repo.name, ...(ownerOf(requestedAs) === ownerOf(repo.name) ? [requestedAs] : [])];
  const image = images.find((one) =>
    names.every((name) => findForbiddenImage(services.settings, { repo: name, images: [one] }) !== null),
  );
  return image === undefined ? null : { code: 'image-not-granted', image, repo: repo.name };
}

/** The first image that the repository may not promote, or null. */
export function findForbiddenImage(
  { registryHost, imageGrants: grants }: Pick<Settings, 'registryHost' | 'imageGrants'>,
  { repo, images }: { readonly repo: Repo['name']; readonly images: readonly ImageRepository[] },
): ImageRepository | null {
  return images.find((image) => !mayPromote({ repo, image, registryHost, grants })) ?? null;
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
