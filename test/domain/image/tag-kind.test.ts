// What a tag is there for, by its name and the policy.
import { expect, test } from 'vitest';
import { builtInPolicy, defaultEnvironment, type Policy } from '../../../src/domain/policy/policy.ts';
import { parseRepoName, parseTag } from '../../../src/domain/image/reference.ts';
import { kindOfTag } from '../../../src/domain/image/tag-kind.ts';

const POLICY = policyOf();

test.each([
  ['the first floating tag of production', 'main', 'environment production'],
  ['the second one', 'latest', 'environment production'],
  ['the tag of another environment', 'canary', 'environment canary'],
  ['what the staging branch holds', 'staging', 'staging'],
  ['an image of a staging commit', 'staging-abc1234', 'staging'],
  ['an image of a hotfix', 'hotfix-abc1234', 'hotfix'],
  ['a kept tag', 'main-staging-abc1234', 'permanent'],
  ['a kept hotfix', 'main-hotfix-abc1234', 'permanent'],
  ['a rollback tag', 'rollback-20261124-090000-release', 'rollback'],
  ['a rollback tag of an earlier workflow', 'rollback-old', 'rollback'],
  ['a version', 'v1.2.3', 'version'],
  ['a version before its release', '1.2.3-rc.1', 'version'],
  ['half a version', 'v1.2', 'other'],
  ['a tag that only looks kept', 'main-feature', 'other'],
  ['a tag that only begins like staging', 'stagingx', 'other'],
])('%s (%s): %s', (_, tag, kind) => {
  const parsed = parseTag(tag);
  if (parsed === null) throw new Error(`${tag} is no tag`);
  const found = kindOfTag(parsed, POLICY);
  expect(found.kind === 'environment' ? `environment ${found.environment}` : found.kind).toBe(kind);
});

function policyOf(): Policy {
  const repo = parseRepoName('acme/dotca');
  if (repo === null) throw new Error('no name');
  const policy = builtInPolicy({ repo, registryHost: 'ghcr.io' });
  return { ...policy, environments: [...policy.environments, defaultEnvironment('canary')] };
}
