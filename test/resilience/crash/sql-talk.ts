// What the crash run and the proxy within its server say to each other.
import { z } from 'zod';
import { Boundary, When } from './kill.ts';

/** The boundary at which the process kills itself. */
export const SqlAim = z.object({ boundary: Boundary, when: When });
export type SqlAim = z.infer<typeof SqlAim>;

export const SqlOrder = z.discriminatedUnion('ask', [
  /** Counts from here. */
  z.object({ ask: z.literal('aim'), id: z.number(), aim: SqlAim.nullable() }),
  z.object({ ask: z.literal('passed'), id: z.number() }),
  /** Is answered once no job is open. */
  z.object({ ask: z.literal('quiet'), id: z.number() }),
]);
export type SqlOrder = z.infer<typeof SqlOrder>;

export const SqlAnswer = z.object({ id: z.number(), passed: z.array(Boundary).optional() });
export type SqlAnswer = z.infer<typeof SqlAnswer>;
