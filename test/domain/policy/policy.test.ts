// The built-in policy, and which environment a command means.
import { expect, test } from 'vitest';
import { builtInPolicy, defaultEnvironment, findEnvironment } from '../../../src/domain/policy/policy.ts';
import { environment, policy, repoName } from '../build.ts';

test('without a file: one image named like the repository, to production, one approval by somebody with write', () => {
  const built = builtInPolicy({ repo: repoName('Acme/DotCA'), registryHost: 'ghcr.io' });
  expect(built).toEqual({
    blob: 'none',
    images: ['ghcr.io/acme/dotca'],
    staging: { branch: 'staging', tagPrefix: 'staging', deployed: 'warn', reporters: [] },
    hotfix: { branch: 'main', tagPrefix: 'hotfix' },
    environments: [
      {
        name: 'production',
        branch: 'main',
        tags: ['main', 'latest'],
        keepAs: 'main-{source}',
        rollbackTags: true,
        approvals: { required: 1, role: 'write', users: [], selfApproval: false, apps: [], contributors: 'warn' },
        order: 'fail',
        deployment: { create: true, environment: 'production', reporters: [] },
        driftIntervalMs: 300_000,
      },
    ],
    validation: {
      size: { level: 'fail', minBytes: 100_000_000, maxBytes: 2_000_000_000 },
      layers: { level: 'fail', max: 100 },
      command: 'fail',
      labels: {
        level: 'fail',
        required: ['org.opencontainers.image.source', 'org.opencontainers.image.revision'],
      },
      healthcheck: 'warn',
      rejectedBefore: 'warn',
      tagOverwritten: 'warn',
      platforms: { level: 'fail', required: [] },
      content: { match: 'off', ignore: [] },
    },
    rollback: { role: 'write', approvals: { required: 0 } },
    force: { role: 'maintain' },
  });
});

test('the preset strict makes all checks binding, and changes nothing else', () => {
  const strict = builtInPolicy({ repo: repoName('acme/dotca'), registryHost: 'ghcr.io', preset: 'strict' });
  const { validation, staging } = strict;
  const { size, layers, command, labels, healthcheck, rejectedBefore, tagOverwritten } = validation;
  const levels = [size.level, layers.level, command, labels.level, healthcheck, rejectedBefore, tagOverwritten];
  expect(levels).toEqual(levels.map(() => 'fail'));
  expect(staging.deployed).toBe('required');
  expect(strict.environments.map(({ approvals }) => approvals.contributors)).toEqual(['refuse']);
  const built = policy();
  const { environments } = built;
  expect({ ...strict, validation: built.validation, staging: built.staging, environments }).toEqual(built);
});

test('any other environment has one floating tag of its name, and no permanent tags', () => {
  expect(defaultEnvironment('canary')).toEqual({
    name: 'canary',
    branch: 'main',
    tags: ['canary'],
    keepAs: null,
    rollbackTags: false,
    approvals: { required: 1, role: 'write', users: [], selfApproval: false, apps: [], contributors: 'warn' },
    order: 'off',
    deployment: { create: true, environment: 'canary', reporters: [] },
    driftIntervalMs: 300_000,
  });
});

test('an environment whose name is not a valid tag has no tags by default', () => {
  expect(defaultEnvironment('-eu').tags).toEqual([]);
});

test('a repository whose name is not a valid image name has no image', () => {
  expect(builtInPolicy({ repo: repoName('acme/-docs-'), registryHost: 'ghcr.io' }).images).toEqual([]);
});

const canary = environment({ name: 'canary' });
const production = environment();
const europe = environment({ name: 'europe' });

test.each([
  ['a named environment is that one', [production, canary], 'canary', 'canary'],
  ['an unknown name is none', [production], 'staging', null],
  ['names keep their case', [production], 'Production', null],
  ['without a name it is production, wherever it stands', [canary, production], null, 'production'],
  ['without a name and production it is the only one', [canary], null, 'canary'],
  ['without a name, production and a single one it is none', [canary, europe], null, null],
  ['no environments, no name', [], null, null],
])('%s', (_name, environments, name, found) => {
  expect(findEnvironment({ ...policy(), environments }, name)?.name ?? null).toBe(found);
});
