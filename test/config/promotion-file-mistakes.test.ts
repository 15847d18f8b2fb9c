// Mistakes in the policy file: each is told with its place and with what is legal there.
import { describe, expect, test } from 'vitest';
import { problemsOf } from './promotion-file.ts';

const TOP = 'preset, images, staging, hotfix, environments, validation, rollback, force, drift';
const ENVIRONMENT = 'branch, tags, keep_as, rollback_tags, approvals, order, deployment, drift';

describe('a mistake is reported with its place and the allowed values', () => {
  test.each([
    ['an unknown key', 'force: {}\nvault: 1', [`2:1 vault: unknown-key key=vault meant=null legal=${TOP}`]],
    [
      'a key one letter off',
      'enviroments: {}',
      [`1:1 enviroments: unknown-key key=enviroments meant=environments legal=${TOP}`],
    ],
    [
      'a key in another spelling',
      'staging:\n  tagPrefix: x',
      [
        '2:3 staging.tagPrefix: unknown-key key=tagPrefix meant=tag_prefix legal=branch, tag_prefix, deployed, reporters',
      ],
    ],
    [
      'an unknown key of an environment',
      'environments:\n  production:\n    tag: main',
      [`3:5 environments.production.tag: unknown-key key=tag meant=tags legal=${ENVIRONMENT}`],
    ],
    [
      'another word',
      'validation:\n  command: error',
      ['2:12 validation.command: illegal-value legal=one-of fail, warn, off seen=text error'],
    ],
    [
      'yes for true',
      'environments: { production: { rollback_tags: yes } }',
      ['1:46 environments.production.rollback_tags: illegal-value legal=boolean seen=text yes'],
    ],
    [
      'a word for a number',
      'rollback: { approvals: { required: one } }',
      ['1:36 rollback.approvals.required: illegal-value legal=whole-number 0 10 seen=text one'],
    ],
    [
      'a number out of range',
      'rollback: { approvals: { required: 11 } }',
      ['1:36 rollback.approvals.required: illegal-value legal=whole-number 0 10 seen=other 11'],
    ],
    [
      'a fraction',
      'validation: { layers: { max: 0.5 } }',
      ['1:30 validation.layers.max: illegal-value legal=whole-number 1 1000 seen=other 0.5'],
    ],
    [
      'a level for a map',
      'validation:\n  size: off',
      ['2:9 validation.size: illegal-value legal=map level, min, max seen=text off'],
    ],
    [
      'a map for a level',
      'validation: { healthcheck: { level: warn } }',
      ['1:28 validation.healthcheck: illegal-value legal=one-of fail, warn, off seen=map false'],
    ],
    ['a list for a map', 'force: [maintain]', ['1:8 force: illegal-value legal=map role seen=list 1']],
    [
      'nothing behind a key',
      'staging:\nforce: {}',
      ['1:1 staging: empty-value legal=map branch, tag_prefix, deployed, reporters'],
    ],
    ['a list as the file', '- production', [`1:1 : illegal-value legal=map ${TOP} seen=list 1`]],
    [
      'a sentence as the file',
      'promote everything',
      [`1:1 : illegal-value legal=map ${TOP} seen=text promote everything`],
    ],
    [
      'the former name of the preset',
      'preset: guide',
      ['1:9 preset: illegal-value legal=one-of strict seen=text guide'],
    ],
    [
      'two images',
      'images: [ghcr.io/a/b, ghcr.io/a/c]',
      ['1:9 images: illegal-value legal=list image 1 1 seen=list 2'],
    ],
    ['no image', 'images: []', ['1:9 images: illegal-value legal=list image 1 1 seen=list 0']],
    [
      'no tags',
      'environments: { canary: { tags: [] } }',
      ['1:33 environments.canary.tags: illegal-value legal=list tags 1 20 seen=list 0'],
    ],
    ['no environments', 'environments: {}', ['1:15 environments: illegal-value legal=environments seen=map true']],
    [
      'a read role',
      'force: { role: read }',
      ['1:16 force.role: illegal-value legal=one-of triage, write, maintain, admin seen=text read'],
    ],
  ])('%s', (_name, text, problems) => {
    expect(problemsOf(text)).toEqual(problems);
  });
});

describe('values that are refused', () => {
  const rows: readonly (readonly [string, string, readonly string[]])[] = [
    [
      'images: [%]',
      'image',
      ['acme/api', 'ghcr.io', 'ghcr.io/Acme/api', 'ghcr.io/acme/api:main', '"ghcr.io/acme/a b"', '12'],
    ],
    [
      'staging: { branch: % }',
      'branch',
      [
        '""',
        '"a b"',
        'a..b',
        '-x',
        'a~1',
        'a^',
        'refs/heads/main',
        'a/',
        '/a',
        'a//b',
        '.a',
        'a.lock',
        'a.',
        '"a\\tb"',
        'HEAD',
        `"a\ufffd"`,
        '"a:b"',
        '"a*"',
        'x'.repeat(201),
        '"@{1}"',
        '"@"',
      ],
    ],
    [
      'staging: { tag_prefix: % }',
      'tag-prefix 30',
      ['""', '-a', '"a b"', 'a/b', 'rollback', 'rollback-x', 'sha256', 'v1.2.3', 'x'.repeat(31)],
    ],
    [
      'environments: { eu: { tags: [%] } }',
      'floating-tag',
      ['"a b"', '.a', 'ä', 'rollback-1', 'sha256-x', 'v1.2.3', '1.2.3', 'v1.2.3-rc.1', 'x'.repeat(129), '1', 'a/b'],
    ],
    [
      'environments: { eu: { keep_as: % } }',
      'keep-as 33',
      [
        'main',
        '"{source}-{source}"',
        '"-{source}"',
        '"a b{source}"',
        '"{Source}"',
        '"rollback-{source}"',
        '"sha256-{source}"',
        `"${'x'.repeat(34)}{source}"`,
        'false',
        '"{x}{source}"',
      ],
    ],
    [
      'environments: { eu: { approvals: { users: [%] } } }',
      'login',
      ['"@ada"', '-ada', '"ada bob"', 'acme/team', 'dependabot[bot]', '12', 'x'.repeat(40)].filter(
        (text) => !text.includes('['),
      ),
    ],
    ['validation: { labels: { required: [%] } }', 'label', ['""', '"a b"', 'ä', '1', 'x'.repeat(256)]],
    [
      'environments: { eu: { deployment: { environment: % } } }',
      'github-environment',
      ['""', '" x"', '"a\\nb"', 'x'.repeat(256), 'true'],
    ],
  ];

  test.each(rows.flatMap(([template, legal, values]) => values.map((value) => [template, value, legal] as const)))(
    '%s with %s',
    (template, value, legal) => {
      const problems = problemsOf(template.replace('%', () => value));
      expect(problems).toHaveLength(1);
      expect(problems[0]).toContain(`: illegal-value legal=${legal} seen=`);
      expect(problems[0]).toMatch(new RegExp(`^1:${template.indexOf('%') + 1} `));
      expect(problems[0]?.length).toBeLessThan(400);
    },
  );

  test.each(['a.b', '"a b"', 'ä', 'P12', 'p1', 'x'.repeat(101)])('an environment called %s', (name) => {
    const [problem, ...others] = problemsOf(`environments: { ${name}: {} }`);
    expect(problem).toMatch(/^1:17 environments.*: illegal-key key=.* legal=environment-name$/);
    expect(others).toEqual([]);
  });
});

describe('allowed values near the limits', () => {
  test.each([
    'staging: { branch: release/2026.11, tag_prefix: stage.1 }',
    `staging: { tag_prefix: ${'x'.repeat(30)} }`,
    'environments: { eu: { tags: [v1, v1.2, Staging-x, stagingx, rollback, sha256, "1.2"] } }',
    `environments: { eu: { keep_as: "${'x'.repeat(33)}{source}" } }`,
    'environments: { eu: { keep_as: "{source}" } }',
    'environments: { P: {}, "12": {}, p1x: {}, constructor: {}, toString: {} }',
    'images: [127.0.0.1:5000/acme/dotca/api]',
    'environments: { eu: { approvals: { required: 10 } } }',
    `environments: { eu: { approvals: { users: [${'x'.repeat(39)}, a-, a--b] } } }`,
  ])('%s', (text) => {
    expect(problemsOf(text)).toEqual([]);
  });
});
