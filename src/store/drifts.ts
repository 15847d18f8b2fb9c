// Drifts of environments: the differences, until they are over, and where they are reported.
import { sql, type RawBuilder, type Selectable } from 'kysely';
import { z } from 'zod';
import type { Drift } from '../domain/promotion/drift.ts';
import { documentFormat } from './documents/document-format.ts';
import { digest, imageRepository, tag, targetOutcome, time, type DeepReadonly } from './documents/parts.ts';
import type { Db, Schema, Tx } from './database/schema.ts';

/** What a commit changes of a drift. A check and its report change different parts. */
export type DriftWrite =
  | ({ readonly kind: 'open' } & Drift)
  | ({ readonly kind: 'seen' } & DriftDocument & Pick<Drift, 'id'>)
  | { readonly kind: 'shown'; readonly id: string; readonly issue: number; readonly commentId: number };

type DriftDocument = Pick<Drift, 'differences' | 'alternative' | 'alternativeOutcome' | 'over'>;

type EnvironmentKey = { readonly repoId: number; readonly environment: string };

const difference = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('moved'),
    repository: imageRepository,
    tag,
    wanted: digest,
    holds: digest.nullable(),
  }),
  z.strictObject({
    kind: z.literal('missing'),
    image: z.strictObject({
      role: z.enum(['production', 'target']),
      name: z.string(),
      repository: imageRepository,
      digest,
    }),
    manifest: digest,
    platform: z.string().nullable(),
  }),
]);

/** The current format of a drift's document. */
const driftSchema = z.strictObject({
  differences: z.array(difference),
  alternative: z.string().nullable(),
  alternativeOutcome: targetOutcome.exactOptional(),
  over: z
    .strictObject({
      at: time,
      because: z.discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('put-right') }),
        z.strictObject({ kind: z.literal('promotion'), number: z.int() }),
        z.strictObject({ kind: z.literal('not-watched') }),
      ]),
    })
    .nullable(),
});

export const DRIFT_FORMAT = documentFormat({ name: 'drift', schema: driftSchema, steps: [] });

export async function writeDrift(tx: Tx, write: DriftWrite): Promise<void> {
  switch (write.kind) {
    case 'open':
      return insertDrift(tx, write);
    case 'seen':
      await tx.updateTable('drifts').set(columnsOf(write)).where('id', '=', write.id).execute();
      return;
    case 'shown': {
      const { id, issue, commentId } = write;
      await tx.updateTable('drifts').set({ issue, comment_id: commentId }).where('id', '=', id).execute();
    }
  }
}

export async function findDrift(db: Db, id: string): Promise<Drift | null> {
  const row = await db.selectFrom('drifts').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? null : readRow(row);
}

/** Open drifts of one environment or of all; oldest first. */
export async function listOpenDrifts(db: Db, key?: EnvironmentKey): Promise<readonly Drift[]> {
  const rows = await db
    .selectFrom('drifts')
    .selectAll()
    .where(sql<boolean>`over_at IS NULL`)
    .$if(key !== undefined, (query) =>
      query.where('repo_id', '=', key?.repoId ?? 0).where('environment', '=', key?.environment ?? ''),
    )
    .orderBy('noticed_at')
    .orderBy('id')
    .execute();
  return rows.map(readRow);
}

/** Those of a repository that are open, or ended since then. */
export async function listDriftsSince(
  db: Db,
  { repoId, since }: { readonly repoId: number; readonly since: number },
): Promise<readonly Drift[]> {
  const rows = await db
    .selectFrom('drifts')
    .selectAll()
    .where('repo_id', '=', repoId)
    .where(sql<boolean>`(over_at IS NULL OR over_at >= ${since})`)
    .orderBy('noticed_at')
    .orderBy('id')
    .execute();
  return rows.map(readRow);
}

/** The number of current differences per environment; only environments that have any. */
export async function countDrifts(
  db: Db,
): Promise<readonly { readonly repo: string; readonly environment: string; readonly count: number }[]> {
  const drifts = await listOpenDrifts(db);
  if (drifts.length === 0) return [];
  const repos = await db
    .selectFrom('repos')
    .select(['id', 'name'])
    .where('id', 'in', [...new Set(drifts.map(({ repoId }) => repoId))])
    .where('left_at', 'is', null)
    .orderBy('name')
    .execute();
  return repos.flatMap(({ id, name: repo }) => {
    const ours = Map.groupBy(
      drifts.filter(({ repoId }) => repoId === id),
      ({ environment }) => environment,
    );
    return [...ours].map(([environment, list]) => ({
      repo,
      environment,
      count: list.reduce((sum, { differences }) => sum + differences.length, 0),
    }));
  });
}

/** Promoted environments that the App can access and that have no job of this kind, with key `<repository id>/<environment>`. */
export async function listUnwatchedEnvironments(db: Db, kind: string): Promise<readonly EnvironmentKey[]> {
  const promotedTo = db
    .selectFrom('promotions')
    .select(['repo_id', 'environment'])
    .distinct()
    .where('held_since', 'is not', null)
    .as('promoted_to');
  const rows = await db
    .selectFrom(promotedTo)
    .innerJoin('repos as repo', 'repo.id', 'promoted_to.repo_id')
    .select(['promoted_to.repo_id', 'promoted_to.environment'])
    .where('repo.left_at', 'is', null)
    .where(noJobOf(kind, sql`job.state = 'queued'`))
    .where(noJobOf(kind, sql`job.state = 'running'`))
    .orderBy('promoted_to.repo_id')
    .orderBy('promoted_to.environment')
    .execute();
  return rows.map(({ repo_id: repoId, environment }) => ({ repoId, environment }));
}

/** One state at a time, each a literal: so the indexes of waiting and running jobs by kind and key serve it. */
function noJobOf(kind: string, isInState: RawBuilder<boolean>): RawBuilder<boolean> {
  return sql`NOT EXISTS (
    SELECT 1 FROM jobs AS job
    WHERE ${isInState} AND job.kind = ${kind}
      AND job.key = CAST(promoted_to.repo_id AS TEXT) || '/' || promoted_to.environment)`;
}

async function insertDrift(tx: Tx, drift: Drift): Promise<void> {
  const { id, repoId, environment, promotionId, noticedAt, shownIn } = drift;
  await tx
    .insertInto('drifts')
    .values({
      id,
      repo_id: repoId,
      environment,
      promotion_id: promotionId,
      noticed_at: noticedAt,
      issue: shownIn?.issue ?? null,
      comment_id: shownIn?.commentId ?? null,
      ...columnsOf(drift),
    })
    .execute();
}

function columnsOf({
  differences,
  alternative,
  alternativeOutcome: outcome,
  over,
}: DriftDocument): Pick<Schema['drifts'], 'document' | 'over_at'> {
  // Fails to compile when the type has a case or a member that the schema would refuse.
  const value: DeepReadonly<z.output<typeof driftSchema>> = {
    differences,
    alternative,
    ...(outcome === undefined ? {} : { alternativeOutcome: outcome }),
    over,
  };
  return { document: DRIFT_FORMAT.write(value), over_at: over?.at ?? null };
}

function readRow(row: Selectable<Schema['drifts']>): Drift {
  const { issue, comment_id: commentId } = row;
  return {
    id: row.id,
    repoId: row.repo_id,
    environment: row.environment,
    promotionId: row.promotion_id,
    noticedAt: row.noticed_at,
    ...DRIFT_FORMAT.read(row.document),
    shownIn: issue === null || commentId === null ? null : { issue, commentId },
  };
}
