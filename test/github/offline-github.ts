// Wires our GitHub room to api.github.com as nock plays it; nothing leaves the process.
import { generateKeyPairSync } from 'node:crypto';
import nock from 'nock';
import { afterEach, beforeEach, expect } from 'vitest';
import { OutsideError } from '../../src/net/outside-error.ts';
import { parseCommitSha, parseRepoName, type CommitSha, type RepoName } from '../../src/domain/image/reference.ts';
import { createGitHub, type GitHub, type GitHubOptions } from '../../src/github/client/client.ts';

export const API = 'https://api.github.com';
export const APP_ID = 4711;
export const NOW = Date.UTC(2026, 10, 24, 12);
export const REPO = repoName('acme/dotca');
export const COMMIT = commitSha('a'.repeat(40));

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
});

/** Closes the network for each test and fails it when a planned answer was never asked for. */
export function playOffline(): void {
  beforeEach(() => nock.disableNetConnect());
  afterEach(() => {
    const unused = nock.pendingMocks();
    nock.cleanAll();
    nock.enableNetConnect();
    expect(unused).toEqual([]);
  });
}

export function offlineGitHub(options: Partial<GitHubOptions> = {}): GitHub {
  return createGitHub({
    appId: APP_ID,
    privateKey,
    apiUrl: API,
    userAgent: 'imprimatur/test',
    log: { debug: () => undefined, warn: () => undefined },
    now: () => NOW,
    ...options,
  });
}

/** GitHub hands out `token` for the installation, once. */
export function grantToken(installationId: number, token = 'ghs_one'): void {
  nock(API)
    .post(`/app/installations/${installationId}/access_tokens`)
    .matchHeader('authorization', /^bearer /)
    .reply(201, { token, expires_at: '2026-11-24T13:00:00Z', permissions: { checks: 'write' } });
}

export async function failureOf(work: Promise<unknown>): Promise<OutsideError> {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof OutsideError)) throw new Error(`expected an OutsideError, got ${String(error)}`);
  return error;
}

export function repoName(text: string): RepoName {
  const name = parseRepoName(text);
  if (name === null) throw new Error(`${text} is no repository name`);
  return name;
}

export function commitSha(text: string): CommitSha {
  const sha = parseCommitSha(text);
  if (sha === null) throw new Error(`${text} is no commit id`);
  return sha;
}
