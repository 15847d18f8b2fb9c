// Turns a row of the job table into its job.
import type { JobRow } from '../../store/queue/jobs.ts';
import type { Job } from '../core/handler.ts';
import type { JobPayload } from '../core/job.ts';

/** Throws when the row holds no payload of ours: a bug, or a database that something else wrote to. */
export function readJob(row: JobRow): Job {
  const payload: unknown = JSON.parse(row.payload);
  if (!isPayload(payload, row.kind)) throw new Error(`job ${row.id} holds no ${row.kind} payload`);
  const { id, lease, attempts, createdAt, origin } = row;
  return { id, lease, attempts, createdAt, origin, payload };
}

/** These bytes are our own, written by `addJob`: the kind is enough to know the rest. */
function isPayload(value: unknown, kind: string): value is JobPayload {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === kind;
}
