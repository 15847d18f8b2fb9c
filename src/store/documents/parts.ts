// What stored documents have in common: texts that only their domain parser lets in, and findings.
import { z } from 'zod';
import {
  parseCommitSha,
  parseDigest,
  parseImageRepository,
  parseRepoName,
  parseTag,
} from '../../domain/image/reference.ts';

export const digest = branded(parseDigest);
export const tag = branded(parseTag);
export const imageRepository = branded(parseImageRepository);
export const commitSha = branded(parseCommitSha);
export const repoName = branded(parseRepoName);
export const time = z.int();
export const outsideProblem = z.strictObject({ code: z.string(), detail: z.string() });

export const finding = z.strictObject({
  rule: z.enum([
    'completeness',
    'size',
    'layers',
    'command',
    'healthcheck',
    'source',
    'revision',
    'labels',
    'tag-commit',
    'staging-deployed',
    'rolled-back',
    'permanent-tag',
    'in-production',
  ]),
  platform: z.string().nullable(),
  outcome: z.enum(['pass', 'warn', 'fail', 'unknown']),
  seen: z.string(),
  wanted: z.string(),
  final: z.literal(true).exactOptional(),
  overridden: z.literal(true).exactOptional(),
});

/** A document's type, as the domain writes it: it fails to compile where a schema would refuse a domain value. */
export type DeepReadonly<T> = T extends string | number | boolean | null
  ? T
  : { readonly [Key in keyof T]: DeepReadonly<T[Key]> };

function branded<T>(parse: (text: string) => T | null): z.ZodPipe<z.ZodString, z.ZodTransform<T, string>> {
  return z.string().transform((text, context) => {
    const value = parse(text);
    if (value !== null) return value;
    context.addIssue({ code: 'custom', message: `not legal: ${JSON.stringify(text)}` });
    return z.NEVER;
  });
}
