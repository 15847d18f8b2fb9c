// What a `push` delivery tells: the new head of a branch, and nothing else.
import { expect, test } from 'vitest';
import type { Intent } from '../../../src/engine/core/intent.ts';
import { translateEvent } from '../../../src/webhooks/table.ts';

const translate = (payload: unknown): readonly Intent[] => translateEvent('push', payload, { appId: 4711 });

const HEAD = 'a'.repeat(40);
const REPO = { id: 7, name: 'acme/dotca', installationId: 61_000_001 };

function push(changes: Readonly<Record<string, unknown>> = {}): unknown {
  return {
    ref: 'refs/heads/staging',
    before: '0'.repeat(40),
    after: HEAD,
    created: false,
    deleted: false,
    repository: { id: 7, full_name: 'acme/dotca', default_branch: 'main' },
    installation: { id: 61_000_001 },
    pusher: { name: 'ada' },
    sender: { id: 5, login: 'ada', type: 'User' },
    ...changes,
  };
}

test.each([
  ['a branch', {}, { branch: 'staging', toDefaultBranch: false }],
  ['a branch with slashes', { ref: 'refs/heads/team/staging' }, { branch: 'team/staging', toDefaultBranch: false }],
  ['the default branch', { ref: 'refs/heads/main' }, { branch: 'main', toDefaultBranch: true }],
  ['a branch by a bot', { sender: { id: 9, login: 'merge[bot]', type: 'Bot' } }, { branch: 'staging' }],
])('%s', (_name, changes, branch) => {
  expect(translate(push(changes))).toEqual([
    { kind: 'push', repo: REPO, head: HEAD, toDefaultBranch: false, ...branch },
  ]);
});

test.each([
  ['a tag', { ref: 'refs/tags/v1.0.0' }],
  ['a branch that was deleted', { deleted: true, after: '0'.repeat(40) }],
  ['a branch that was deleted, by its head alone', { after: '0'.repeat(40) }],
  ['something that is neither', { ref: 'refs/notes/heads/staging' }],
])('no intent: %s', (_name, changes) => {
  expect(translate(push(changes))).toEqual([]);
});

test.each([
  ['changes the policy file', { modified: ['.github/promotion.yml'] }, { policyBy: 5 }],
  ['renames the policy file', { added: ['promotion.yml'], removed: ['.github/promotion.yml'] }, { policyBy: 5 }],
  ['adds a file that may be meant as it', { added: ['src/a.ts', '.github/promotion.yaml'] }, { misnamedBy: 5 }],
  ['removes one from the root', { removed: ['Promotion.yml'] }, { misnamedBy: 5 }],
  ['changes a workflow of that name', { modified: ['.github/workflows/promotion.yml'] }, {}],
  ['changes other files', { added: ['README.md'], modified: null }, {}],
])('a push that %s', (_name, commit, by) => {
  const [intent] = translate(push({ ref: 'refs/heads/main', commits: [{ added: ['a.md'] }, commit] }));
  if (intent?.kind !== 'push') throw new Error('a push is a push');
  const { policyBy, misnamedBy } = intent;
  expect({ policyBy: policyBy?.id, misnamedBy: misnamedBy?.id }).toEqual({
    policyBy: undefined,
    misnamedBy: undefined,
    ...by,
  });
});
