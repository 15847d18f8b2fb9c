// The schema of a failure in a stored promotion.
import { z } from 'zod';
import { policyProblem } from '../../domain/policy/policy-problem.ts';
import { digest, imageRepository, outsideProblem, repoName, tag, targetOutcome } from '../documents/parts.ts';

const incompleteness = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('no-platform') }),
  z.strictObject({ kind: z.literal('manifest-missing') }),
  z.strictObject({
    kind: z.literal('parts-missing'),
    first: z.strictObject({ part: z.enum(['manifest', 'config', 'layer']), digest, platform: z.string() }),
    more: z.int(),
  }),
]);

const otherTarget = { alternative: z.string().nullable(), alternativeOutcome: targetOutcome.exactOptional() };

export const failureProblem = z.discriminatedUnion('code', [
  z.strictObject({ code: z.literal('outside-error'), error: outsideProblem }),
  z.strictObject({ code: z.literal('target-gone'), error: outsideProblem, ...otherTarget }),
  z.strictObject({
    code: z.literal('target-incomplete'),
    repository: imageRepository,
    digest,
    because: incompleteness,
    ...otherTarget,
  }),
  z.strictObject({ code: z.literal('policy-unreadable'), problems: z.array(policyProblem), more: z.int() }),
  z.strictObject({ code: z.literal('environment-gone'), environment: z.string() }),
  z.strictObject({
    code: z.literal('image-not-in-policy'),
    image: imageRepository,
    images: z.array(imageRepository),
  }),
  z.strictObject({ code: z.literal('owner-not-allowed'), owner: z.string() }),
  z.strictObject({ code: z.literal('image-not-granted'), image: imageRepository, repo: repoName }),
  z.strictObject({
    code: z.enum(['image-granted-elsewhere', 'image-of-another-repository', 'image-not-proven']),
    image: imageRepository,
    repo: repoName,
    repoId: z.int(),
  }),
  z.strictObject({ code: z.literal('tag-moved'), tag, holds: digest.nullable(), expected: digest.nullable() }),
  z.strictObject({ code: z.literal('permanent-tag-taken'), tag, holds: digest, isVersion: z.boolean() }),
  z.strictObject({
    code: z.literal('moved-after-writing'),
    tags: z.array(z.strictObject({ tag, holds: digest.nullable() })),
  }),
  z.strictObject({
    code: z.literal('writes-not-shown'),
    because: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('old-digest'), tags: z.array(tag) }),
      z.strictObject({ kind: z.literal('no-answer'), error: outsideProblem }),
    ]),
  }),
]);

const tagOutcome = z.strictObject({
  repository: imageRepository,
  tag,
  kind: z.enum(['rollback', 'permanent', 'floating']),
  from: digest.nullable(),
  holds: digest.nullable(),
});

export const failure = z.strictObject({
  problem: failureProblem,
  undoRefused: outsideProblem.nullable(),
  production: z.enum(['untouched', 'restored', 'mixed']),
  tags: z.array(tagOutcome),
});
