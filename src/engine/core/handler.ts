// What carries out a job: it gets the claimed job, and answers with what is to be stored.
import type { Lease, Origin } from '../../store/queue/jobs.ts';
import type { Repo } from '../../domain/promotion/promotion.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { Commit } from './commit.ts';
import type { Intent } from './intent.ts';
import type { JobDescription } from './job-description.ts';
import type { IntentOfJob, JobKind, PayloadOf } from './job.ts';
import type { Services } from './services.ts';

/** A claimed row. */
export type Job<Kind extends JobKind = JobKind> = Lease & {
  /** 1 on the first try. More than 1: an earlier try may have done its outside write. */
  readonly attempts: number;
  readonly createdAt: number;
  /** The delivery that led to it, and to whatever it leads to; null where the clock did. */
  readonly origin: Origin | null;
  readonly payload: PayloadOf<Kind>;
};

export type JobOutcome =
  /** The job is finished in the transaction that stores the commit. */
  | { readonly kind: 'done'; readonly commit: Commit | null }
  /** It only leads to others: these are asked for, and these repositories are what a delivery told of them. */
  | { readonly kind: 'handed-on'; readonly intents: readonly Intent[]; readonly told: readonly Repo[] }
  /** To be run again at this time; says why in the log, unless there is nothing to tell. */
  | { readonly kind: 'again'; readonly at: number; readonly because: string | null };

export type Handler<Kind extends JobKind> = (job: Job<Kind>, services: Services) => Promise<JobOutcome>;

/** All that there is to say of a kind of job. */
export type JobDefinition<Kind extends JobKind> = JobDescription<Kind> & { readonly handle: Handler<Kind> };

/** What is asked of us in a repository. */
export type AskedKind = Extract<IntentOfJob, { readonly repo: Repo }>['kind'];

/** Says as well what becomes of it where this server does not promote for the repository. */
export type IntentDefinition<Kind extends AskedKind> = JobDefinition<Kind> & {
  /** `proceeds`: it asks for nothing that others do not check, or only records what happened. */
  readonly unserved: 'proceeds' | Unserved<Kind>;
};

export type Unserved<Kind extends AskedKind> = (
  job: Job<Kind>,
  services: Services,
  refusal: Refusal,
) => Promise<JobOutcome>;

/** The table of `queue/job-kinds.ts`. */
export type JobKinds = JobTable & IntentTable;
export type JobTable = { readonly [Kind in JobKind]: JobDefinition<Kind> };
export type IntentTable = { readonly [Kind in AskedKind]: IntentDefinition<Kind> };

export const DONE: JobOutcome = { kind: 'done', commit: null };
