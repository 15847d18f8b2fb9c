// Finds the cause of a registry's denial, as far as the scopes of the machine user's token show it.
import { hostOf, type ImageRepository } from '../image/reference.ts';
import { mayWritePackages, type MachineToken } from '../machine-token.ts';

export type DenialCause =
  | { readonly code: 'image-not-pushed'; readonly image: ImageRepository }
  | { readonly code: 'token-refused' | 'token-lacks-scope' }
  | { readonly code: 'package-role'; readonly login: string; readonly access: 'pull' | 'push' };

/**
 * A denial by GHCR has two usual causes, and our message names both. The scopes of the token
 * show which one it is. Null if the message of the error says all that is known.
 */
export function findDenialCause(args: {
  readonly image: ImageRepository;
  readonly access: 'pull' | 'push';
  readonly code: string;
  readonly hasCredential: boolean;
  readonly token: MachineToken | null;
}): DenialCause | null {
  const { image, access, code, hasCredential, token } = args;
  if (code === 'repository-unknown') return { code: 'image-not-pushed', image };
  if (code !== 'registry-denied' || hostOf(image) !== 'ghcr.io' || !hasCredential) return null;
  if (token?.kind === 'refused') return { code: 'token-refused' };
  if (token?.kind !== 'accepted' || token.scopes === null) return null;
  if (access === 'push' && !mayWritePackages(token.scopes)) return { code: 'token-lacks-scope' };
  return { code: 'package-role', login: token.login, access };
}
