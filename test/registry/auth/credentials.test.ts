// Which host is shown which password.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createCredentialSource, loadDockerConfig, parseDockerConfig } from '../../../src/registry/auth/credentials.ts';
import { failureOf } from '../harness.ts';

describe('Credentials', () => {
  const auth = Buffer.from('ada:pass:word').toString('base64');

  test.each([
    ['a pair in base64', { 'registry.corp': { auth } }, 'registry.corp', { username: 'ada', password: 'pass:word' }],
    [
      'a pair in two fields',
      { 'r.corp:5000': { username: 'a', password: 'b' } },
      'r.corp:5000',
      { username: 'a', password: 'b' },
    ],
    [
      'an old key with scheme and path',
      { 'https://Registry.corp/v1/': { auth } },
      'registry.corp',
      { username: 'ada', password: 'pass:word' },
    ],
    ['an entry of a credential helper', { 'registry.corp': {} }, 'registry.corp', null],
    ['another host', { 'registry.corp': { auth } }, 'registry.corp:5000', null],
    [
      'a pair without colon',
      { 'registry.corp': { auth: Buffer.from('ada').toString('base64') } },
      'registry.corp',
      null,
    ],
  ])('are read from %s', (_name, auths, host, expected) => {
    expect(parseDockerConfig(JSON.stringify({ auths, credsStore: 'x' }), 'config.json').get(host) ?? null).toEqual(
      expected,
    );
  });

  test('for ghcr.io come from its own settings only, and go nowhere else', () => {
    const docker = parseDockerConfig(
      JSON.stringify({ auths: { 'ghcr.io': { auth }, 'r.corp': { auth } } }),
      'config.json',
    );
    const bot = { username: 'bot', password: 'pat' };
    expect(createCredentialSource({ ghcr: bot, docker })('ghcr.io')).toEqual(bot);
    expect(createCredentialSource({ ghcr: null, docker })('ghcr.io')).toBeNull();
    expect(createCredentialSource({ ghcr: bot, docker })('r.corp')?.username).toBe('ada');
    expect(createCredentialSource({ ghcr: bot, docker })('evil.example')).toBeNull();
  });

  test('in an absent file are none, in a broken file an error that does not show it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'docker-config-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    expect((await loadDockerConfig(folder)).size).toBe(0);
    await writeFile(join(folder, 'config.json'), '{"auths": {"r.corp": {"password": "hunter2"');
    const error = await failureOf(loadDockerConfig(folder));
    expect(error).toMatchObject({ code: 'docker-config-invalid', retryable: false });
    expect(`${error.stack ?? ''} ${String(error.cause)}`).not.toContain('hunter2');
  });
});
