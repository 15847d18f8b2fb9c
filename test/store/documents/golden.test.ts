// Documents of every format that was ever stored: they still read, and today's format is there in all its words.
import { readdirSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/domain/audit/canonical-json.ts';
import { COMMENT_FORMAT } from '../../../src/engine/core/enqueue-comment.ts';
import { NOTE_FORMAT } from '../../../src/engine/promote/note-on-staging.ts';
import type { DocumentFormat } from '../../../src/store/documents/document-format.ts';
import { DRIFT_FORMAT } from '../../../src/store/drifts.ts';
import { PROMOTION_FORMAT } from '../../../src/store/promotions/promotion-document.ts';
import { STAGING_FORMAT } from '../../../src/store/staging-checks.ts';

const FOLDER = new URL('../../fixtures/documents/', import.meta.url);

/** The documents of `<name>-<format>.json`, a list, each with its format. Those of an older format are never edited. */
function goldenOf(file: string): readonly unknown[] {
  return z
    .array(z.unknown())
    .min(1)
    .parse(JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')));
}

function filesOf({ name }: { readonly name: string }): readonly string[] {
  return readdirSync(FOLDER).filter((file) => file.startsWith(`${name.replaceAll(' ', '-')}-`));
}

/** `kind=failed`: the words of unions under the members that carry them. What a rule finds is a matter of its own tests. */
function wordsOf(schema: z.ZodType): ReadonlySet<string> {
  const words = new Set<string>();
  const walk = (node: unknown, member: string): void => {
    if (typeof node !== 'object' || node === null) return;
    const { const: only, enum: several, properties, ...rest } = Schema.parse(node);
    for (const word of [...(only === undefined ? [] : [only]), ...(several ?? [])])
      words.add(`${member}=${String(word)}`);
    for (const [name, inner] of Object.entries(properties ?? {})) if (name !== 'findings') walk(inner, name);
    for (const inner of Object.values(rest))
      for (const part of Array.isArray(inner) ? inner : [inner]) walk(part, member);
  };
  walk(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }), '');
  return words;
}

const Schema = z.looseObject({
  const: z.union([z.string(), z.number(), z.boolean()]).optional(),
  enum: z.array(z.string()).optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
});

function wordsIn(value: unknown, member = ''): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item) => wordsIn(item, member));
  if (typeof value !== 'object' || value === null) return [`${member}=${String(value)}`];
  return Object.entries(value).flatMap(([name, inner]) => wordsIn(inner, name));
}

function checkFormat<Value extends { readonly [member: string]: Json }>(format: DocumentFormat<Value>): void {
  describe(`a ${format.name}`, () => {
    test.each(filesOf(format))('of %s reads, and reads the same when it is written again', (file) => {
      for (const document of goldenOf(file)) {
        const value = format.read(JSON.stringify(document));
        expect(format.read(format.write(value))).toEqual(value);
      }
    });

    test('has documents of each format up to the current one', () => {
      const numbers = filesOf(format).map((file) => Number(/-(\d+)\.json$/.exec(file)?.[1]));
      const all = Array.from({ length: format.format }, (_, index) => index + 1);
      expect(numbers.toSorted((a, b) => a - b)).toEqual(all);
    });

    test('has every word of the current format in a document', () => {
      const shown = new Set(
        filesOf(format)
          .flatMap((file) => goldenOf(file))
          .flatMap((document) => wordsIn(document)),
      );
      expect([...wordsOf(format.schema)].filter((word) => !shown.has(word))).toEqual([]);
    });
  });
}

test('the words are found in any place', () => {
  const words = wordsOf(PROMOTION_FORMAT.schema);
  for (const word of [
    'kind=failed',
    'kind=no-deployment',
    'code=tag-moved',
    'code=unknown-key',
    'void=true',
    'cause=queue',
  ]) {
    expect(words).toContain(word);
  }
});

checkFormat(PROMOTION_FORMAT);
checkFormat(STAGING_FORMAT);
checkFormat(DRIFT_FORMAT);
checkFormat(COMMENT_FORMAT);
checkFormat(NOTE_FORMAT);
