// The code of a new App becomes its keys, once.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createAnonymousClient, type AnonymousClient } from '../../../src/github/client/client.ts';
import { convertManifestCode } from '../../../src/github/app/manifest.ts';
import { startGitHub, type GitHubWorld } from '../../support/github/world.ts';

const MANIFEST = JSON.stringify({
  name: 'Imprimatur',
  url: 'https://imprimatur.acme.example',
  redirect_url: 'https://imprimatur.acme.example/setup/callback',
});

let clock: number;
let github: GitHubWorld;
let client: AnonymousClient;
beforeEach(async () => {
  clock = Date.UTC(2026, 10, 24);
  github = await startGitHub({ now: () => clock });
  client = createAnonymousClient({
    apiUrl: github.url,
    userAgent: 'imprimatur',
    log: { debug: () => undefined, warn: () => undefined },
    now: () => clock,
  });
});
afterEach(async () => {
  expect(github.violations).toEqual([]);
  await github.close();
});

function codeOf(address: string): string {
  return new URL(address).searchParams.get('code') ?? '';
}

test('it names the App, its owner and its page, and has the key and the secret', async () => {
  const code = codeOf(github.createApp({ manifest: MANIFEST, state: 's' }));
  expect(await convertManifestCode(client, code)).toEqual({
    id: 770_001,
    name: 'Imprimatur',
    owner: 'acme',
    url: 'https://github.com/apps/imprimatur',
    privateKey: github.env.PRIVATE_KEY,
    webhookSecret: github.env.WEBHOOK_SECRET,
  });
  expect(github.requests.at(-1)).toMatchObject({ operation: 'apps/create-from-manifest', token: 'none', status: 201 });
});

test.each<readonly [string, (code: string) => string | Promise<string>]>([
  [
    'that was used',
    async (code) => {
      await convertManifestCode(client, code);
      return code;
    },
  ],
  ['that nobody gave', () => 'f'.repeat(40)],
  [
    'that is older than an hour',
    (code) => {
      clock += 61 * 60 * 1000;
      return code;
    },
  ],
])('a code %s is final', async (_why, spoil) => {
  const code = await spoil(codeOf(github.createApp({ manifest: MANIFEST, state: 's' })));
  await expect(convertManifestCode(client, code)).rejects.toMatchObject({ code: 'github-not-found', retryable: false });
});

test('an outage is retryable', async () => {
  github.failNext({ path: /conversions/, status: 503 });
  const code = codeOf(github.createApp({ manifest: MANIFEST, state: 's' }));
  await expect(convertManifestCode(client, code)).rejects.toMatchObject({ retryable: true, status: 503 });
  expect((await convertManifestCode(client, code)).id).toBe(770_001);
});
