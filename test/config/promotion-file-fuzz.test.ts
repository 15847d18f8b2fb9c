// Whatever stands in a policy file: an answer in time, never an error, and no policy that contradicts itself.
import { array, assert, constantFrom, nat, oneof, property, string, tuple } from 'fast-check';
import semver from 'semver';
import { expect, test } from 'vitest';
import type { Policy } from '../../src/domain/policy.ts';
import { FULL_FILE, read } from './promotion-file.ts';

const SIGNS = [
  '&a ',
  '*a',
  '!!str ',
  '- ',
  '? ',
  ': ',
  '{',
  '}',
  '[',
  ']',
  '"',
  "'",
  '|\n',
  '>\n',
  '---\n',
  '...\n',
  '#',
];
const ODDITIES = [
  '<<: ',
  '%YAML 1.1\n',
  '\t',
  '\ufeff',
  '\0',
  '  ',
  '\r\n',
  '__proto__: ',
  '.inf',
  '1e999',
  '0x',
  '\ud800',
];
const KEYS = [
  '  canary:\n',
  '  staging: {}\n',
  'preset: guide\n',
  'keep_as: "{source}"\n',
  'tags: [main]\n',
  'users: [a, b]\n',
];
const LINES = FULL_FILE.split('\n').map((line) => `${line}\n`);
const SNIPPETS = [...SIGNS, ...ODDITIES, ...KEYS, ...LINES];

const texts = oneof(
  string({ unit: 'binary', maxLength: 200 }),
  array(constantFrom(...SNIPPETS), { maxLength: 60 }).map((parts) => parts.join('')),
  // A legal file with one piece cut out and another put in.
  tuple(nat(FULL_FILE.length), nat(20), constantFrom('', ...SNIPPETS)).map(
    ([at, length, piece]) => `${FULL_FILE.slice(0, at)}${piece}${FULL_FILE.slice(at + length)}`,
  ),
);

test('any text is a policy or has problems with places', () => {
  assert(
    property(texts, (text) => {
      const reading = read(text);
      if (reading.kind === 'policy') return expectSound(reading.policy);
      const lines = text.split('\n');
      expect(reading.problems.length).toBeGreaterThan(0);
      expect(reading.problems.length).toBeLessThanOrEqual(20);
      for (const { line, column, path, says } of reading.problems) {
        expect(lines.length).toBeGreaterThanOrEqual(line);
        expect(column).toBeGreaterThanOrEqual(1);
        expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? 0) + 1);
        expect(says).not.toMatch(/Invalid (?:input|key|string)|\bexpected \w+|Too (?:big|small)|undefined/);
        expect(says.length + path.length).toBeLessThan(1000);
      }
    }),
    { numRuns: 1500 },
  );
});

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

test.each(HOSTILE)('%s: answered, and no policy but the built-in one', (_name, text) => {
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
