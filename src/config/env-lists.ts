// The variables that hold lists with commas: hosts, accounts, and pairs of image and repository.
import type { ImageGrant } from '../domain/image/image-access.ts';
import type { FloorPlace, Floors } from '../domain/policy/floors.ts';
import { parseImageRepository, parseRepoName, type RepoName } from '../domain/image/reference.ts';

/** Pairs `image=repository` or `image=repository@id`. Invalid entries go to `problems`, here and below. */
export function readGrants(text: string | null, problems: string[]): readonly ImageGrant[] {
  return listOf(text).flatMap((pair) => {
    const [left = '', right = '', ...rest] = pair.split('=');
    const image = parseImageRepository(left.trim());
    const repo = readRepo(right);
    if (image !== null && repo !== null && rest.length === 0) return [{ image, ...repo }];
    problems.push(`IMAGE_GRANTS: "${pair}" is not a pair; write e.g. ghcr.io/acme/api=acme/backend`);
    return [];
  });
}

/** Entries such as `production=1`, `owner/repo:production=2`, `owner/repo@id:production=2` and `*=1`. */
export function readMinApprovals(text: string | null, problems: string[]): Floors['minApprovals'] {
  return listOf(text).flatMap((entry) => {
    const [left = '', count = '', ...rest] = entry.split('=');
    const place = readPlace(left.trim());
    if (place !== null && /^(?:\d|10)$/.test(count.trim()) && rest.length === 0) {
      return [{ ...place, required: Number(count) }];
    }
    problems.push(
      `MIN_APPROVALS: "${entry}" is not an environment and a number from 0 to 10; write e.g. production=1 or acme/api:production=2`,
    );
    return [];
  });
}

/** Entries such as `production`, `owner/repo:production`, `owner/repo@id:production` and `*`. */
export function readForbidSelfApproval(text: string | null, problems: string[]): Floors['forbidSelfApproval'] {
  return listOf(text).flatMap((entry) => {
    const place = readPlace(entry);
    if (place !== null) return [place];
    problems.push(
      `FORBID_SELF_APPROVAL: "${entry}" is not an environment; write e.g. production or acme/api:production`,
    );
    return [];
  });
}

/** `environment`, or `owner/repo:environment`, perhaps with an id; null for what is neither. */
function readPlace(text: string): FloorPlace | null {
  const [first = '', second, ...rest] = text.split(':').map((part) => part.trim());
  const environment = second ?? first;
  const repo = second === undefined ? { repo: null } : readRepo(first);
  const isNamed = environment === '*' || /^[A-Za-z0-9_-]{1,255}$/.test(environment);
  return isNamed && rest.length === 0 && repo !== null ? { ...repo, environment } : null;
}

/** `owner/repo`, or `owner/repo@id`. */
function readRepo(text: string): { readonly repo: RepoName; readonly id?: number } | null {
  const [, named = text, id] = /^(.*)@(\d{1,15})$/.exec(text.trim()) ?? [];
  const repo = parseRepoName(named.trim());
  if (repo === null) return null;
  return id === undefined ? { repo } : { repo, id: Number(id) };
}

/** Lower-case account names; null where the variable is unset. */
export function readOwners(text: string | null, problems: string[]): readonly string[] | null {
  if (text === null) return null;
  if (listOf(text).length === 0)
    problems.push('ALLOWED_OWNERS: lists no account; unset it to serve the owner of the App');
  return readNames(text, problems, (name) =>
    /^[a-z0-9][a-z0-9_-]*$/.test(name)
      ? null
      : `ALLOWED_OWNERS: "${name}" is not an account name; write e.g. acme,globex`,
  );
}

/** Lower-case hosts, perhaps with a port. */
export function readTokenHosts(text: string | null, problems: string[]): readonly string[] {
  return readNames(text, problems, (name) =>
    isHost(name) ? null : `REGISTRY_TOKEN_HOSTS: "${name}" is not a host; write e.g. auth.example or 127.0.0.1:5001`,
  );
}

/** A registry's `host` or `host:port`. */
export function isHost(text: string): boolean {
  return !text.includes('/') && parseImageRepository(`${text}/a`) !== null;
}

function readNames(
  text: string | null,
  problems: string[],
  problemOf: (name: string) => string | null,
): readonly string[] {
  const names = listOf(text).map((name) => name.toLowerCase());
  problems.push(...names.map(problemOf).filter((problem) => problem !== null));
  return names;
}

function listOf(text: string | null): readonly string[] {
  return (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
