// A database as it is after years: one row of each table is stored as the product stores it, and then multiplied.
import { sql } from 'kysely';
import type { AuditEntry } from '../../../src/domain/audit/audit.ts';
import { parseCommitSha } from '../../../src/domain/image/reference.ts';
import { appendAudit } from '../../../src/store/audit.ts';
import type { Store } from '../../../src/store/database/database.ts';
import type { Schema } from '../../../src/store/database/schema.ts';
import { writeDrift } from '../../../src/store/drifts.ts';
import { saveImageOwner } from '../../../src/store/image-owners.ts';
import { saveEnvironmentTags } from '../../../src/store/environment-tags.ts';
import { savePin } from '../../../src/store/pins.ts';
import { savePolicyChange } from '../../../src/store/policy-changes.ts';
import { savePolicyFile } from '../../../src/store/policies.ts';
import { saveDeliveries } from '../../../src/store/queue/deliveries.ts';
import { reserveWrite } from '../../../src/store/queue/github-write-limits.ts';
import { countStrangerCommands, saveKnownRights } from '../../../src/store/people.ts';
import { claimIdempotencyKey } from '../../../src/store/queue/idempotency-keys.ts';
import { addJob } from '../../../src/store/queue/jobs.ts';
import { saveMark } from '../../../src/store/promotions/github-marks.ts';
import { insertJournal } from '../../../src/store/promotions/tag-moves.ts';
import { openStagingCheck } from '../../../src/store/staging-checks.ts';
import { writeLongThread } from '../../../src/store/long-threads.ts';
import { saveComment, saveThread } from '../../../src/store/threads.ts';
import { digest, entry, image, legal, NOW, repo, sha256, storePromotion, tag } from '../fixtures.ts';

/** What the multiplied rows are found by; their repositories with promotions are 1001 to 1100, their promotions `p1` to `p8000`. */
export const GIVEN = {
  repoId: 1042,
  environment: 'production',
  promotionId: 'p4241',
  number: 43,
  issue: 22,
  image,
  commit: legal(parseCommitSha, 'a'.repeat(40)),
  hookTarget: 'integration:1',
  installationId: repo.installationId,
} as const;

const BUSY_REPOS = 100;
const REPO_ID = `1001 + n % ${BUSY_REPOS}`;
/** Of 41 promotions one is open, two failed, and the others were held; a prime number, so that each repository has some. */
const IS_OPEN = `n % 41 = 0`;
const HELD_AT = `CASE WHEN n % 41 < 3 THEN NULL ELSE ${NOW} - 8000000 + n * 1000 END`;
const TEXT = { repo: `'acme/r' || n`, promotion: `'p' || n` };

const MOVED = { kind: 'floating', repository: image, tag: tag('main'), baseline: null, digest: digest('a') } as const;

type Rows = {
  readonly table: keyof Schema;
  readonly count: number;
  /** SQL of the columns that differ from the row that is multiplied, with `n` from 1 to `count`; null leaves it to the database. */
  readonly columns: Readonly<Record<string, string | null>>;
};

/** No table has more than 30,000: as many PostgreSQL reads to count, so that its plans are the same each time. */
const ROWS: readonly Rows[] = [
  { table: 'repos', count: 3000, columns: { id: '1000 + n', name: TEXT.repo, installation_id: 'n % 20' } },
  {
    table: 'promotions',
    count: 8000,
    columns: {
      id: TEXT.promotion,
      repo_id: REPO_ID,
      number: `n / ${BUSY_REPOS} + 1`,
      environment: `CASE WHEN n / ${BUSY_REPOS} % 2 = 0 THEN 'production' ELSE 'canary' END`,
      issue: `n / ${2 * BUSY_REPOS} + 1`,
      state: `CASE WHEN ${IS_OPEN} THEN 'awaiting-approval' WHEN n % 41 < 3 THEN 'failed' ELSE 'deployed' END`,
      is_open: `CASE WHEN ${IS_OPEN} THEN 1 ELSE 0 END`,
      promoted_at: HELD_AT,
      held_since: HELD_AT,
      created_at: `${NOW} - 8000000 + n * 1000`,
      updated_at: `${NOW} - 8000000 + n * 1000`,
    },
  },
  {
    table: 'tag_moves',
    count: 16_000,
    columns: {
      promotion_id: `'p' || (n / 2 + n % 2)`,
      position: 'n % 2',
      repository: `CASE WHEN n / 2 % ${BUSY_REPOS} = 41 THEN '${image}' ELSE 'ghcr.io/acme/r' || (n / 2 % ${BUSY_REPOS}) END`,
      tag: `CASE WHEN n % 2 = 0 THEN 'main' ELSE 'v' || n END`,
      kind: `CASE WHEN n % 2 = 0 THEN 'floating' ELSE 'permanent' END`,
      state: `'confirmed'`,
    },
  },
  {
    table: 'github_marks',
    count: 16_000,
    columns: {
      promotion_id: `'p' || (n / 2 + n % 2)`,
      kind: `CASE WHEN n % 2 = 0 THEN 'check-run' ELSE 'deployment' END`,
      github_id: '1000000 + n',
      target: `'commit ' || n`,
    },
  },
  { table: 'image_owners', count: 3000, columns: { image: `'ghcr.io/acme/r' || n`, repo_id: REPO_ID } },
  { table: 'repo_names', count: 3000, columns: { repo_id: '1000 + n', name: TEXT.repo } },
  { table: 'policies', count: 3000, columns: { blob: `'blob ' || n` } },
  { table: 'audit', count: 16_000, columns: { repo_id: REPO_ID, seq: `n / ${BUSY_REPOS} + 1` } },
  { table: 'threads', count: 5000, columns: { repo_id: REPO_ID, issue: `n / ${BUSY_REPOS} + 1` } },
  {
    table: 'comments',
    count: 15_000,
    columns: {
      repo_id: REPO_ID,
      comment_id: 'n',
      issue: `n / ${BUSY_REPOS} / 10 + 1`,
      handled_at: `CASE WHEN n % 997 = 0 THEN NULL ELSE ${NOW} - n END`,
    },
  },
  {
    table: 'staging_checks',
    count: 10_000,
    columns: {
      repo_id: REPO_ID,
      commit_sha: `'${'a'.repeat(30)}' || (1000000000 + n)`,
      state: `CASE WHEN n % 997 = 0 THEN 'waiting' ELSE 'examined' END`,
      since: `${NOW} - n * 1000`,
    },
  },
  {
    table: 'drifts',
    count: 4000,
    columns: {
      id: `'d' || n`,
      repo_id: REPO_ID,
      promotion_id: TEXT.promotion,
      noticed_at: `${NOW} - n * 1000`,
      over_at: `CASE WHEN n % 401 = 0 THEN NULL ELSE ${NOW} - n * 900 END`,
    },
  },
  { table: 'deliveries', count: 15_000, columns: { delivery_id: `'delivery ' || n`, received_at: `${NOW} - n` } },
  {
    table: 'environment_tags',
    count: 2000,
    columns: { repo_id: REPO_ID, environment: `'production'`, tag: `'tag-' || n` },
  },
  {
    table: 'pins',
    count: 2000,
    columns: { owner: `'acme'`, kind: `'user'`, name: `'login-' || n`, id: 'n', first_used: `${NOW}` },
  },
  {
    table: 'policy_changes',
    count: 2000,
    columns: {
      repo_id: REPO_ID,
      blob: `'blob ' || n`,
      actor_id: 'n',
      actor_login: `'ada'`,
      source: `'push'`,
      at: `${NOW}`,
      arrival: 'n',
    },
  },
  {
    table: 'known_rights',
    count: 8000,
    columns: { repo_id: REPO_ID, person_id: 'n', confirmed_at: `${NOW} - n * 1000` },
  },
  {
    table: 'stranger_commands',
    count: 8000,
    columns: { repo_id: REPO_ID, comment_id: '100 + n', person_id: 'n % 800', at: `${NOW} - n * 1000` },
  },
  {
    table: 'long_threads',
    count: 4000,
    columns: { repo_id: REPO_ID, issue: '100 + n', continued_in: 'CASE WHEN n % 2 = 0 THEN NULL ELSE 100000 + n END' },
  },
  { table: 'idempotency_keys', count: 8000, columns: { key: `'key ' || n`, until: `${NOW} + n * 1000` } },
  { table: 'github_write_limits', count: 3000, columns: { installation_id: '100 + n' } },
  { table: 'github_writes', count: 5000, columns: { id: null, installation_id: 'n % 20', at: `${NOW} - n * 100` } },
  {
    table: 'jobs',
    count: 25_000,
    columns: { ...jobColumns('done'), finished_at: `${NOW} - n`, key: TEXT.promotion },
  },
  { table: 'jobs', count: 200, columns: { ...jobColumns('dead'), finished_at: `${NOW} - n`, key: TEXT.promotion } },
  { table: 'jobs', count: 400, columns: { ...jobColumns('queued'), key: `'queued ' || n` } },
  {
    table: 'jobs',
    count: 8,
    columns: {
      ...jobColumns('running'),
      key: `'running ' || n`,
      queue_key: `'busy:' || n`,
      lease: `'lease ' || n`,
      leased_until: `${NOW} + n`,
    },
  },
];

function jobColumns(state: Schema['jobs']['state']): Rows['columns'] {
  return {
    id: null,
    kind: `CASE n % 3 WHEN 0 THEN 'collect-facts' WHEN 1 THEN 'update-card' ELSE 'check-drift' END`,
    queue_key: `CASE WHEN n % 4 = 0 THEN NULL ELSE 'github:' || (n % 20) END`,
    state: `'${state}'`,
    run_at: `${NOW} - 200000 + n * 1000`,
    created_at: `${NOW} - n`,
  };
}

/** Fills every table of a new database, and lets the planner count what is in them. */
export async function fill(store: Store): Promise<void> {
  await storeOneOfEach(store);
  const tables = await store.db.introspection.getTables();
  await store.transaction(async (tx) => {
    for (const { table, count, columns } of ROWS) {
      const names = tables.find(({ name }) => name === table)?.columns.map(({ name }) => name) ?? [];
      const stored = names.filter((name) => columns[name] !== null);
      const values = stored.map((name) => columns[name] ?? `one."${name}"`);
      await sql
        .raw(
          `INSERT INTO ${table} (${stored.map((name) => `"${name}"`).join(', ')})
          WITH RECURSIVE series (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < ${count})
          SELECT ${values.join(', ')} FROM series, (SELECT * FROM ${table} LIMIT 1) AS one`,
        )
        .execute(tx);
    }
  });
}

async function storeOneOfEach(store: Store): Promise<void> {
  const { id: promotionId } = await storePromotion(store, { moves: [MOVED] });
  const thread = { repoId: repo.id, issue: 5 };
  const audited: AuditEntry = { kind: 'requested', at: NOW, promotion: 1, actor: null, details: {} };
  const limit = {
    installationId: GIVEN.installationId,
    intervalMs: 1000,
    perMinute: 80,
    perHour: 500,
    before: [],
    now: NOW,
  };
  await store.transaction(async (tx) => {
    await savePolicyFile(tx, { blob: 'one', text: '{}' }, NOW);
    await saveImageOwner(tx, { image, repoId: repo.id, now: NOW });
    await insertJournal(tx, promotionId, [entry('main')], NOW);
    await saveMark(tx, { promotionId, kind: 'card', githubId: 1, target: '5' }, NOW);
    await appendAudit(tx, { repoId: repo.id, entries: [audited], sha256 });
    await saveThread(tx, thread, { readUpTo: 1, readSince: NOW, taking: null });
    await writeLongThread(tx, repo.id, { kind: 'continued', issue: 5, continuedIn: 6 });
    await saveComment(tx, thread, { id: 1, document: '{}', receivedAt: NOW, origin: null });
    await openStagingCheck(tx, { repoId: repo.id, commit: GIVEN.commit, now: NOW });
    await writeDrift(tx, {
      kind: 'open',
      id: 'drift',
      repoId: repo.id,
      environment: 'production',
      promotionId,
      noticedAt: NOW,
      differences: [],
      alternative: null,
      over: null,
      shownIn: null,
    });
    await saveDeliveries(tx, { deliveries: [{ hookTarget: GIVEN.hookTarget, deliveryId: 'one' }], now: NOW });
    await saveEnvironmentTags(tx, { repoId: repo.id, environment: 'production', tags: ['main'] });
    await savePin(tx, { owner: 'acme', kind: 'user', name: 'ada', id: 1, now: NOW });
    await savePolicyChange(tx, repo.id, { blob: 'b'.repeat(40), by: { id: 1, login: 'ada' }, source: 'push', at: NOW });
    await saveKnownRights(tx, { repoId: repo.id, personId: 1, now: NOW });
    await countStrangerCommands(tx, { repoId: repo.id, personId: 1, commentId: 1, commands: 1, now: NOW });
    await claimIdempotencyKey(tx, { key: 'one', until: NOW, now: NOW });
    await reserveWrite(tx, limit);
    await addJob(tx, { kind: 'one', key: 'one', queueKey: null, payload: '{}', runAt: NOW, now: NOW });
  });
}
