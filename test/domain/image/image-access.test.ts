// Which images a repository may name: names are the boundary.
import { expect, test } from 'vitest';
import { mayPromote } from '../../../src/domain/image/image-access.ts';
import { image, repoName } from '../build.ts';

const GRANTS = [{ image: image('ghcr.io/acme/api'), repo: repoName('acme/backend') }];

const ROWS: readonly (readonly [string, string, string, boolean])[] = [
  ['a repository names its own image', 'acme/api', 'ghcr.io/acme/api', true],
  ['a repository names an image below its own', 'acme/api', 'ghcr.io/acme/api/worker', true],
  ['a repository names an image two levels below', 'acme/api', 'ghcr.io/acme/api/worker/arm', true],
  ['GitHub spells names with capitals, images without', 'Acme/API', 'ghcr.io/acme/api', true],
  ["B names A's image", 'acme/web', 'ghcr.io/acme/api', false],
  ["B names an image below A's", 'acme/web', 'ghcr.io/acme/api/worker', false],
  ["another owner's repository of the same name", 'evil/api', 'ghcr.io/acme/api', false],
  ['a longer name is no name below', 'acme/api', 'ghcr.io/acme/api-evil', false],
  ['a shorter name is another name', 'acme/api-evil', 'ghcr.io/acme/api', false],
  ['the owner alone', 'acme/api', 'ghcr.io/acme', false],
  ['the name in front, under another owner', 'acme/api', 'ghcr.io/evil/acme/api', false],
  ['the same name on another registry', 'acme/api', 'docker.io/acme/api', false],
  ['a registry whose name begins like ours', 'acme/api', 'ghcr.io.evil.io/acme/api', false],
  ['a registry on another port', 'acme/api', 'ghcr.io:8443/acme/api', false],
  ['a granted pair', 'acme/backend', 'ghcr.io/acme/api', true],
  ['a granted pair, in other case', 'ACME/Backend', 'ghcr.io/acme/api', true],
  ['a grant opens the image, not what is below it', 'acme/backend', 'ghcr.io/acme/api/worker', false],
  ['a grant is for that repository only', 'acme/backend2', 'ghcr.io/acme/api', false],
];

test.each(ROWS)('%s: %s → %s is %s', (_name, repo, name, allowed) => {
  const args = { repo: repoName(repo), image: image(name), registryHost: 'ghcr.io', grants: GRANTS };
  expect(mayPromote(args)).toBe(allowed);
});

test.each([
  ['127.0.0.1:5000', true],
  ['127.0.0.1:5001', false],
  ['ghcr.io', false],
])('on registry host %s, an image of 127.0.0.1:5000 is %s', (registryHost, allowed) => {
  const args = { repo: repoName('acme/api'), image: image('127.0.0.1:5000/acme/api'), registryHost, grants: [] };
  expect(mayPromote(args)).toBe(allowed);
});

test('the registry host of the settings may be spelled with capitals', () => {
  const args = { repo: repoName('acme/api'), image: image('ghcr.io/acme/api'), registryHost: 'GHCR.io', grants: [] };
  expect(mayPromote(args)).toBe(true);
});

test('a grant for an image on another registry opens that registry', () => {
  const granted = image('quay.example.com/acme/api');
  const repo = repoName('acme/api');
  const args = { repo, image: granted, registryHost: 'ghcr.io', grants: [{ image: granted, repo }] };
  expect(mayPromote(args)).toBe(true);
  expect(mayPromote({ ...args, grants: [] })).toBe(false);
});
