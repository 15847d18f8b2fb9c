// Whatever stands in a policy file: an answer in time, never an error, and no policy that contradicts itself.
import * as fc from 'fast-check';
import semver from 'semver';
import { expect, test } from 'vitest';
import type { Policy } from '../../src/domain/policy/policy.ts';
import { FULL_FILE, read } from '../config/promotion-file.ts';
import { fuzz, swiftly } from './campaign.ts';
import { repeated, spliced, texts } from './hostile.ts';
import { fileProblemWords } from '../../src/messages/policy-problem.ts';
import { policyProblem } from '../../src/domain/policy/policy-problem.ts';

const SIGNS = [
  ['&a ', '*a', '!!str ', '!!binary ', '! ', '- ', '? ', ': ', '{', '}', '[', ']', '"', "'", '|\n', '>\n', '---\n'],
  ['...\n', '#', '<<: ', '<<: *a\n', '%YAML 1.1\n', '%TAG ! tag:x,2000:\n', '\t', '\ufeff', '\0', '  ', '\r\n', ','],
  ['.inf', '1e999', '0x', '0o7', '1_000', '\ud800', '~', 'yes', '2026-11-28', '99999999999999999999GB', '1e3'],
].flat();
const KEYS = [
  ['  canary:\n', '  staging: {}\n', 'preset: strict\n', 'keep_as: "{source}"\n', 'tags: [main]\n', 'users: [a, b]\n'],
  ['__proto__: ', 'constructor: ', '  toString: {}\n', '  __proto__: {}\n', 'labels: { required: [constructor] }\n'],
  ['drift: { interval: off }\n', 'drift: { interval: 9999999999h }\n', 'size: { max: 1e999 }\n', 'required: 1.5\n'],
].flat();
const LINES = FULL_FILE.split('\n').map((line) => `${line}\n`);
const pieces = fc.constantFrom(...SIGNS, ...KEYS, ...LINES);

const files = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.array(pieces, { maxLength: 60 }).map((parts) => parts.join('')),
  spliced([FULL_FILE], fc.oneof(pieces, texts)),
);

/** As large as a file may be, of a few parts that come again and again: bombs of aliases, stairs of brackets. */
const giants = fc
  .array(
    repeated(
      fc.array(pieces, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('')),
      65_000,
    ),
    {
      minLength: 1,
      maxLength: 3,
    },
  )
  .map((parts) => parts.join('').slice(0, 65_000));

test('any text is a policy or has problems with places', () => {
  expect(fuzz(files, { runs: 1500, examine: expectAnswer })).toBeNull();
});

test('the largest text is answered within the limit', () => {
  expect(fuzz(giants, { runs: 150, examine: expectAnswer })).toBeNull();
});

function expectAnswer(text: string): void {
  const reading = swiftly(() => read(text));
  if (reading.kind === 'policy') return expectSound(reading.policy);
  const lines = text.split('\n');
  expect(reading.problems.length).toBeGreaterThan(0);
  expect(reading.problems.length).toBeLessThanOrEqual(20);
  for (const problem of reading.problems) {
    const { line, column, path } = problem;
    const message = fileProblemWords(problem);
    expect(policyProblem.parse(JSON.parse(JSON.stringify(problem)))).toEqual(problem);
    expect(lines.length).toBeGreaterThanOrEqual(line);
    expect(column).toBeGreaterThanOrEqual(1);
    expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? 0) + 1);
    expect(message).not.toMatch(/Invalid (?:input|key|string)|\bexpected \w+|Too (?:big|small)|undefined/);
    expect(message.length + path.length).toBeLessThan(1000);
  }
}

/** The longest that fits, of what YAML parsers are slow at. */
const HOSTILE: readonly (readonly [string, string])[] = [
  ...[
    '[',
    '{a: ',
    '- ',
    '? ',
    '&a ',
    '!a ',
    '*a ',
    '"',
    '[]',
    ',',
    ': ',
    '#\n',
    '\n',
    '---\n',
    '%a\n',
    '|\n',
    ' ',
    'a\n',
  ].map((part) => [`${JSON.stringify(part)} over and over`, part.repeat(65_000 / part.length)] as const),
  // Short enough to be parsed.
  ...['[', '{a: ', '- ', '? ', '&a ', '"', '[]', ','].map(
    (part) => [`${JSON.stringify(part)} some hundred times`, part.repeat(700)] as const,
  ),
  ['documents that end over and over', '...\n&a '.repeat(1400)],
  ['brackets in brackets', `force: ${'['.repeat(1400)}${']'.repeat(1400)}`],
  ['5,500 keys', Array.from({ length: 5500 }, (_, number) => `key${number}: 1`).join('\n')],
  [
    'aliases of aliases',
    Array.from({ length: 30 }, (_, n) => `a${n}: &a${n} [${`*a${n - 1}, `.repeat(9)}]`).join('\n'),
  ],
  ['one long key', `${'k'.repeat(60_000)}: 1`],
  ['one long value', `staging: { branch: ${'b/'.repeat(30_000)} }`],
  ['one long version', `environments: { eu: { tags: [v1.2.3-${'a.'.repeat(30_000)}a] } }`],
];

test.each(HOSTILE)('%s: answered, and only with the built-in policy', (_name, text) => {
  expect(read(text).kind).toBe(/^(?:#|\s)*$/.test(text) ? 'policy' : 'problems');
});

function expectSound({ images, environments, staging, hotfix, validation }: Policy): void {
  expect(images).toHaveLength(1);
  const tags = environments.flatMap((environment) => environment.tags);
  expect(new Set(tags).size).toBe(tags.length);
  for (const tag of tags) {
    expect(tag).not.toMatch(/^(?:rollback|sha256)-/);
    expect(semver.valid(tag)).toBeNull();
    for (const { tagPrefix } of [staging, hotfix]) expect(`${tag}-`.startsWith(`${tagPrefix}-`)).toBe(false);
  }
  for (const environment of environments) {
    expect(environment.tags.length).toBeGreaterThan(0);
    const { required, role, users } = environment.approvals;
    expect(role === null ? users.length : required).toBeGreaterThanOrEqual(required);
  }
  expect(validation.size.minBytes).toBeLessThanOrEqual(validation.size.maxBytes);
}
