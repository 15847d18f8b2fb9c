import { describe, expect, test } from 'vitest';
import { effectiveRules, policyMarks } from '../../../src/domain/policy/effective-rules.ts';
import type { EnvironmentPolicy, Policy } from '../../../src/domain/policy/policy.ts';
import type { Promotion } from '../../../src/domain/promotion/promotion.ts';
import { environment, image, policy, sha256, tag } from '../build.ts';

type Change = {
  readonly policy?: Partial<Policy>;
  readonly environment?: Partial<EnvironmentPolicy>;
  readonly kind?: Promotion['kind'];
};

function rulesOf(change: Change): string {
  const { kind = 'promotion' } = change;
  return effectiveRules({
    policy: { ...policy(), ...change.policy },
    environment: environment(change.environment),
    kind,
  });
}

const { staging, hotfix, validation } = policy();
const { approvals, deployment } = environment();

function usersAre(...users: readonly string[]): Change {
  return { environment: { approvals: { ...approvals, users } } };
}

function labelsAre(...required: readonly string[]): Change {
  return { policy: { validation: { ...validation, labels: { level: 'fail', required } } } };
}

describe('an edit does not change the rules', () => {
  test.each<[string, Change]>([
    ['in a comment, which is another blob', { policy: { blob: 'a1b2c3' } }],
    ['of the images', { policy: { images: [image('ghcr.io/acme/other')] } }],
    ['of another environment', { policy: { environments: [environment(), environment({ name: 'canary' })] } }],
    [
      'of the deployment',
      { environment: { deployment: { ...deployment, create: false, reporters: [{ id: 7, login: 'ada' }] } } },
    ],
    [
      'of the case of its name on GitHub',
      { environment: { deployment: { ...deployment, environment: 'Production' } } },
    ],
    ['of the drift interval', { environment: { driftIntervalMs: null } }],
    ['of what rollbacks take', { policy: { rollback: { role: 'admin', approvals: { required: 2 } } } }],
  ])('%s', (_, change) => {
    expect(rulesOf(change)).toBe(rulesOf({}));
  });

  test('of the order or the case of the listed users, or of the order of labels', () => {
    expect(rulesOf(usersAre('Bob', 'mia', 'bob'))).toBe(rulesOf(usersAre('mia', 'bob')));
    expect(rulesOf(labelsAre('a', 'b'))).toBe(rulesOf(labelsAre('b', 'a')));
  });

  test('of who may force, for a rollback', () => {
    const force: Change = { policy: { force: { role: 'admin' } }, kind: 'rollback' };
    expect(rulesOf(force)).toBe(rulesOf({ kind: 'rollback' }));
  });
});

describe('an edit changes the rules', () => {
  test.each<[string, Change]>([
    ['of the staging branch', { policy: { staging: { ...staging, branch: 'develop' } } }],
    ['of the tag prefix', { policy: { staging: { ...staging, tagPrefix: 'develop' } } }],
    ['of the staging deployment', { policy: { staging: { ...staging, deployed: 'required' } } }],
    ['of the hotfix branch', { policy: { hotfix: { ...hotfix, branch: 'hotfix' } } }],
    ['of the environment’s branch', { environment: { branch: 'live' } }],
    ['of the number of approvals', { environment: { approvals: { ...approvals, required: 2 } } }],
    ['of the role of reviewers', { environment: { approvals: { ...approvals, role: 'admin' } } }],
    ['of the listed users', { environment: { approvals: { ...approvals, users: ['bob'] } } }],
    ['of self-approval', { environment: { approvals: { ...approvals, selfApproval: true } } }],
    ['of the environment on GitHub', { environment: { deployment: { ...deployment, environment: 'live' } } }],
    ['of the floating tags', { environment: { tags: [tag('main')] } }],
    ['of their order', { environment: { tags: [tag('latest'), tag('main')] } }],
    ['of the template of kept tags', { environment: { keepAs: null } }],
    ['of the rollback tags', { environment: { rollbackTags: false } }],
    ['of a rule', { policy: { validation: { ...validation, command: 'warn' } } }],
    ['of the required labels', { policy: { validation: { ...validation, labels: { level: 'warn', required: [] } } } }],
    ['of who may force', { policy: { force: { role: 'admin' } } }],
  ])('%s', (_, change) => {
    expect(rulesOf(change)).not.toBe(rulesOf({}));
  });

  test('of the requirements of rollbacks, for a rollback', () => {
    const rollback = { role: 'admin', approvals: { required: 0 } } as const;
    expect(rulesOf({ policy: { rollback }, kind: 'rollback' })).not.toBe(rulesOf({ kind: 'rollback' }));
  });
});

test('the built-in rules have one text: a change of it voids the reviews of all waiting promotions', () => {
  expect(rulesOf({})).toMatchInlineSnapshot(
    `"{"approvals":{"required":1,"role":"write","selfApproval":false,"users":[]},"force":{"role":"maintain"},"sources":{"branch":"main","hotfix":{"branch":"main","tagPrefix":"hotfix"},"staging":{"branch":"staging","deployed":"warn","tagPrefix":"staging"}},"tags":{"floating":["main","latest"],"keepAs":"main-{source}","rollbackTags":true},"validation":{"command":"fail","healthcheck":"warn","labels":{"level":"fail","required":["org.opencontainers.image.revision","org.opencontainers.image.source"]},"layers":{"level":"fail","max":100},"rejectedBefore":"warn","size":{"level":"fail","maxBytes":2000000000,"minBytes":100000000},"tagOverwritten":"warn"}}"`,
  );
});

test('a promotion keeps the blob and the hash, and no copy', () => {
  const marks = policyMarks({ policy: policy(), environment: environment(), kind: 'promotion', sha256 });
  expect(marks).toEqual({ policyBlob: 'none', rulesHash: sha256(rulesOf({})) });
});
