// The common parts of stored documents: texts that only their domain parser accepts, and findings.
import { z } from 'zod';

export { finding } from '../../domain/finding.ts';
export { commitSha, digest, imageRepository, repoName, tag } from '../../domain/image/reference-schema.ts';
export const time = z.int();
export const outsideProblem = z.strictObject({ code: z.string(), detail: z.string() });

const outcome = z.enum(['promoted', 'deploying', 'deployed', 'deployment-failed']);

/** What became of a rollback target. */
export const targetOutcome = z.strictObject({ outcome, forced: z.boolean() });

/** A document's type, as the domain writes it: it fails to compile where a schema would refuse a domain value. */
export type DeepReadonly<T> = T extends string | number | boolean | null
  ? T
  : { readonly [Key in keyof T]: DeepReadonly<T[Key]> };
