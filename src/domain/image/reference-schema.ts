// The parts of image references in stored values: text that only their parser lets in.
import { z } from 'zod';
import { parseCommitSha, parseDigest, parseImageRepository, parseRepoName, parseTag } from './reference.ts';

export const digest = branded(parseDigest);
export const tag = branded(parseTag);
export const imageRepository = branded(parseImageRepository);
export const commitSha = branded(parseCommitSha);
export const repoName = branded(parseRepoName);

function branded<T>(parse: (text: string) => T | null): z.ZodPipe<z.ZodString, z.ZodTransform<T, string>> {
  return z.string().transform((text, context) => {
    const value = parse(text);
    if (value !== null) return value;
    context.addIssue({ code: 'custom', message: `not valid: ${JSON.stringify(text)}` });
    return z.NEVER;
  });
}
