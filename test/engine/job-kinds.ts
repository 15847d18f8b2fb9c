// The real table of jobs, some of its handlers replaced.
import type { Handler, JobDefinition, JobKinds, JobTable } from '../../src/engine/core/handler.ts';
import { createJobRows, isKnownKind } from '../../src/engine/core/job-description.ts';
import type { JobKind } from '../../src/engine/core/job.ts';
import { JOB_KINDS } from '../../src/engine/queue/job-kinds.ts';

export type Handlers = { readonly [Kind in JobKind]: Handler<Kind> };

export const JOB_ROWS = createJobRows(JOB_KINDS);

const TABLE: JobTable = JOB_KINDS;

export function kindsWith(handlers: Partial<Handlers>): JobKinds {
  const replaced = Object.keys(handlers).filter((kind) => isKnownKind(JOB_KINDS, kind));
  return { ...JOB_KINDS, ...Object.fromEntries(replaced.map((kind) => [kind, withHandler(kind, handlers[kind])])) };
}

function withHandler<Kind extends JobKind>(kind: Kind, handle: Partial<Handlers>[Kind]): JobDefinition<Kind> {
  return handle === undefined ? TABLE[kind] : { ...TABLE[kind], handle };
}
