// The words for each problem of a policy file: every code, every form of what is legal, and every kind of what stands there.
import { expect, test } from 'vitest';
import type { AllowedForm, PolicyMistake, PolicyProblem, SeenValue } from '../../src/domain/policy/policy-problem.ts';
import { fileProblemWords, invalidPolicyWords, policyProblemWords } from '../../src/messages/policy-problem.ts';

const PLACE = { line: 3, column: 5, path: 'environments.production.tags[0]' };
const SIMPLE = [
  'nul-character',
  'second-document',
  'yaml-version',
  'tab-indent',
  'yaml-tag',
  'yaml-alias',
  'yaml-anchor',
  'too-deep',
  'key-not-plain',
] as const;

const MISTAKES: readonly PolicyMistake[] = [
  ...SIMPLE.map((code) => ({ code })),
  { code: 'too-large', maxBytes: 65_536 },
  { code: 'too-many-tokens', max: 20_000 },
  { code: 'yaml-syntax', detail: 'Flow map must end with a }' },
  { code: 'key-twice', key: 'images' },
  { code: 'unknown-key', key: 'vault', meant: null, legal: ['images', 'force'] },
  { code: 'unknown-key', key: 'image', meant: 'images', legal: ['images', 'force'] },
  { code: 'illegal-key', key: 'a.b', legal: { form: 'environment-name' } },
  { code: 'empty-value', legal: { form: 'boolean' } },
  { code: 'illegal-value', legal: { form: 'boolean' }, seen: { kind: 'text', text: 'yes' } },
  { code: 'prefix-clash', staging: 'stage', hotfix: 'stage-fix' },
  { code: 'shared-tag', tag: 'main', owner: null },
  { code: 'shared-tag', tag: 'main', owner: 'canary' },
  { code: 'no-default-tag', environment: 'a.b' },
  { code: 'reserved-default-tag', tag: 'rollback-eu' },
  { code: 'tag-of-source', tag: 'staging', prefix: 'staging' },
  { code: 'keep-as-floating', keepAs: '{source}', tag: 'staging' },
  { code: 'user-twice', user: 'Ada' },
  { code: 'too-few-users', needed: 2, listed: 1, kind: 'promotion' },
  { code: 'too-few-users', needed: 3, listed: 2, kind: 'rollback' },
  { code: 'empty-size-range', minBytes: 200, maxBytes: 100 },
];

test('what is wrong', () => {
  const lines = MISTAKES.map((mistake) => `${mistake.code}: ${fileProblemWords({ ...PLACE, ...mistake })}`);
  expect(lines.join('\n')).toMatchSnapshot();
});

const PLAIN_FORMS = [
  'boolean',
  'image',
  'branch',
  'floating-tag',
  'login',
  'reporter',
  'label',
  'github-environment',
  'environment-name',
  'interval',
  'size',
  'environments',
] as const;

const FORMS: readonly AllowedForm[] = [
  ...PLAIN_FORMS.map((form) => ({ form })),
  { form: 'one-of', words: ['fail', 'warn', 'off'] },
  { form: 'whole-number', from: 0, to: 10 },
  { form: 'tag-prefix', maxLength: 30 },
  { form: 'keep-as', maxLength: 33 },
  { form: 'map', keys: ['level', 'max'] },
  { form: 'map', keys: ['interval'] },
  { form: 'list', of: 'image', from: 1, to: 1 },
  { form: 'list', of: 'logins', from: 0, to: 50 },
  { form: 'list', of: 'reporters', from: 0, to: 50 },
];

test('what is legal', () => {
  const lines = FORMS.map((legal) => fileProblemWords({ ...PLACE, code: 'empty-value', legal }));
  expect(lines.join('\n')).toMatchSnapshot();
});

const SEEN: readonly SeenValue[] = [
  { kind: 'text', text: 'a "b"' },
  { kind: 'list', length: 0 },
  { kind: 'list', length: 2 },
  { kind: 'map', isEmpty: true },
  { kind: 'map', isEmpty: false },
  { kind: 'other', text: '11' },
];

test('what stands there', () => {
  const lines = SEEN.map((seen) =>
    fileProblemWords({ ...PLACE, code: 'illegal-value', legal: { form: 'boolean' }, seen }),
  );
  expect(lines.join('\n')).toMatchSnapshot();
});

test('where it is', () => {
  const mistake = { code: 'tab-indent' } as const;
  const problems: readonly PolicyProblem[] = [
    { ...PLACE, ...mistake },
    { ...PLACE, ...mistake, path: '' },
    { code: 'file-too-large', sizeBytes: 70_000, maxBytes: 65_536 },
    { code: 'not-a-file', what: 'directory' },
    { code: 'wrong-file-name', found: '.github/promotion.yaml' },
  ];
  expect(problems.map(policyProblemWords).join('\n')).toMatchSnapshot();
});

test('what opens the list: its name, or what the file says', () => {
  const texts = [
    invalidPolicyWords([{ ...PLACE, code: 'tab-indent' }], (name) => `<${name}>`),
    invalidPolicyWords([{ code: 'wrong-file-name', found: 'promotion.yml' }], (name) => `<${name}>`),
  ];
  expect(texts.join('\n')).toMatchSnapshot();
});
