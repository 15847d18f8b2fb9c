// Stored documents have a format number: an older one is upgraded step by step, a newer one is left to processes of its version.
import { z } from 'zod';
import { canonicalJson, type Json } from '../../domain/audit/canonical-json.ts';
import { NewerFormat } from '../database/stored.ts';

/** A document of any format, without its number. */
export type AnyDocument = { readonly [member: string]: unknown };

/** Turns a document of one format into one of the next. What it takes out of the old one is unknown: it parses that itself. */
export type UpgradeStep = (document: AnyDocument) => AnyDocument;

export type DocumentFormat<Value> = {
  readonly name: string;
  readonly schema: z.ZodType;
  /** The current format, which is written. */
  readonly format: number;
  /**
   * NewerFormat if a newer version wrote it: it has a higher number, or an unknown word or member.
   * Other errors: something else wrote to the database.
   */
  readonly read: (text: string) => Value;
  /** Canonical JSON. */
  readonly write: (value: { readonly [member: string]: Json }) => string;
};

/**
 * `schema` describes only the current format, and strictly: a dropped member would be lost at the next commit.
 * `steps[0]` turns format 1 into 2, and so on. A change of the schema needs a step if it makes older documents
 * unreadable, or gives them another meaning; a further word of a union does neither.
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
    name,
    schema,
    format,
    read: (text) => {
      const { format: written, ...document } = Numbered.parse(JSON.parse(text));
      if (written > format) {
        throw new NewerFormat(`a stored ${name} has format ${written}, and this version reads up to ${format}`);
      }
      const today = steps.slice(written - 1).reduce<AnyDocument>((older, step) => step(older), document);
      const read = schema.safeParse(today);
      if (read.success) return read.data;
      if (!read.error.issues.every((issue) => isUnknownWord(issue, today))) throw read.error;
      throw new NewerFormat(`a stored ${name} holds what this version does not know: ${describe(read.error)}`);
    },
    write: (value) => canonicalJson({ ...value, format }),
  };
}

/** An unknown kind, code or member. A document without any such word is damaged. */
function isUnknownWord(issue: z.core.$ZodIssue, document: AnyDocument): boolean {
  if (issue.code === 'unrecognized_keys') return true;
  const isWord =
    issue.code === 'invalid_value' || (issue.code === 'invalid_union' && issue.discriminator !== undefined);
  return isWord && typeof valueAt(document, issue.path) === 'string';
}

function valueAt(document: AnyDocument, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, step) => {
    if (typeof value !== 'object' || value === null) return undefined;
    return new Map<PropertyKey, unknown>(Object.entries(value)).get(String(step));
  }, document);
}

function describe({ issues }: z.ZodError): string {
  return issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
}

const Numbered = z.looseObject({ format: z.int().min(1) });
