// Policy files whose single values are legal: contradictions, odd YAML, and everything told at once.
import { describe, expect, test } from 'vitest';
import { environmentOf, problemsOf } from './promotion-file.ts';

describe('contradictions', () => {
  test.each([
    [
      'a floating tag in two environments',
      'environments:\n  production: {}\n  eu: { tags: [eu, latest] }',
      ['3:20 environments.eu.tags[1]: shared-tag tag=latest owner=production'],
    ],
    [
      'a default floating tag that another environment has',
      'environments:\n  eu: { tags: [main] }\n  production: {}',
      ['3:3 environments.production.tags[0]: shared-tag tag=main owner=eu'],
    ],
    [
      'a floating tag twice',
      'environments: { eu: { tags: [a, b, a] } }',
      ['1:36 environments.eu.tags[2]: shared-tag tag=a owner=null'],
    ],
    [
      'a floating tag that is a source prefix',
      'environments: { eu: { tags: [staging] } }',
      ['1:30 environments.eu.tags[0]: tag-of-source tag=staging prefix=staging'],
    ],
    [
      'a floating tag that begins with one',
      'hotfix: { tag_prefix: fix }\nenvironments: { eu: { tags: [fix-it] } }',
      ['2:30 environments.eu.tags[0]: tag-of-source tag=fix-it prefix=fix'],
    ],
    [
      'an environment called like a prefix',
      'environments:\n  staging: {}',
      ['2:3 environments.staging.tags[0]: tag-of-source tag=staging prefix=staging'],
    ],
    [
      'an environment called like a rollback tag',
      'environments:\n  rollback-eu: {}',
      ['2:3 environments.rollback-eu.tags[0]: reserved-default-tag tag=rollback-eu'],
    ],
    [
      'an environment called like what cosign writes',
      'environments:\n  sha256-eu: { approvals: {} }',
      ['2:3 environments.sha256-eu.tags[0]: reserved-default-tag tag=sha256-eu'],
    ],
    [
      'an environment whose name is no tag',
      'environments: { -eu: {} }',
      ['1:17 environments.-eu: no-default-tag environment=-eu'],
    ],
    [
      'equal prefixes',
      'hotfix: { tag_prefix: staging }',
      ['1:23 hotfix.tag_prefix: prefix-clash staging=staging hotfix=staging'],
    ],
    [
      'a prefix that begins with the default one',
      'staging:\n  tag_prefix: hotfix-2',
      ['2:15 staging.tag_prefix: prefix-clash staging=hotfix-2 hotfix=hotfix'],
    ],
    [
      'a kept tag that could be a floating one',
      'environments:\n  eu: { keep_as: "eu-{source}" }\n  us: { tags: [eu-staging-abc1234] }',
      ['2:18 environments.eu.keep_as: keep-as-floating keepAs=eu-{source} tag=eu-staging-abc1234'],
    ],
    [
      'more approvals than people',
      'environments: { eu: { approvals: { required: 3, users: [ada, bob] } } }',
      ['1:56 environments.eu.approvals.users: too-few-users needed=3 listed=2 kind=promotion'],
    ],
    [
      'more approvals of a rollback than people',
      'rollback: { approvals: { required: 2 } }\nenvironments: { eu: { approvals: { users: [ada] } } }',
      ['2:43 environments.eu.approvals.users: too-few-users needed=2 listed=1 kind=rollback'],
    ],
    [
      'a user twice',
      'environments: { eu: { approvals: { users: [ada, Ada] } } }',
      ['1:49 environments.eu.approvals.users[1]: user-twice user=Ada'],
    ],
    [
      'a minimum over the maximum',
      'validation: { size: { min: 3GB } }',
      ['1:28 validation.size.min: empty-size-range minBytes=3000000000 maxBytes=2000000000'],
    ],
    [
      'a maximum under the default minimum',
      'validation:\n  size: { max: 50MB }',
      ['2:3 validation.size.min: empty-size-range minBytes=100000000 maxBytes=50000000'],
    ],
  ])('%s', (_name, text, problems) => {
    expect(problemsOf(text)).toEqual(problems);
  });

  test('users and a written role are enough people', () => {
    const text = 'environments: { eu: { approvals: { required: 3, users: [ada], role: write } } }';
    expect(environmentOf(text, 'eu').approvals.required).toBe(3);
  });
});

describe('YAML features that a policy does not allow', () => {
  test.each([
    ['a tab', 'staging:\n\tbranch: x', ['2:1 : tab-indent']],
    ['a key twice', 'force: {}\nstaging: {}\nforce: { role: admin }', ['3:1 force: key-twice key=force']],
    ['a key twice, once in quotes', 'force: {}\n"force": {}', ['2:1 force: key-twice key=force']],
    ['an anchor', 'force: &f {}', ['1:11 force: yaml-anchor']],
    ['an alias', 'rollback: &r { role: write }\nforce: *r', ['1:14 rollback: yaml-anchor', '2:8 force: yaml-alias']],
    ['a merge key', 'force:\n  <<: { role: admin }', ['2:3 force["<<"]: unknown-key key=<< meant=null legal=role']],
    ['a core tag', 'force: !!map {}', ['1:14 force: yaml-tag']],
    ['bytes', 'force: !!binary aGVsbG8=', ['1:17 force: yaml-tag']],
    ['another tag', 'force: !secret x', ['1:8 : yaml-tag']],
    ['two documents', 'force: {}\n---\nforce: {}', ['3:1 : second-document']],
    ['YAML 1.1, where off is false', '%YAML 1.1\n---\nvalidation: { command: off }', ['1:1 : yaml-version']],
    ['another directive', '%FOO bar\n---\nforce: {}', ['1:1 : yaml-syntax detail=Unknown directive %FOO']],
    ['a map as a key', '? [a]\n: 1', ['1:3 : key-not-plain']],
    ['__proto__ as a key', '__proto__: { role: admin }', ['1:1 : key-not-plain']],
    [
      '__proto__ as an environment',
      'environments: { __proto__: {}, production: {} }',
      ['1:17 environments: key-not-plain'],
    ],
    [
      'deep nesting',
      `force: ${'['.repeat(20)}${']'.repeat(20)}`,
      ['1:8 force: illegal-value legal=map role seen=list 1', '1:15 force[0][0][0][0][0][0][0]: too-deep'],
    ],
    [
      'what is not closed',
      'images: [ghcr.io/a/b\nforce: {}',
      ['2:1 : yaml-syntax detail=Flow sequence in block collection must be sufficiently indented and end with a ]'],
    ],
    ['text in UTF-16', 'f\0o\0r\0c\0e\0', ['1:2 : nul-character']],
  ])('%s', (_name, text, problems) => {
    expect(problemsOf(text)).toEqual(problems);
  });

  test('over 64 KiB, in bytes, it is not read', () => {
    const filler = 'ä'.repeat(32 * 1024 - 1);
    expect(problemsOf(`#${filler}\n`)).toEqual([]);
    expect(problemsOf(`#${filler}\n\n`)).toEqual(['1:1 : too-large maxBytes=65536']);
  });
});

describe('all problems are reported at once', () => {
  test('in the order of the file, contradictions too', () => {
    const text = `validation: { command: error }
environments:
  production:
    tags: [main]
    aprovals: {}
  canary:
    tags: [canary, canary]
  eu:
    tags: [staging-eu]
images: nothing
`;
    expect(problemsOf(text).map((problem) => problem.split(': ')[0])).toEqual([
      '1:24 validation.command',
      '5:5 environments.production.aprovals',
      '7:20 environments.canary.tags[1]',
      '9:12 environments.eu.tags[0]',
      '10:9 images',
    ]);
  });

  test('a contradiction is not derived from broken parts', () => {
    const text = 'environments:\n  production: { tags: [1] }\n  eu: { tags: [main] }\n';
    expect(problemsOf(text).map((problem) => problem.split(': ')[0])).toEqual(['2:24 environments.production.tags[0]']);
    expect(problemsOf('staging: { tag_prefix: 1 }\nenvironments: { eu: { tags: [staging] } }')).toHaveLength(1);
  });

  test('up to twenty', () => {
    const keys = Array.from({ length: 30 }, (_, number) => `key${number}: 1`);
    expect(problemsOf(keys.join('\n'))).toHaveLength(20);
    expect(problemsOf('environments: { production: { keep_as: "a" } }'.repeat(2))).toHaveLength(1);
  });

  test('a long key is shortened', () => {
    const [problem = ''] = problemsOf(`${'x'.repeat(500)}: 1`);
    expect(problem.length).toBeLessThan(400);
  });
});
