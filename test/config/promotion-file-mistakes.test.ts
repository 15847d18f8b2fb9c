// Mistakes in the policy file: each is told with its place and with what is legal there.
import { describe, expect, test } from 'vitest';
import { problemsOf } from './promotion-file.ts';

const TOP = 'preset, images, staging, hotfix, environments, validation, rollback, force, drift';
const ENVIRONMENT = 'branch, tags, keep_as, rollback_tags, approvals, deployment, drift';

describe('a mistake is told with its place and with what is legal', () => {
  test.each([
    ['an unknown key', 'force: {}\nvault: 1', [`2:1 vault: there is no key "vault" here. Legal keys: ${TOP}`]],
    [
      'a key one letter off',
      'enviroments: {}',
      [`1:1 enviroments: there is no key "enviroments" here. Did you mean "environments"? Legal keys: ${TOP}`],
    ],
    [
      'a key in another spelling',
      'staging:\n  tagPrefix: x',
      [
        '2:3 staging.tagPrefix: there is no key "tagPrefix" here. Did you mean "tag_prefix"? Legal keys: branch, tag_prefix, deployed',
      ],
    ],
    [
      'an unknown key of an environment',
      'environments:\n  production:\n    tag: main',
      [`3:5 environments.production.tag: there is no key "tag" here. Did you mean "tags"? Legal keys: ${ENVIRONMENT}`],
    ],
    [
      'another word',
      'validation:\n  command: error',
      ['2:12 validation.command: write fail, warn or off, not "error"'],
    ],
    [
      'yes for true',
      'environments: { production: { rollback_tags: yes } }',
      ['1:46 environments.production.rollback_tags: write true or false, not "yes"'],
    ],
    [
      'a word for a number',
      'rollback: { approvals: { required: one } }',
      ['1:36 rollback.approvals.required: write a whole number from 0 to 10, not "one"'],
    ],
    [
      'a number out of range',
      'rollback: { approvals: { required: 11 } }',
      ['1:36 rollback.approvals.required: write a whole number from 0 to 10, not 11'],
    ],
    [
      'a fraction',
      'validation: { layers: { max: 0.5 } }',
      ['1:30 validation.layers.max: write a whole number from 1 to 1000, not 0.5'],
    ],
    [
      'a level for a map',
      'validation:\n  size: off',
      ['2:9 validation.size: write a map with keys among level, min, max ({} for all defaults), not "off"'],
    ],
    [
      'a map for a level',
      'validation: { healthcheck: { level: warn } }',
      ['1:28 validation.healthcheck: write fail, warn or off, not a map'],
    ],
    [
      'a list for a map',
      'force: [maintain]',
      ['1:8 force: write a map with the key role ({} for all defaults), not a list of 1'],
    ],
    [
      'nothing behind a key',
      'staging:\nforce: {}',
      [
        '1:1 staging: nothing is written here: write a map with keys among branch, tag_prefix, deployed ({} for all defaults), or leave the key out',
      ],
    ],
    [
      'a list as the file',
      '- production',
      [`1:1 : write a map with keys among ${TOP} ({} for all defaults), not a list of 1`],
    ],
    [
      'a sentence as the file',
      'promote everything',
      [`1:1 : write a map with keys among ${TOP} ({} for all defaults), not "promote everything"`],
    ],
    ['another preset', 'preset: strict', ['1:9 preset: write guide, not "strict"']],
    [
      'two images',
      'images: [ghcr.io/a/b, ghcr.io/a/c]',
      ['1:9 images: write a list with exactly 1 image, not a list of 2'],
    ],
    ['no image', 'images: []', ['1:9 images: write a list with exactly 1 image, not an empty list']],
    [
      'no tags',
      'environments: { canary: { tags: [] } }',
      ['1:33 environments.canary.tags: write a list of 1 to 20 tags, not an empty list'],
    ],
    [
      'no environments',
      'environments: {}',
      ['1:15 environments: write a map of environments by name, such as production: {}, not an empty map'],
    ],
    ['a read role', 'force: { role: read }', ['1:16 force.role: write triage, write, maintain or admin, not "read"']],
  ])('%s', (_name, text, problems) => {
    expect(problemsOf(text)).toEqual(problems);
  });
});

describe('values that are refused', () => {
  const rows: readonly (readonly [string, string, readonly string[]])[] = [
    [
      'images: [%]',
      'write an image with its registry and in lower case, without tag or digest, such as ghcr.io/acme/api, not ',
      ['acme/api', 'ghcr.io', 'ghcr.io/Acme/api', 'ghcr.io/acme/api:main', '"ghcr.io/acme/a b"', '12'],
    ],
    [
      'staging: { branch: % }',
      'write the name of a branch, such as main, not ',
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
      'write the beginning of tags without its hyphen, such as staging, up to 30 characters; not rollback, sha256 or a version, not ',
      ['""', '-a', '"a b"', 'a/b', 'rollback', 'rollback-x', 'sha256', 'v1.2.3', 'x'.repeat(31)],
    ],
    [
      'environments: { eu: { tags: [%] } }',
      'write a tag that may move, such as main; not rollback-…, sha256-… or a version such as v1.2.3, not ',
      ['"a b"', '.a', 'ä', 'rollback-1', 'sha256-x', 'v1.2.3', '1.2.3', 'v1.2.3-rc.1', 'x'.repeat(129), '1', 'a/b'],
    ],
    [
      'environments: { eu: { keep_as: % } }',
      'write a tag with {source} in it once, such as main-{source}, up to 33 characters besides; or off, not ',
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
      'write the login of a person on GitHub, without @, not ',
      ['"@ada"', '-ada', '"ada bob"', 'acme/team', 'dependabot[bot]', '12', 'x'.repeat(40)].filter(
        (text) => !text.includes('['),
      ),
    ],
    [
      'validation: { labels: { required: [%] } }',
      'write the name of a label, such as org.opencontainers.image.source, not ',
      ['""', '"a b"', 'ä', '1', 'x'.repeat(256)],
    ],
    [
      'environments: { eu: { deployment: { environment: % } } }',
      'write the name of an environment on GitHub, such as production, not ',
      ['""', '" x"', '"a\\nb"', 'x'.repeat(256), 'true'],
    ],
  ];

  test.each(rows.flatMap(([template, words, values]) => values.map((value) => [template, value, words] as const)))(
    '%s with %s',
    (template, value, words) => {
      const problems = problemsOf(template.replace('%', () => value));
      expect(problems).toHaveLength(1);
      expect(problems[0]).toContain(`: ${words}`);
      expect(problems[0]).toMatch(new RegExp(`^1:${template.indexOf('%') + 1} `));
      expect(problems[0]?.length).toBeLessThan(400);
    },
  );

  test.each(['a.b', '"a b"', 'ä', 'P12', 'p1', 'x'.repeat(101)])('an environment called %s', (name) => {
    const [problem, ...others] = problemsOf(`environments: { ${name}: {} }`);
    expect(problem).toMatch(
      /^1:17 environments.*: write a name of letters, digits, - and _, other than P and a number, not "/,
    );
    expect(others).toEqual([]);
  });
});

describe('legal values near the limits', () => {
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
