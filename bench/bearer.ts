// Asks a registry's token service for a token, with bare undici.
import type { Dispatcher } from 'undici';
import { z } from 'zod';
import { ADA } from '../test/support/registry/token-service.ts';

const TokenAnswer = z.looseObject({ token: z.string() });
const LOGIN = `Basic ${Buffer.from(`${ADA.username}:${ADA.password}`).toString('base64')}`;

export type TokenSource = { readonly fetch: () => Promise<string> };

/** Asks where the tokens are, once; `fetch` gets one for reading and writing the repository. */
export async function findTokens(
  dispatcher: Dispatcher,
  { url, repository }: { readonly url: string; readonly repository: string },
): Promise<TokenSource> {
  const refused = await dispatcher.request({ origin: url, path: '/v2/', method: 'GET' });
  await refused.body.arrayBuffer();
  const challenge = String(refused.headers['www-authenticate']);
  const realm = new URL(/realm="([^"]+)"/.exec(challenge)?.[1] ?? '');
  const service = /service="([^"]+)"/.exec(challenge)?.[1] ?? '';
  const query = new URLSearchParams({ service, scope: `repository:${repository}:pull,push` }).toString();
  return {
    fetch: async () => {
      const answer = await dispatcher.request({
        origin: realm.origin,
        path: `${realm.pathname}?${query}`,
        method: 'GET',
        headers: { authorization: LOGIN },
      });
      return TokenAnswer.parse(await answer.body.json()).token;
    },
  };
}
