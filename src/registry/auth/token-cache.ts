// Keeps tokens until they expire. A caller that needs one that is being fetched waits for it.
import { asBearer, type Authorization, type Token } from './authorization.ts';

export type TokenCache = {
  /** The token under a key, valid or not; undefined without one. */
  readonly find: (key: string) => Promise<Token> | undefined;
  readonly keep: (key: string, token: Token) => void;
  /** The valid token under a key, or one that the first caller fetches while the others wait for it. */
  readonly shared: (key: string, make: () => Promise<Token>) => Promise<Token>;
  /** Drops a refused token, unless it was replaced meanwhile. */
  readonly forget: (key: string, used: Authorization) => Promise<void>;
};

export function createTokenCache(now: () => number): TokenCache {
  const tokens = new Map<string, Promise<Token>>();
  return {
    find: (key) => tokens.get(key),
    keep: (key, token) => void tokens.set(key, Promise.resolve(token)),
    shared: async (key, make) => {
      for (let known = tokens.get(key); known !== undefined; known = tokens.get(key)) {
        const token = await known;
        if (token.expiresAt > now()) return token;
        if (tokens.get(key) === known) tokens.delete(key);
      }
      const pending = make();
      tokens.set(key, pending);
      try {
        return await pending;
      } catch (error) {
        if (tokens.get(key) === pending) tokens.delete(key);
        throw error;
      }
    },
    forget: async (key, used) => {
      const known = tokens.get(key);
      if (known === undefined) return;
      const token = await known;
      if (asBearer(token).header === used.header && tokens.get(key) === known) tokens.delete(key);
    },
  };
}
