// Enqueues a received comment in its thread.
import { z } from 'zod';
import { documentFormat } from '../../store/documents/document-format.ts';
import { addJob, type Origin } from '../../store/queue/jobs.ts';
import type { Tx } from '../../store/database/schema.ts';
import { saveCommentCount } from '../../store/long-threads.ts';
import { saveComment, type WaitingComment } from '../../store/threads.ts';
import type { Intent } from './intent.ts';
import type { JobRows } from './job-description.ts';

/** The current format of a waiting comment. */
const waitingSchema = z.strictObject({
  by: z.strictObject({
    id: z.number(),
    login: z.string(),
    kind: z.enum(['user', 'bot']),
    app: z.strictObject({ id: z.number(), slug: z.string() }).exactOptional(),
  }),
  /** By GitHub's clock, to the second; null if unknown. */
  writtenAt: z.number().nullable(),
  /** When it should have been received, by our clock; null if it was received then. */
  sentAt: z.number().nullable(),
  lines: z.array(z.strictObject({ text: z.string(), line: z.number(), next: z.string().nullable() })).readonly(),
  hint: z
    .strictObject({ line: z.string(), place: z.enum(['backticks', 'html', 'heading', 'list', 'quote']) })
    .nullable(),
  /** Why it is only answered, not run: it had no webhook, and its original text is unknown or old. */
  notRun: z.enum(['edited', 'old']).nullable(),
});

export const COMMENT_FORMAT = documentFormat({ name: 'comment', schema: waitingSchema, steps: [] });

/** What is stored of a comment until it is taken. */
export type ReadComment = z.infer<typeof waitingSchema>;

/** Adds it once: a known comment stays as it is. */
export async function enqueueComment(
  tx: Tx,
  { repo, issue, commentId, by, writtenAt, sentAt, lines, hint, threadComments }: Extract<Intent, { kind: 'comment' }>,
  { jobs, now, origin }: { readonly jobs: JobRows; readonly now: number; readonly origin: Origin | null },
): Promise<void> {
  const comment = { by, writtenAt: writtenAt ?? null, sentAt: sentAt ?? null, lines, hint, notRun: null };
  const place = { repoId: repo.id, issue };
  const isNew = await saveComment(
    tx,
    place,
    toWaiting({ id: commentId, receivedAt: origin?.at ?? now, origin: origin?.delivery ?? null }, comment),
  );
  if (!isNew) return;
  if (threadComments !== undefined) await saveCommentCount(tx, place, threadComments);
  await addJob(tx, { ...jobs.ofEffect({ kind: 'read-thread', ...place }, { repo, now }), now, origin });
}

export function toWaiting(row: Omit<WaitingComment, 'document'>, comment: ReadComment): WaitingComment {
  return { ...row, document: COMMENT_FORMAT.write(comment) };
}

/** NewerFormat if a newer version wrote it. */
export function readWaiting({ document }: WaitingComment): ReadComment {
  return COMMENT_FORMAT.read(document);
}
