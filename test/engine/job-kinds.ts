// The real table of jobs, some of its handlers replaced; what comes from above is of no use here.
import { DONE, type Handler, type JobDefinition, type JobKinds } from '../../src/engine/core/handler.ts';
import { createJobRows, isKnownKind } from '../../src/engine/core/job-description.ts';
import type { JobKind } from '../../src/engine/core/job.ts';
import { createJobKinds } from '../../src/engine/queue/job-kinds.ts';

export type Handlers = { readonly [Kind in JobKind]: Handler<Kind> };

const nothing = { key: null, queue: 'none', traits: [], handle: async () => DONE } as const;

const JOB_KINDS = createJobKinds({
  delivery: nothing.handle,
  recoverDeliveries: { ...nothing, key: ({ kind }) => kind },
  reconcilePromotion: nothing,
  readThread: { ...nothing, key: ({ repoId, issue }) => `${repoId}/${issue}` },
});

export const JOB_ROWS = createJobRows(JOB_KINDS);

export function kindsWith(handlers: Partial<Handlers>): JobKinds {
  const replaced = Object.keys(handlers).filter((kind) => isKnownKind(JOB_KINDS, kind));
  return { ...JOB_KINDS, ...Object.fromEntries(replaced.map((kind) => [kind, withHandler(kind, handlers[kind])])) };
}

function withHandler<Kind extends JobKind>(kind: Kind, handle: Partial<Handlers>[Kind]): JobDefinition<Kind> {
  return handle === undefined ? JOB_KINDS[kind] : { ...JOB_KINDS[kind], handle };
}
