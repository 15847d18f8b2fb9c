// docs/promotion.schema.json is what the code reads: written anew from it, with the defaults that really hold.
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { promotionFileJsonSchema } from '../../src/config/promotion-file.ts';
import { FULL_FILE, policyOf, problemsOf } from '../config/promotion-file.ts';

const written: unknown = JSON.parse(readFileSync(new URL('../../docs/promotion.schema.json', import.meta.url), 'utf8'));

test('the file is fresh; else: node scripts/write-policy-schema.ts', () => {
  expect(written).toEqual(promotionFileJsonSchema());
});

const Node: z.ZodType<SchemaNode> = z.lazy(() =>
  z.object({
    description: z.string().optional(),
    default: z.unknown().optional(),
    properties: z.record(z.string(), Node).optional(),
    additionalProperties: z.union([z.literal(false), Node]).optional(),
  }),
);
type SchemaNode = {
  readonly description?: string | undefined;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, SchemaNode>> | undefined;
  readonly additionalProperties?: false | SchemaNode | undefined;
};
const root = Node.parse(written);

/** The defaults as a file would have them; the environment is called production. */
function defaultsOf(node: SchemaNode): unknown {
  if (node.default !== undefined) return node.default;
  const environment = node.additionalProperties === false ? undefined : node.additionalProperties;
  const properties = node.properties ?? (environment === undefined ? {} : { production: environment });
  const entries = Object.entries(properties).map(([key, inner]) => [key, defaultsOf(inner)] as const);
  const given = entries.filter(([, value]) => value !== undefined);
  return given.length === 0 ? undefined : Object.fromEntries(given);
}

test('a file with all the defaults that the schema names is the built-in policy', () => {
  const text = stringify(defaultsOf(root));
  expect(text).toContain('deployed: warn');
  expect(policyOf(text)).toEqual(policyOf(''));
});

function keysWithoutDescription(node: SchemaNode, path: string): readonly string[] {
  const environment = node.additionalProperties === false ? undefined : node.additionalProperties;
  const inside = Object.entries(node.properties ?? {}).flatMap(([key, inner]) => [
    ...(inner.description === undefined ? [`${path}${key}`] : []),
    ...keysWithoutDescription(inner, `${path}${key}.`),
  ]);
  return environment === undefined ? inside : [...inside, ...keysWithoutDescription(environment, `${path}*.`)];
}

test('every key is described', () => {
  expect(keysWithoutDescription(root, '')).toEqual([]);
});

const validate = new Ajv().compile(z.record(z.string(), z.unknown()).parse(written));

test.each([
  ['the whole file with its defaults', FULL_FILE],
  ['the preset', 'preset: strict'],
  ['another environment', 'environments: { canary: { keep_as: off, approvals: { users: [ada] } } }'],
  ['sizes in bytes', 'validation: { size: { min: 1, max: 2GiB } }'],
])('an editor accepts %s, and so do we', (_name, text) => {
  expect(validate(parse(text))).toBe(true);
  expect(problemsOf(text)).toEqual([]);
});

test.each(['vault: 1', 'validation: { command: error }', 'environments: { "a.b": {} }', 'rollback: { role: read }'])(
  'an editor marks %s, as we do',
  (text) => {
    expect(validate(parse(text))).toBe(false);
    expect(problemsOf(text)).toHaveLength(1);
  },
);
