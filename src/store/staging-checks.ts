// Stores the checks of pushed staging commits: one row per commit of a repository.
import { sql, type Selectable } from 'kysely';
import { z } from 'zod';
import { parseCommitSha, type CommitSha } from '../domain/image/reference.ts';
import { policyProblem } from '../domain/policy/policy-problem.ts';
import type { ExaminedFirst, StagingCheck, StagingState } from '../domain/promotion/staging-check.ts';
import { digest, finding, imageRepository, outsideProblem, tag, time, type DeepReadonly } from './documents/parts.ts';
import { documentFormat, type AnyDocument } from './documents/document-format.ts';
import type { Db, Schema, Tx } from './database/schema.ts';
import { readStored } from './database/stored.ts';

export type StagingKey = Pick<StagingCheck, 'repoId' | 'commit'>;

/**
 * What a commit changes of a check; the rest stays, as several jobs write to one row. With `ifSince`, nothing changes
 * where the check was begun again meanwhile: what was seen before answers nobody who asked after.
 */
export type StagingChange = StagingKey &
  Partial<Omit<StagingCheck, 'repoId' | 'commit' | 'since' | 'first'>> & { readonly ifSince?: number };

/** Kept however often the check begins again: a Re-run must not hide that a tag was overwritten. */
const first = z.strictObject({ image: imageRepository, tag, digest, examinedAt: time.nullable() }).exactOptional();

/** The current format of a check's state. */
const stagingSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('unseen'), first }),
  z.strictObject({ kind: z.literal('waiting'), first, image: imageRepository, tags: z.array(tag) }),
  z.strictObject({
    kind: z.literal('examined'),
    first,
    image: imageRepository,
    tag,
    digest,
    examinedAt: time.nullable(),
    platforms: z.array(z.string()),
    findings: z.array(finding),
    environments: z.array(z.string()),
    defaultEnvironment: z.string().nullable(),
  }),
  z.strictObject({
    kind: z.literal('ended'),
    first,
    why: z.discriminatedUnion('cause', [
      z.strictObject({ cause: z.literal('no-image'), image: imageRepository, tags: z.array(tag) }),
      z.strictObject({ cause: z.literal('no-access'), image: imageRepository, problem: outsideProblem }),
      z.strictObject({ cause: z.literal('unreadable'), problem: outsideProblem }),
      z.strictObject({ cause: z.literal('policy-without-image') }),
      z.strictObject({ cause: z.literal('policy-unreadable'), problems: z.array(policyProblem) }),
      z.strictObject({ cause: z.literal('not-granted'), image: imageRepository }),
      z.strictObject({
        cause: z.enum(['image-granted-elsewhere', 'image-of-another-repository']),
        image: imageRepository,
        repoId: z.int(),
      }),
    ]),
  }),
]);

export const STAGING_FORMAT = documentFormat({ name: 'staging check', schema: stagingSchema, steps: [withoutTime] });

/** Format 1 did not keep when an image was examined. */
function withoutTime(document: AnyDocument): AnyDocument {
  return document['kind'] === 'examined' ? { ...document, examinedAt: null } : document;
}

/** Starts to look for the image of a commit, or starts again. An existing check run stays. */
export async function openStagingCheck(
  tx: Tx,
  { repoId, commit, now }: StagingKey & { readonly now: number },
): Promise<void> {
  const known = await findStagingCheck(tx, { repoId, commit });
  const fresh = { ...columnsOf({ state: { kind: 'unseen' }, first: known?.first ?? null }), since: now, note: null };
  await tx
    .insertInto('staging_checks')
    .values({ repo_id: repoId, commit_sha: commit, check_run_id: null, ...fresh })
    .onConflict((conflict) => conflict.columns(['repo_id', 'commit_sha']).doUpdateSet(fresh))
    .execute();
}

/** Changes an existing check. */
export async function changeStagingCheck(tx: Tx, change: StagingChange): Promise<void> {
  const known = change.state === undefined ? null : await findStagingCheck(tx, change);
  const columns = {
    ...(change.state === undefined ? {} : columnsOf({ state: change.state, first: known?.first ?? null })),
    ...(change.checkRunId === undefined ? {} : { check_run_id: change.checkRunId }),
    ...(change.note === undefined ? {} : { note: change.note }),
  };
  const { ifSince } = change;
  await tx
    .updateTable('staging_checks')
    .set(columns)
    .where('repo_id', '=', change.repoId)
    .where('commit_sha', '=', change.commit)
    .$if(ifSince !== undefined, (query) => query.where('since', '=', ifSince ?? 0))
    .execute();
}

export async function findStagingCheck(db: Db, { repoId, commit }: StagingKey): Promise<StagingCheck | null> {
  const row = await db
    .selectFrom('staging_checks')
    .selectAll()
    .where('repo_id', '=', repoId)
    .where('commit_sha', '=', commit)
    .executeTakeFirst();
  return row === undefined ? null : readRow(row);
}

/** Checks of all repositories that wait for their image: a package may belong to another repository. */
export async function listUnsettledStagingChecks(db: Db): Promise<readonly StagingCheck[]> {
  const rows = await db
    .selectFrom('staging_checks')
    .selectAll()
    .where(sql<boolean>`state IN ('unseen', 'waiting')`)
    .orderBy('since')
    .execute();
  return rows.map(readRow);
}

/** How many were removed. */
export async function deleteStagingChecksBefore(db: Db, before: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('staging_checks')
    .where('since', '<', before)
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}

function columnsOf({
  state,
  first: known,
}: Pick<StagingCheck, 'state' | 'first'>): Pick<Schema['staging_checks'], 'state' | 'document'> {
  const earliest = known ?? firstOf(state);
  // Fails to compile when the type has a case or a member that the schema would refuse.
  const document: DeepReadonly<z.output<typeof stagingSchema>> =
    earliest === null ? state : { ...state, first: earliest };
  return { state: state.kind, document: STAGING_FORMAT.write(document) };
}

function firstOf(state: StagingState): ExaminedFirst | null {
  if (state.kind !== 'examined') return null;
  const { image, tag: examined, digest: held, examinedAt } = state;
  return { image, tag: examined, digest: held, examinedAt };
}

function readRow(row: Selectable<Schema['staging_checks']>): StagingCheck {
  const { first: known, ...state } = STAGING_FORMAT.read(row.document);
  return {
    repoId: row.repo_id,
    commit: readCommit(row.commit_sha),
    checkRunId: row.check_run_id,
    state,
    // A check of before this was kept has examined nothing else.
    first: known ?? firstOf(state),
    since: row.since,
    note: row.note,
  };
}

function readCommit(text: string): CommitSha {
  return readStored(parseCommitSha, text);
}
