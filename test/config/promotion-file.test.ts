// The policy file: what missing keys mean, and what written ones do.
import { describe, expect, test } from 'vitest';
import { builtInPolicy, defaultEnvironment, type Policy } from '../../src/domain/policy/policy.ts';
import { BLOB, environmentOf, FULL_FILE, policyOf, problemsOf, REPO } from './promotion-file.ts';

const BUILT_IN: Policy = { ...builtInPolicy({ repo: REPO, registryHost: 'ghcr.io' }), blob: BLOB };

describe('the built-in policy is the result of', () => {
  test.each([
    ['an empty file', ''],
    ['blanks', ' \n\n'],
    ['comments', '# nothing yet\n'],
    ['a lone ---', '---\n'],
    ['null', 'null'],
    ['an empty map', '{}'],
    ['empty maps', 'staging: {}\nenvironments: { production: {} }\nvalidation: { size: {}, labels: {} }\nrollback: {}'],
    ['all defaults written out', FULL_FILE],
    ['all defaults, with CRLF', FULL_FILE.replaceAll('\n', '\r\n')],
    ['all defaults, behind a byte order mark', `\ufeff${FULL_FILE}`],
    ['all defaults, between --- and ...', `---\n${FULL_FILE}...\n`],
    ['all defaults, behind %YAML 1.2', `%YAML 1.2\n---\n${FULL_FILE}`],
    ['a comment that is no UTF-8', `# gr\ufffd\ufffde\n${FULL_FILE}`],
  ])('%s', (_name, text) => {
    expect(policyOf(text)).toEqual(BUILT_IN);
  });
});

describe('environments', () => {
  const two = 'environments:\n  canary: {}\n  production: {}\n';

  test('once written, they replace the built-in one, in the order of the file', () => {
    expect(policyOf(two).environments).toEqual([defaultEnvironment('canary'), defaultEnvironment('production')]);
    expect(policyOf('environments: { canary: {} }').environments.map(({ name }) => name)).toEqual(['canary']);
  });

  test('written values override the defaults of the name, and lists replace', () => {
    const text = 'environments:\n  production:\n    tags: [stable]\n    approvals: { required: 2 }\n';
    const base = defaultEnvironment('production');
    const approvals = { ...base.approvals, required: 2 };
    expect(environmentOf(text)).toEqual({ ...base, tags: ['stable'], approvals });
  });

  test('everything of another environment can be written', () => {
    const text = `environments:
  eu-west_1:
    branch: release/1.x
    tags: [eu, eu-latest]
    keep_as: "eu-{source}"
    rollback_tags: true
    approvals: { required: 0, role: admin, users: [Ada-L, bob_acme], self_approval: true }
    order: warn
    deployment: { create: false, environment: "Production (EU)", reporters: ["argocd[bot]#678"] }
    drift: { interval: 1h }
`;
    expect(environmentOf(text, 'eu-west_1')).toEqual({
      name: 'eu-west_1',
      branch: 'release/1.x',
      tags: ['eu', 'eu-latest'],
      keepAs: 'eu-{source}',
      rollbackTags: true,
      approvals: {
        required: 0,
        role: 'admin',
        users: ['Ada-L', 'bob_acme'],
        selfApproval: true,
        apps: [],
        contributors: 'warn',
      },
      order: 'warn',
      deployment: { create: false, environment: 'Production (EU)', reporters: [{ login: 'argocd[bot]', id: 678 }] },
      driftIntervalMs: 3_600_000,
    });
  });

  test('keep_as: off means no permanent tag', () => {
    expect(environmentOf('environments: { production: { keep_as: off } }').keepAs).toBeNull();
  });

  test('a name that is a number is a name', () => {
    expect(environmentOf('environments: { 42: {} }', '42').tags).toEqual(['42']);
  });
});

describe('who approves', () => {
  test.each([
    ['nothing written', '{}', 'write', []],
    ['a role', '{ role: admin }', 'admin', []],
    ['users: only they count', '{ users: [ada] }', null, ['ada']],
    ['users and a role: both count', '{ users: [ada], role: maintain }', 'maintain', ['ada']],
    ['no users: the default role', '{ users: [] }', 'write', []],
  ])('%s', (_name, approvals, role, users) => {
    const text = `environments: { production: { approvals: ${approvals} } }`;
    expect(environmentOf(text).approvals).toMatchObject({ role, users });
  });
});

describe('preset strict', () => {
  test('makes the list binding', () => {
    const strict = builtInPolicy({ repo: REPO, registryHost: 'ghcr.io', preset: 'strict' });
    expect(policyOf('preset: strict')).toEqual({ ...strict, blob: BLOB });
    expect(strict.validation.healthcheck).toBe('fail');
  });

  test('is overridden by written values', () => {
    const policy = policyOf('preset: strict\nvalidation: { healthcheck: off }\nstaging: { deployed: warn }');
    expect(policy.validation).toMatchObject({ healthcheck: 'off', labels: { level: 'fail' } });
    expect(policy.staging.deployed).toBe('warn');
  });
});

test('the image of a repository whose name is no image name has to be written', () => {
  expect(policyOf('images: [ghcr.io/acme/api]').images).toEqual(['ghcr.io/acme/api']);
});

describe('how often drift is checked', () => {
  test.each([
    ['1m', 60_000],
    ['90m', 5_400_000],
    ['24h', 86_400_000],
    ['off', null],
  ])('%s', (text, ms) => {
    expect(environmentOf(`drift: { interval: ${text} }`).driftIntervalMs).toBe(ms);
  });

  test('an environment has its own if it is written, else the common one', () => {
    const text = 'drift: { interval: off }\nenvironments: { production: { drift: { interval: 1m } }, canary: {} }';
    expect(environmentOf(text).driftIntervalMs).toBe(60_000);
    expect(environmentOf(text, 'canary').driftIntervalMs).toBeNull();
  });

  test.each(['0m', '59s', '25h', '1441m', '5', '1.5h', '5 m', '-5m', 'on', '1d', 'null'])('%s is none', (text) => {
    expect(problemsOf(`drift: { interval: "${text}" }`)).toEqual([
      `1:20 drift.interval: illegal-value legal=interval seen=text ${text}`,
    ]);
  });
});

describe('sizes', () => {
  test.each([
    ['0', 0],
    ['1048576', 1_048_576],
    ['100MB', 100_000_000],
    ['100 MB', 100_000_000],
    ['1.5GB', 1_500_000_000],
    ['0.001kB', 1],
    ['512B', 512],
    ['1MiB', 1_048_576],
    ['1.5GiB', 1_610_612_736],
    ['2TB', 2_000_000_000_000],
    ['0x10', 16],
  ])('%s is %i bytes', (text, bytes) => {
    expect(policyOf(`validation: { size: { min: 0, max: ${text} } }`).validation.size.maxBytes).toBe(bytes);
  });

  test.each([
    '-1',
    '1.5',
    '"100"',
    '100mb',
    '100M',
    '"1,5GB"',
    'MB',
    '.5GB',
    '999999999TB',
    '1e99',
    '.inf',
    '.nan',
    'true',
  ])('%s is none', (text) => {
    expect(problemsOf(`validation: { size: { max: ${text} } }`)[0]).toMatch(
      /^1:28 validation\.size\.max: illegal-value legal=size seen=/,
    );
  });
});
