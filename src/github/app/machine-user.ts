// Asks GitHub for the user, the scopes and the expiry of the machine user's token.
import { z } from 'zod';
import { parseScopes, parseTokenExpiry, type MachineToken } from '../../domain/machine-token.ts';
import { OutsideError } from '../../net/outside-error.ts';
import type { TokenClient } from '../client/client.ts';
import { isGitHubError } from '../client/errors.ts';

/** `GET /user`; the scopes and the expiry are in the answer's headers. Never throws for failures of GitHub or the network. */
export async function fetchMachineToken(client: TokenClient): Promise<MachineToken> {
  try {
    const { data, header } = await client.ask({
      tried: 'asking GitHub about GHCR_TOKEN',
      send: (api) => api.users.getAuthenticated(),
      answer: z.object({ id: z.number(), login: z.string() }),
    });
    const scopes = header('x-oauth-scopes');
    const expiry = header('github-authentication-token-expiration');
    const expiresAt = expiry === null ? null : parseTokenExpiry(expiry);
    const user = { id: data.id, login: data.login, scopes: scopes === null ? null : parseScopes(scopes) };
    if (expiry !== null && expiresAt === null)
      return { kind: 'unknown', because: `GitHub sent the expiry "${expiry.slice(0, 40)}", which is not a time`, user };
    return { kind: 'accepted', ...user, expiresAt };
  } catch (error) {
    if (isGitHubError(error, 'github-unauthorized')) return { kind: 'refused' };
    if (error instanceof OutsideError) return { kind: 'unknown', because: error.message };
    throw error;
  }
}
