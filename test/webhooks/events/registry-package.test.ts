// What a `registry_package` delivery tells: that something came into a package, whatever GitHub left out.
import { expect, test } from 'vitest';
import type { Intent } from '../../../src/engine/core/intent.ts';
import { translateEvent } from '../../../src/webhooks/table.ts';

const translate = (payload: unknown): readonly Intent[] => translateEvent('registry_package', payload, { appId: 4711 });

const REPO = { id: 7, name: 'Acme/dotca', installationId: 61_000_001 };

function published(changes: Readonly<Record<string, unknown>> = {}): unknown {
  return {
    action: 'published',
    registry_package: { name: 'dotca', owner: { login: 'Acme' }, package_version: { container_metadata: {} } },
    repository: { id: 7, full_name: 'Acme/dotca' },
    installation: { id: 61_000_001 },
    ...changes,
  };
}

test.each([
  ['a tag', {}],
  ['no tag', { registry_package: { name: 'dotca', owner: { login: 'Acme' } } }],
  ['no version, no type, no owner', { registry_package: { name: 'Dotca' } }],
  ['an update', { action: 'updated' }],
])('a hint about the package, in lower case: %s', (_name, changes) => {
  expect(translate(published(changes))).toEqual([{ kind: 'registry-package', repo: REPO, package: 'acme/dotca' }]);
});

test('a package below another keeps its whole name', () => {
  const payload = published({ registry_package: { name: 'dotca/api', owner: { login: 'Acme' } } });
  expect(translate(payload)).toMatchObject([{ package: 'acme/dotca/api' }]);
});

test('a package without a linked repository is no intent', () => {
  expect(translate(published({ repository: undefined }))).toEqual([]);
  expect(translate(published({ repository: null }))).toEqual([]);
});
