// Tags that prove what an environment held, by their name or by our journal.
import { describe, expect, test } from 'vitest';
import { heldUntil, isHeldTagName, provesHeld, type TagWriter } from '../../../src/domain/image/held-tag.ts';
import { rollbackTagName } from '../../../src/domain/image/tag-plan.ts';
import { environment, must, NEW, NOW, OLD, policy, tag } from '../build.ts';

const ROLLBACK = 'rollback-20261124-063312-release';
const KEPT = 'main-staging-abc1234';

describe('by its name', () => {
  test.each([
    ['a rollback tag', ROLLBACK, {}, true],
    ['a rollback tag of somebody else', 'rollback-before-the-move', {}, true],
    ['a rollback tag where the environment writes none', ROLLBACK, { rollbackTags: false }, false],
    ['a kept tag', KEPT, {}, true],
    ['a kept tag of a hotfix', 'main-hotfix-abc1234', {}, true],
    ['a kept tag with a full commit', `main-staging-${'a'.repeat(40)}`, {}, true],
    ['a kept tag where the environment keeps none', KEPT, { keepAs: null }, false],
    ['a kept tag of another template', KEPT, { keepAs: 'prod-{source}' }, false],
    ['a tag by a template with an end', 'p-staging-abc1234-ok', { keepAs: 'p-{source}-ok' }, true],
    [
      'a tag by a template with the source twice',
      'staging-abc1234.staging-abc1234',
      { keepAs: '{source}.{source}' },
      true,
    ],
    ['two different sources in it', 'staging-abc1234.staging-abc1235', { keepAs: '{source}.{source}' }, false],
    ['a staging tag', 'staging-abc1234', {}, false],
    ['a staging tag where the template adds nothing', 'staging-abc1234', { keepAs: '{source}' }, false],
    ['a kept name that names no commit', 'main-staging-latest', {}, false],
    ['the kept name without a source', 'main-', {}, false],
    ['a floating tag', 'main', {}, false],
    ['a version', 'v1.2.3', {}, false],
    ['a template without a source', 'stable', { keepAs: 'stable' }, false],
  ])('%s (%s, %j): %s', (_, name, change, proves) => {
    expect(isHeldTagName(tag(name), { environment: environment(change), policy: policy() })).toBe(proves);
  });
});

describe('a tag that the journal knows', () => {
  const place = { repoId: 7, environment: environment(), policy: policy() };
  const writer = (change: Partial<TagWriter>): TagWriter => ({
    tag: tag(KEPT),
    kind: 'permanent',
    target: NEW,
    repoId: 7,
    environment: 'production',
    promoted: true,
    ...change,
  });
  const rollback = { tag: tag(ROLLBACK), kind: 'rollback' } as const;

  test.each<[string, string, readonly TagWriter[], boolean]>([
    ['proves it, when its promotion reached production', KEPT, [writer({})], true],
    ['proves nothing, when its promotion failed', KEPT, [writer({ promoted: false })], false],
    ['proves it, when one of two promotions reached production', KEPT, [writer({ promoted: false }), writer({})], true],
    ['proves nothing about another environment', KEPT, [writer({ environment: 'canary' })], false],
    ['proves nothing about another repository', KEPT, [writer({ repoId: 8 })], false],
    ['proves nothing about a digest that was put there since', KEPT, [writer({ target: OLD })], false],
    [
      'proves it as a rollback tag, even where its promotion failed',
      ROLLBACK,
      [writer({ ...rollback, promoted: false })],
      true,
    ],
    [
      'proves nothing as a rollback tag of another environment',
      ROLLBACK,
      [writer({ ...rollback, environment: 'eu' })],
      false,
    ],
    ['is judged by its name, when only other tags are known', ROLLBACK, [writer({ promoted: false })], true],
  ])('%s: %s', (_, name, writers, proves) => {
    expect(provesHeld({ tag: tag(name), digest: NEW }, { place, writers })).toBe(proves);
  });
});

test.each([
  ['the time of our own', must(rollbackTagName({ slug: 'release', at: NOW, attempt: 2 })), NOW],
  ['no time in the name', 'rollback-before-the-move', null],
  ['an impossible time', 'rollback-20261399-063312-x', null],
  ['no slug', 'rollback-20261124-063312', null],
  ['no rollback tag', 'main', null],
])('until when it was held: %s (%s)', (_, name, until) => {
  expect(heldUntil(tag(name))).toBe(until);
});
