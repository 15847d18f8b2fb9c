// Policy files whose single values are legal: contradictions, odd YAML, and everything told at once.
import { describe, expect, test } from 'vitest';
import { environmentOf, problemsOf } from './promotion-file.ts';

describe('contradictions', () => {
  test.each([
    [
      'a floating tag in two environments',
      'environments:\n  production: {}\n  eu: { tags: [eu, latest] }',
      [
        '3:20 environments.eu.tags[1]: the floating tag "latest" belongs to environment "production" already: one tag, one place',
      ],
    ],
    [
      'a default floating tag that another environment has',
      'environments:\n  eu: { tags: [main] }\n  production: {}',
      [
        '3:3 environments.production.tags[0]: the floating tag "main" belongs to environment "eu" already: one tag, one place',
      ],
    ],
    [
      'a floating tag twice',
      'environments: { eu: { tags: [a, b, a] } }',
      ['1:36 environments.eu.tags[2]: the floating tag "a" belongs in this list already: one tag, one place'],
    ],
    [
      'a floating tag that is a source prefix',
      'environments: { eu: { tags: [staging] } }',
      [
        '1:30 environments.eu.tags[0]: the floating tag "staging" would be taken for an image of "staging": write one that is not staging and does not begin with staging-',
      ],
    ],
    [
      'a floating tag that begins with one',
      'hotfix: { tag_prefix: fix }\nenvironments: { eu: { tags: [fix-it] } }',
      [
        '2:30 environments.eu.tags[0]: the floating tag "fix-it" would be taken for an image of "fix": write one that is not fix and does not begin with fix-',
      ],
    ],
    [
      'an environment called like a prefix',
      'environments:\n  staging: {}',
      [
        '2:3 environments.staging.tags[0]: the floating tag "staging" would be taken for an image of "staging": write one that is not staging and does not begin with staging-',
      ],
    ],
    [
      'an environment called like a rollback tag',
      'environments:\n  rollback-eu: {}',
      [
        '2:3 environments.rollback-eu.tags[0]: the floating tag "rollback-eu", which is the default, would be taken for one that never moves: write tags here',
      ],
    ],
    [
      'an environment called like what cosign writes',
      'environments:\n  sha256-eu: { approvals: {} }',
      [
        '2:3 environments.sha256-eu.tags[0]: the floating tag "sha256-eu", which is the default, would be taken for one that never moves: write tags here',
      ],
    ],
    [
      'an environment whose name is no tag',
      'environments: { -eu: {} }',
      ['1:17 environments.-eu: "-eu" is no legal tag, so write tags here'],
    ],
    [
      'equal prefixes',
      'hotfix: { tag_prefix: staging }',
      [
        '1:23 hotfix.tag_prefix: tags of "staging" could not be told from tags of "staging": the prefixes of staging and hotfix must differ, and neither may begin with the other and a hyphen',
      ],
    ],
    [
      'a prefix that begins with the default one',
      'staging:\n  tag_prefix: hotfix-2',
      [
        '2:15 staging.tag_prefix: tags of "hotfix" could not be told from tags of "hotfix-2": the prefixes of staging and hotfix must differ, and neither may begin with the other and a hyphen',
      ],
    ],
    [
      'a kept tag that could be a floating one',
      'environments:\n  eu: { keep_as: "eu-{source}" }\n  us: { tags: [eu-staging-abc1234] }',
      ['2:18 environments.eu.keep_as: "eu-{source}" could become "eu-staging-abc1234", which is a floating tag'],
    ],
    [
      'more approvals than people',
      'environments: { eu: { approvals: { required: 3, users: [ada, bob] } } }',
      [
        '1:56 environments.eu.approvals.users: 3 people must approve a promotion, but only 2 people may: list more of them, ask for fewer, or write a role',
      ],
    ],
    [
      'more approvals of a rollback than people',
      'rollback: { approvals: { required: 2 } }\nenvironments: { eu: { approvals: { users: [ada] } } }',
      [
        '2:43 environments.eu.approvals.users: 2 people must approve a rollback, but only 1 person may: list more of them, ask for fewer, or write a role',
      ],
    ],
    [
      'a user twice',
      'environments: { eu: { approvals: { users: [ada, Ada] } } }',
      ['1:49 environments.eu.approvals.users[1]: "Ada" is listed twice: logins are compared without case'],
    ],
    [
      'a minimum over the maximum',
      'validation: { size: { min: 3GB } }',
      ['1:28 validation.size.min: the minimum (3000000000 bytes) is over the maximum (2000000000 bytes)'],
    ],
    [
      'a maximum under the default minimum',
      'validation:\n  size: { max: 50MB }',
      ['2:3 validation.size.min: the minimum (100000000 bytes) is over the maximum (50000000 bytes)'],
    ],
  ])('%s', (_name, text, problems) => {
    expect(problemsOf(text)).toEqual(problems);
  });

  test('users and a written role are enough people', () => {
    const text = 'environments: { eu: { approvals: { required: 3, users: [ada], role: write } } }';
    expect(environmentOf(text, 'eu').approvals.required).toBe(3);
  });
});

describe('what YAML can do and a policy has no use for', () => {
  test.each([
    ['a tab', 'staging:\n\tbranch: x', ['2:1 : a tab indents this line: YAML is indented with blanks']],
    ['a key twice', 'force: {}\nstaging: {}\nforce: { role: admin }', ['3:1 force: the key "force" is written twice']],
    ['a key twice, once in quotes', 'force: {}\n"force": {}', ['2:1 force: the key "force" is written twice']],
    [
      'an anchor',
      'force: &f {}',
      ['1:11 force: anchors (&…) are not legal here: write the value out where it is needed'],
    ],
    [
      'an alias',
      'rollback: &r { role: write }\nforce: *r',
      [
        '1:14 rollback: anchors (&…) are not legal here: write the value out where it is needed',
        '2:8 force: aliases (*…) are not legal here: write the value out',
      ],
    ],
    ['a merge key', 'force:\n  <<: { role: admin }', ['2:3 force["<<"]: there is no key "<<" here. Legal keys: role']],
    ['a core tag', 'force: !!map {}', ['1:14 force: tags (!…) are not legal here: write the plain value']],
    ['bytes', 'force: !!binary aGVsbG8=', ['1:17 force: tags (!…) are not legal here: write the plain value']],
    ['another tag', 'force: !secret x', ['1:8 : tags (!…) are not legal here: write the plain value']],
    [
      'two documents',
      'force: {}\n---\nforce: {}',
      ['3:1 : a second document begins: a policy is one document, so leave the --- out'],
    ],
    [
      'YAML 1.1, where off is false',
      '%YAML 1.1\n---\nvalidation: { command: off }',
      ['1:1 : a policy is YAML 1.2: leave the %YAML line out'],
    ],
    ['another directive', '%FOO bar\n---\nforce: {}', ['1:1 : this is not YAML: Unknown directive %FOO']],
    ['a map as a key', '? [a]\n: 1', ['1:3 : a key is one plain word']],
    ['__proto__ as a key', '__proto__: { role: admin }', ['1:1 : a key is one plain word']],
    [
      '__proto__ as an environment',
      'environments: { __proto__: {}, production: {} }',
      ['1:17 environments: a key is one plain word'],
    ],
    [
      'deep nesting',
      `force: ${'['.repeat(20)}${']'.repeat(20)}`,
      [
        '1:8 force: write a map with the key role ({} for all defaults), not a list of 1',
        '1:15 force[0][0][0][0][0][0][0]: nested deeper than any key of a policy',
      ],
    ],
    [
      'what is not closed',
      'images: [ghcr.io/a/b\nforce: {}',
      ['2:1 : this is not YAML: Flow sequence in block collection must be sufficiently indented and end with a ]'],
    ],
    ['text in UTF-16', 'f\0o\0r\0c\0e\0', ['1:2 : a NUL character: this is no UTF-8 text']],
  ])('%s', (_name, text, problems) => {
    expect(problemsOf(text)).toEqual(problems);
  });

  test('over 64 KiB, in bytes, it is not read', () => {
    const filler = 'ä'.repeat(32 * 1024 - 1);
    expect(problemsOf(`#${filler}\n`)).toEqual([]);
    expect(problemsOf(`#${filler}\n\n`)).toEqual(['1:1 : the file is larger than 64 KiB: no policy is that long']);
  });
});

describe('all problems are told at once', () => {
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

  test('a contradiction is not guessed from parts that are broken', () => {
    const text = 'environments:\n  production: { tags: [1] }\n  eu: { tags: [main] }\n';
    expect(problemsOf(text).map((problem) => problem.split(': ')[0])).toEqual(['2:24 environments.production.tags[0]']);
    expect(problemsOf('staging: { tag_prefix: 1 }\nenvironments: { eu: { tags: [staging] } }')).toHaveLength(1);
  });

  test('up to twenty', () => {
    const keys = Array.from({ length: 30 }, (_, number) => `key${number}: 1`);
    expect(problemsOf(keys.join('\n'))).toHaveLength(20);
    expect(problemsOf('environments: { production: { keep_as: "a" } }'.repeat(2))).toHaveLength(1);
  });

  test('a key that is long is told short', () => {
    const [problem = ''] = problemsOf(`${'x'.repeat(500)}: 1`);
    expect(problem.length).toBeLessThan(400);
  });
});
