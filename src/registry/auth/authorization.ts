// The authorization of a request: a password or a token, and the texts that no error may show.
import type { Credential } from './credentials.ts';

/** What a request needs: the right to read a repository, or to read and write it. */
export type Scope = { readonly host: string; readonly name: string; readonly access: 'pull' | 'push' };

export type Authorization = {
  /** Value of the Authorization header, or null to go without. */
  readonly header: string | null;
  /** True when it was made from a configured credential. */
  readonly credentialed: boolean;
  /** Texts that no error may show. */
  readonly secrets: readonly string[];
};

export type Token = { readonly value: string; readonly expiresAt: number; readonly credentialed: boolean };

export const NOBODY: Authorization = { header: null, credentialed: false, secrets: [] };

export function basic({ username, password }: Credential): Authorization {
  const pair = Buffer.from(`${username}:${password}`).toString('base64');
  return { header: `Basic ${pair}`, credentialed: true, secrets: [...formsOf(password), pair] };
}

export function asBearer({ value, credentialed }: Token): Authorization {
  return { header: `Bearer ${value}`, credentialed, secrets: formsOf(value) };
}

/** The forms in which a host might repeat it. */
function formsOf(secret: string): readonly string[] {
  return [secret, Buffer.from(secret).toString('base64'), encodeURIComponent(secret)];
}
