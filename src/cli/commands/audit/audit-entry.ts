// What the audit commands read of a row, and how many rows at a time.
import { z } from 'zod';

export const PAGE = 1000;

export const Entry = z.object({
  kind: z.string(),
  at: z.number(),
  promotion: z.number().nullable(),
  actor: z.object({ login: z.string() }).nullable(),
  details: z.record(z.string(), z.unknown()),
});
export type Entry = z.infer<typeof Entry>;
