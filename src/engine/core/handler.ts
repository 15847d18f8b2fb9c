// Declares the handler of a job: it gets the claimed job and returns what to store.
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
  /** 1 on the first try. Above 1, an earlier try may have done its outside write. */
  readonly attempts: number;
  readonly createdAt: number;
  /** The delivery that led to it, and to whatever it leads to; null for scheduled work. */
  readonly origin: Origin | null;
  readonly payload: PayloadOf<Kind>;
};

export type JobOutcome =
  /** The job is finished in the transaction that stores the commit. */
  | { readonly kind: 'done'; readonly commit: Commit | null }
  /** It only leads to other jobs: their intents, and the repositories as the delivery names them. */
  | { readonly kind: 'handed-on'; readonly intents: readonly Intent[]; readonly told: readonly Repo[] }
  /** Runs again at this time, with a log line that says why, if there is a reason to log. */
  | { readonly kind: 'again'; readonly at: number; readonly because: string | null };

export type Handler<Kind extends JobKind> = (job: Job<Kind>, services: Services) => Promise<JobOutcome>;

/** Everything about a kind of job. */
export type JobDefinition<Kind extends JobKind> = JobDescription<Kind> & { readonly handle: Handler<Kind> };

/** An intent in a repository. */
export type AskedKind = Extract<IntentOfJob, { readonly repo: Repo }>['kind'];

/** Also says what happens if this server does not serve the repository. */
export type IntentDefinition<Kind extends AskedKind> = JobDefinition<Kind> & {
  /** `proceeds`: everything it leads to is checked elsewhere, or it only records what happened. */
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
