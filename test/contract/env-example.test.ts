// .env.example shows every variable that is read, in that order, and a filled-in copy of it is accepted.
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { expect, test } from 'vitest';
import { readConfig, VARIABLES } from '../../src/config/env.ts';

const TEXT = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8');
const LINES = [...TEXT.matchAll(/^(#?)([A-Z][A-Z0-9_]*)=(.*)$/gm)].map(([, off = '', name = '', value = '']) => ({
  isCommented: off === '#',
  name,
  value,
}));
/** Examples, not defaults: commented lines whose default is "none". */
const EXAMPLES = [
  'PUBLIC_URL',
  'METRICS_TOKEN',
  'REGISTRY_TOKEN_HOSTS',
  'IMAGE_GRANTS',
  'ALLOWED_OWNERS',
  'MIN_APPROVALS',
  'FORBID_SELF_APPROVAL',
  'LOG_FORMAT',
  'DOCKER_CONFIG',
];

test('it names every variable once, in the order of the code', () => {
  expect(LINES.map(({ name }) => name)).toEqual([...VARIABLES]);
});

test('every variable is explained', () => {
  const lines = TEXT.split('\n');
  const unexplained = LINES.filter(({ name }) => {
    const at = lines.findIndex((line) => line.replace('#', '').startsWith(`${name}=`));
    const before = lines[at - 1] ?? '';
    // PORT stands under HOST, and the token under its user.
    return !before.startsWith('# ') && !/^#?(?:HOST|GHCR_USERNAME)=/.test(before);
  });
  expect(unexplained).toEqual([]);
});

test('a copy with the blanks filled in is accepted', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const filled = TEXT.replace('APP_ID=', 'APP_ID=12345')
    .replace('PRIVATE_KEY_PATH=./private-key.pem', '')
    .replace('WEBHOOK_SECRET=', `WEBHOOK_SECRET=${'5'.repeat(32)}`)
    .replace('GHCR_USERNAME=', 'GHCR_USERNAME=acme-bot')
    .replace('GHCR_TOKEN=', 'GHCR_TOKEN=ghp_example');
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const config = readConfig({ ...parseEnv(filled), PRIVATE_KEY: key }, { isTty: false });
  expect(config.app?.id).toBe(12_345);
  expect(config.ghcr).toEqual({ username: 'acme-bot', token: 'ghp_example' });
});

test('what a commented line shows is the default', () => {
  const shown = LINES.filter(({ isCommented, name, value }) => isCommented && value !== '' && !EXAMPLES.includes(name));
  const set = Object.fromEntries(shown.map(({ name, value }) => [name, value]));
  expect(Object.keys(set)).toContain('GITHUB_WRITE_INTERVAL_MS');
  expect(readConfig(set, { isTty: false })).toEqual(readConfig({}, { isTty: false }));
});

test('the example of a commented line is valid', () => {
  const set = Object.fromEntries(
    LINES.filter(({ isCommented }) => isCommented).map(({ name, value }) => [name, value]),
  );
  const { imageGrants, allowedOwners, registryTokenHosts } = readConfig(set, { isTty: false });
  expect(imageGrants).toEqual([{ image: 'ghcr.io/acme/api', repo: 'acme/backend' }]);
  expect({ allowedOwners, registryTokenHosts }).toEqual({
    allowedOwners: ['acme'],
    registryTokenHosts: ['auth.internal.example'],
  });
});
