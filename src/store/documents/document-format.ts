// Stored documents have a format number: an older one is upgraded step by step, a newer one is left to processes of its version.
import { z } from 'zod';
import { canonicalJson, type Json } from '../../domain/audit/canonical-json.ts';
import { NewerFormat } from '../database/stored.ts';

/** A document of whatever format, without its number. */
export type AnyDocument = { readonly [member: string]: unknown };

/** Turns a document of one format into one of the next. What it takes out of the old one is unknown: it parses that itself. */
export type UpgradeStep = (document: AnyDocument) => AnyDocument;

export type DocumentFormat<Value> = {
  /** The format of today: what is written. */
  readonly format: number;
  /** NewerFormat where a newer version wrote it. Other errors: something else wrote to the database. */
  readonly read: (text: string) => Value;
  /** Canonical JSON. */
  readonly write: (value: { readonly [member: string]: Json }) => string;
};

/**
 * `schema` describes today's format only, and strictly: dropping a member silently would lose it at the next commit.
 * `steps[0]` turns format 1 into 2, and so on; so each change of the schema adds one.
 */
export function documentFormat<Schema extends z.ZodType>(args: {
  /** Of an error: `promotion`. */
  readonly name: string;
  readonly schema: Schema;
  readonly steps: readonly UpgradeStep[];
}): DocumentFormat<z.output<Schema>> {
  const { name, schema, steps } = args;
  const format = steps.length + 1;
  return {
    format,
    read: (text) => {
      const { format: written, ...document } = Numbered.parse(JSON.parse(text));
      if (written > format) {
        throw new NewerFormat(`a stored ${name} has format ${written}, and this version reads up to ${format}`);
      }
      return schema.parse(steps.slice(written - 1).reduce<AnyDocument>((older, step) => step(older), document));
    },
    write: (value) => canonicalJson({ ...value, format }),
  };
}

const Numbered = z.looseObject({ format: z.int().min(1) });
