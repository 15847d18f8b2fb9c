// Finds out which repository, promotion and thread a job is about, as far as its payload names them.
import { z } from 'zod';
import { formatNumber } from '../../domain/promotion/promotion.ts';
import type { Db } from '../../store/database/schema.ts';
import { findPromotionName } from '../../store/promotions/promotions.ts';
import { findDeadJob, type DeadJob } from '../../store/queue/job-upkeep.ts';
import { findRepo } from '../../store/repos.ts';

export type JobSubject = {
  /** Today's name; null where the job is about no repository, or none that is named. */
  readonly repo: string | null;
  /** `P12` */
  readonly promotion: string | null;
  /** The issue or pull request. */
  readonly issue: number | null;
};

/** Of a dead job; nothing is known of one that is not there any more. */
export async function findJobSubject(db: Db, { id }: Pick<DeadJob, 'id'>): Promise<JobSubject> {
  const job = await findDeadJob(db, id);
  return job === null ? NOTHING : readSubject(db, job.payload);
}

/** Of any payload, also one that another version wrote. */
export async function readSubject(db: Db, payload: string): Promise<JobSubject> {
  const value = Payload.safeParse(parseJson(payload)).data;
  if (value === undefined) return NOTHING;
  const { promotionId, externalId, repoId, repo, issue, body, line } = value;
  const promotion = await findFirst(db, [promotionId, externalId]);
  const delivered = Body.safeParse(parseJson(body ?? '')).data;
  const told = repo ?? toRepo(delivered?.repository);
  const id = promotion?.repoId ?? repoId ?? told?.id;
  const known = id === undefined ? null : await findRepo(db, id);
  const number = promotion?.number ?? line?.command?.id ?? null;
  return {
    repo: known?.name ?? told?.name ?? (id === undefined ? null : `repository ${id}`),
    promotion: number === null ? null : formatNumber(number),
    issue: issue ?? delivered?.issue?.number ?? null,
  };
}

const NOTHING: JobSubject = { repo: null, promotion: null, issue: null };

const optional = <T>(schema: z.ZodType<T>): z.ZodType<T | undefined> => schema.optional().catch(undefined);
const number = z.int().positive();

/** The members by which jobs name what they are about. */
const Payload = z.object({
  promotionId: optional(z.string()),
  /** Of a check run: that of a promotion is its id. */
  externalId: optional(z.string()),
  repoId: optional(number),
  repo: optional(z.object({ id: number, name: z.string() })),
  issue: optional(number),
  /** A delivery of GitHub's, as it came. */
  body: optional(z.string()),
  line: optional(z.object({ command: optional(z.object({ id: optional(number) })) })),
});

const Body = z.object({
  repository: optional(z.object({ id: number, full_name: z.string() })),
  issue: optional(z.object({ number })),
});

function toRepo(
  repository: { readonly id: number; readonly full_name: string } | undefined,
): { readonly id: number; readonly name: string } | undefined {
  return repository === undefined ? undefined : { id: repository.id, name: repository.full_name };
}

async function findFirst(
  db: Db,
  ids: readonly (string | undefined)[],
): Promise<{ readonly repoId: number; readonly number: number } | null> {
  for (const id of ids) {
    const found = id === undefined ? null : await findPromotionName(db, id);
    if (found !== null) return found;
  }
  return null;
}

function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return null;
  }
}
