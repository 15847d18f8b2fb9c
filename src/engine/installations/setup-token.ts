// The one-time token of the set-up, for people who can read the server's log or its database.
import { createHash, randomBytes } from 'node:crypto';
import type { Store } from '../../store/database/database.ts';
import { deleteSetupToken, findSetupToken, saveSetupToken } from '../../store/setup-tokens.ts';

export type SetupTokens = {
  /** The token's hash, or null if this is not the token or it has expired. */
  readonly check: (token: string) => Promise<string | null>;
  /** True unless another token replaced it or it was used. */
  readonly isCurrent: (hash: string) => Promise<boolean>;
  readonly use: (hash: string) => Promise<void>;
};

export const TOKEN_LIFE_MS = 30 * 60 * 1000;

/** Replaces the previous token. Only its hash is stored. */
export async function issueSetupToken({ db }: Pick<Store, 'db'>, now: number): Promise<string> {
  const token = randomBytes(24).toString('base64url');
  await saveSetupToken(db, { hash: hashOf(token), expiresAt: now + TOKEN_LIFE_MS });
  return token;
}

export function createSetupTokens({ db }: Pick<Store, 'db'>, now: () => number): SetupTokens {
  return {
    check: async (token) => {
      const stored = await findSetupToken(db);
      const hash = hashOf(token.trim());
      return stored !== null && stored.hash === hash && stored.expiresAt > now() ? hash : null;
    },
    isCurrent: async (hash) => (await findSetupToken(db))?.hash === hash,
    use: async (hash) => {
      await deleteSetupToken(db, hash);
    },
  };
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
