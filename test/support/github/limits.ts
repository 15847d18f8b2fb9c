// The limits GitHub keeps although its OpenAPI does not say them.
import { z } from 'zod';

const CheckRun = z.looseObject({
  status: z.string().optional(),
  conclusion: z.string().optional(),
  completed_at: z.string().optional(),
  output: z
    .looseObject({
      annotations: z
        .array(z.looseObject({ message: z.string(), title: z.string().optional(), raw_details: z.string().optional() }))
        .default([]),
    })
    .optional(),
});
const Comment = z.looseObject({ body: z.string() });
const Deployment = z.looseObject({ environment: z.string().default('production') });
const Status = z.looseObject({ description: z.string().default('') });

const MAX_COMMENT_CHARACTERS = 65_536;
const MAX_ANNOTATION_BYTES = 65_536;

const LIMITS: Readonly<Record<string, (body: unknown) => readonly string[]>> = {
  'checks/create': checkRunProblems,
  'checks/update': checkRunProblems,
  'issues/create-comment': commentProblems,
  'issues/update-comment': commentProblems,
  'repos/create-deployment': (body) => {
    const parsed = Deployment.safeParse(body);
    return parsed.success && parsed.data.environment.length > 255 ? ['environment has more than 255 characters'] : [];
  },
  'repos/create-deployment-status': (body) => {
    const parsed = Status.safeParse(body);
    return parsed.success && parsed.data.description.length > 140 ? ['description has more than 140 characters'] : [];
  },
};

/** Sentences; what the schema already refuses is not repeated here. */
export function checkLimits(operation: string, body: unknown): readonly string[] {
  return LIMITS[operation]?.(body) ?? [];
}

function checkRunProblems(body: unknown): readonly string[] {
  const parsed = CheckRun.safeParse(body);
  if (!parsed.success) return [];
  const run = parsed.data;
  const problems: string[] = [];
  if (run.conclusion === undefined && (run.status === 'completed' || run.completed_at !== undefined))
    problems.push('a completed check run needs a conclusion');
  if (run.conclusion !== undefined && run.status !== undefined && run.status !== 'completed')
    problems.push(`a conclusion completes a check run, but its status says ${run.status}`);
  if (run.conclusion === 'stale') problems.push('only GitHub concludes stale');
  for (const annotation of run.output?.annotations ?? []) {
    if ((annotation.title ?? '').length > 255) problems.push('an annotation title has more than 255 characters');
    if (Buffer.byteLength(annotation.message) > MAX_ANNOTATION_BYTES) problems.push('an annotation is over 64 KB');
    if (Buffer.byteLength(annotation.raw_details ?? '') > MAX_ANNOTATION_BYTES)
      problems.push('raw_details is over 64 KB');
  }
  return problems;
}

function commentProblems(body: unknown): readonly string[] {
  const parsed = Comment.safeParse(body);
  if (!parsed.success) return [];
  if (parsed.data.body.trim() === '') return ['body is blank'];
  const characters = parsed.data.body.length;
  return characters > MAX_COMMENT_CHARACTERS
    ? [`body has ${characters} characters, ${MAX_COMMENT_CHARACTERS} at most`]
    : [];
}
