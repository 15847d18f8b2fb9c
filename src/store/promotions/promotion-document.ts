// A promotion as text, and the text as a promotion again; the compiler keeps the schema and the type the same.
import { z } from 'zod';
import { INELIGIBILITY_CODES } from '../../domain/ineligibility.ts';
import { policyProblem } from '../../domain/policy/policy-problem.ts';
import type { Promotion } from '../../domain/promotion/promotion.ts';
import {
  commitSha,
  digest,
  finding,
  imageRepository,
  outsideProblem,
  repoName,
  tag,
  targetOutcome,
  time,
  type DeepReadonly,
} from '../documents/parts.ts';
import { documentFormat } from '../documents/document-format.ts';
import { imageChanges, sameCode } from './changes-document.ts';
import { failure, failureProblem } from './failure-document.ts';
import { PROMOTION_STEPS } from './upgrade.ts';

const person = z.strictObject({ id: z.int(), login: z.string() });

const deploymentNews = { at: time, since: time, url: z.string().nullable(), by: person.exactOptional() };

const state = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('examining'), again: z.boolean() }),
  z.strictObject({ kind: z.literal('awaiting-approval') }),
  z.strictObject({ kind: z.literal('scheduled'), cause: z.literal('queue') }),
  z.strictObject({ kind: z.literal('applying'), undoing: failureProblem.nullable(), since: time }),
  z.strictObject({ kind: z.literal('promoted'), at: time }),
  z.strictObject({ kind: z.literal('deploying'), ...deploymentNews }),
  z.strictObject({ kind: z.literal('deployed'), ...deploymentNews }),
  z.strictObject({ kind: z.literal('deployment-failed'), ...deploymentNews }),
  z.strictObject({
    kind: z.literal('waiting-for-image'),
    repository: imageRepository,
    commit: commitSha,
    tags: z.array(tag),
    until: time,
  }),
  z.strictObject({ kind: z.literal('checks-failed') }),
  z.strictObject({ kind: z.literal('rejected'), by: person, reason: z.string().nullable() }),
  z.strictObject({ kind: z.literal('failed'), failure }),
  z.strictObject({
    kind: z.literal('cancelled'),
    by: person.nullable(),
    because: z.enum(['person', 'installation-gone', 'repository-gone', 'repository-archived']),
  }),
  z.strictObject({
    kind: z.literal('superseded'),
    by: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('promotion'), number: z.int() }),
      z.strictObject({ kind: z.literal('production') }),
    ]),
  }),
  z.strictObject({ kind: z.literal('expired') }),
]);

const move = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('rollback'), repository: imageRepository, slug: z.string(), digest }),
  z.strictObject({
    kind: z.enum(['permanent', 'floating']),
    repository: imageRepository,
    tag,
    baseline: digest.nullable(),
    digest,
  }),
]);

const notice = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('production-moved'),
    tags: z.array(z.strictObject({ repository: imageRepository, tag, from: digest.nullable(), to: digest.nullable() })),
  }),
  z.strictObject({ kind: z.enum(['policy-changed', 'outcomes-changed', 'target-changed']) }),
  z.strictObject({
    kind: z.literal('other-deployment'),
    environment: z.string(),
    commit: commitSha,
    digest: digest.exactOptional(),
    by: z.string(),
    at: time,
  }),
  z.strictObject({ kind: z.literal('no-deployment'), problem: outsideProblem, at: time }),
]);

const targetOrigin = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('held'), promotion: z.int(), ...targetOutcome.shape }),
  z.strictObject({ kind: z.literal('baseline'), promotion: z.int() }),
  z.strictObject({
    kind: z.literal('unproven'),
    because: z.enum(['never-held', 'other-tags', 'other-deployment', 'deployment-failed', 'left', 'not-recorded']),
    promotion: z.int().nullable(),
    forced: z.boolean(),
    outcome: targetOutcome.shape.outcome.exactOptional(),
  }),
]);

/** Today's format. A change of it is a new one: see upgrade.ts. */
export const promotionSchema = z.strictObject({
  id: z.string(),
  number: z.int(),
  repo: z.strictObject({ id: z.int(), name: repoName, installationId: z.int() }),
  requestedAs: repoName,
  environment: z.string(),
  kind: z.enum(['promotion', 'rollback', 'version']),
  requester: person,
  reason: z.string().nullable(),
  force: z.boolean(),
  versionTag: tag.nullable(),
  source: z.strictObject({
    typed: z.string(),
    tag: tag.nullable(),
    taggedCommit: commitSha.exactOptional(),
    target: targetOrigin.exactOptional(),
  }),
  sourceMovedTo: digest.exactOptional(),
  images: z.array(
    z.strictObject({
      repository: imageRepository,
      digest,
      commit: commitSha.nullable(),
      summary: z.strictObject({ subject: z.string(), author: z.string().nullable() }).exactOptional(),
      changes: imageChanges.exactOptional(),
      sameCode: sameCode.exactOptional(),
      commitTag: tag.nullable(),
      platforms: z.array(z.string()),
    }),
  ),
  baseline: z.array(z.strictObject({ repository: imageRepository, tag, digest: digest.nullable() })),
  findings: z.array(finding),
  reviews: z.array(
    z.strictObject({
      verdict: z.enum(['approve', 'reject']),
      by: person,
      at: time,
      via: z.enum(['comment', 'check-run']),
      subject: z.string(),
      void: z.literal(true).exactOptional(),
      app: z.strictObject({ id: z.int(), slug: z.string() }).exactOptional(),
      commentId: z.int().exactOptional(),
      checkRunId: z.int().exactOptional(),
    }),
  ),
  moves: z.array(move),
  policyBlob: z.string(),
  rulesHash: z.string(),
  policyProblems: z.array(policyProblem).exactOptional(),
  plannedAt: time.exactOptional(),
  plansShown: z.enum(['none', 'first', 'later']).exactOptional(),
  contributors: z
    .strictObject({
      commits: z.int(),
      people: z.array(z.strictObject({ ...person.shape, commits: z.int() })),
      unknown: z.array(commitSha),
    })
    .exactOptional(),
  unmergedInto: z.array(z.string()).exactOptional(),
  openBranch: z.string().exactOptional(),
  lostApprovals: z.array(z.strictObject({ by: person, code: z.enum(INELIGIBILITY_CODES) })).exactOptional(),
  requestedUnder: z.string().exactOptional(),
  otherReviewers: z.enum(['some', 'none', 'unknown']),
  notice: notice.nullable(),
  uncountedReport: z
    .strictObject({ by: person, status: z.enum(['deploying', 'deployed', 'deployment-failed']), at: time })
    .exactOptional(),
  thread: z.strictObject({ issue: z.int(), comments: z.int().exactOptional() }).nullable(),
  state,
  version: z.int(),
  createdAt: time,
  updatedAt: time,
});

export const PROMOTION_FORMAT = documentFormat({ name: 'promotion', schema: promotionSchema, steps: PROMOTION_STEPS });

/** Canonical JSON. */
export function formatPromotion(value: Promotion): string {
  // Fails to compile when the type has a case or a member that the schema would refuse.
  const document: DeepReadonly<z.output<typeof promotionSchema>> = value;
  return PROMOTION_FORMAT.write(document);
}

/** Of any format up to today's. NewerFormat where a newer version wrote it; other errors: something else did. */
export function readPromotion(text: string): Promotion {
  return PROMOTION_FORMAT.read(text);
}
