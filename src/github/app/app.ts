// Reads the App from GitHub, with its owner.
import { z } from 'zod';
import type { AppClient } from '../client/client.ts';

export type App = {
  readonly id: number;
  readonly slug: string;
  readonly name: string;
  /** Login of the account that owns the App, or the slug of the enterprise. */
  readonly owner: string;
};

const AppAnswer = z.object({
  id: z.number(),
  slug: z.string(),
  name: z.string(),
  owner: z.union([
    z.object({ login: z.string() }).transform(({ login }) => login),
    z.object({ slug: z.string() }).transform(({ slug }) => slug),
  ]),
});

/** `GET /app`: succeeds only if App id and private key are right and the clock is not far off. */
export async function fetchApp(client: AppClient): Promise<App> {
  const { data } = await client.ask({
    tried: 'reading the App',
    send: (api) => api.apps.getAuthenticated(),
    answer: AppAnswer,
  });
  return data;
}
