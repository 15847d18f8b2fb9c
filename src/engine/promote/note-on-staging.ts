// Answers a click on the check of its staging commit, as there is no thread to answer in.
import { z } from 'zod';
import type { CommitSha } from '../../domain/image/reference.ts';
import type { Repo } from '../../domain/promotion/promotion.ts';
import type { StagingCheck, StagingNote } from '../../domain/promotion/staging-check.ts';
import type { Refusal } from '../../domain/refusal.ts';
import { isKnownRefusal } from '../../messages/replies/refusals.ts';
import { NewerFormat } from '../../store/database/stored.ts';
import { documentFormat } from '../../store/documents/document-format.ts';
import type { Commit } from '../core/commit.ts';

type CommitTarget = { readonly repo: Repo; readonly commit: CommitSha };
type Note = Commit & Required<Pick<Commit, 'effects' | 'stagingChecks'>>;

/** The current format of a note. */
const noteSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('requested'), by: z.string(), number: z.int(), environment: z.string() }),
  // Our own bytes: as with the payload of a job, its code is enough to know the rest.
  z.strictObject({
    kind: z.literal('refused'),
    by: z.string(),
    refusal: z.object({ code: z.string() }).catchall(z.json()),
  }),
]);

export const NOTE_FORMAT = documentFormat({ name: 'note', schema: noteSchema, steps: [] });

/** Does nothing if the commit has no such check. */
export function noteOnStaging({ repo, commit, note }: CommitTarget & { readonly note: StagingNote }): Note {
  const key = { repoId: repo.id, commit };
  return {
    repo,
    stagingChecks: [{ kind: 'change', ...key, note: NOTE_FORMAT.write(note) }],
    effects: [{ kind: 'update-staging-check', ...key }],
  };
}

export function refuseOnStaging(about: CommitTarget & { readonly by: string; readonly refusal: Refusal }): Note {
  const { by, refusal, ...target } = about;
  return noteOnStaging({ ...target, note: { kind: 'refused', by, refusal } });
}

/** NewerFormat if a newer version wrote it. */
export function readNote({ note }: Pick<StagingCheck, 'note'>): StagingNote | null {
  if (note === null) return null;
  const read = NOTE_FORMAT.read(note);
  if (read.kind === 'requested') return read;
  const { by, refusal } = read;
  if (!isKnownRefusal(refusal)) throw new NewerFormat(`a note refuses with ${refusal.code}, which is not known here`);
  return { kind: 'refused', by, refusal };
}
