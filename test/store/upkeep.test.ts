// What operators do with a database: looking at dead jobs, its version, the check runs it knows of, and copying it.
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { backUp } from '../../src/store/database/backup.ts';
import type { Store } from '../../src/store/database/database.ts';
import { listCheckRuns, saveMark } from '../../src/store/promotions/github-marks.ts';
import { findDeadJob } from '../../src/store/queue/job-upkeep.ts';
import { addJob, claimJob, parkJob } from '../../src/store/queue/jobs.ts';
import { migrate, MIGRATIONS } from '../../src/store/database/migrations.ts';
import { onBothEngines, onEngine } from './engines.ts';
import { NOW, repo, storePromotion } from './fixtures.ts';

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imprimatur-upkeep-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function park(store: Store): Promise<number> {
  const job = { kind: 'reply', key: 'x', queueKey: null, payload: '{"a":"é"}', runAt: NOW, now: NOW };
  await store.transaction((tx) => addJob(tx, job));
  const claimed = await claimJob(store.db, { now: NOW, lease: 'l', leaseMs: 1000 });
  if (claimed === null) throw new Error('nothing was claimed');
  await store.transaction((tx) => parkJob(tx, { id: claimed.id, lease: 'l', error: 'it broke', now: NOW + 5 }));
  return claimed.id;
}

onBothEngines(({ fresh, createUrl, open }) => {
  describe('a dead job', () => {
    test('is found with its payload', async () => {
      const store = await fresh();
      const id = await park(store);
      expect(await findDeadJob(store.db, id)).toEqual({
        id,
        kind: 'reply',
        key: 'x',
        attempts: 1,
        error: 'it broke',
        createdAt: NOW,
        parkedAt: NOW + 5,
        payload: '{"a":"é"}',
      });
    });

    test('is not a waiting one', async () => {
      const store = await fresh();
      await store.transaction((tx) =>
        addJob(tx, { kind: 'reply', key: null, queueKey: null, payload: '{}', runAt: NOW, now: NOW }),
      );
      expect(await findDeadJob(store.db, 1)).toBeNull();
    });
  });

  test('a migration returns its start and its end', async () => {
    const empty = await open(await createUrl());
    const all = MIGRATIONS.length;
    expect(await migrate(empty, NOW)).toEqual({ from: 0, to: all });
    expect(await migrate(empty, NOW)).toEqual({ from: all, to: all });
  });

  test('the newest check runs of a repository are listed, and no other marks', async () => {
    const store = await fresh();
    const other = { ...repo, id: 43 };
    const promotions = [
      await storePromotion(store),
      await storePromotion(store),
      await storePromotion(store, { repo: other }),
      await storePromotion(store),
    ];
    await store.transaction(async (tx) => {
      for (const [index, { id: promotionId }] of promotions.entries()) {
        await saveMark(tx, { promotionId, kind: 'check-run', githubId: 100 + index, target: 'c' }, NOW);
        await saveMark(tx, { promotionId, kind: 'card', githubId: 200 + index, target: '5' }, NOW);
      }
    });
    expect(await listCheckRuns(store.db, { repoId: repo.id, limit: 2 })).toEqual([
      { number: 3, checkRunId: 103 },
      { number: 2, checkRunId: 101 },
    ]);
  });
});

onEngine('sqlite', ({ fresh, open }) => {
  test('a copy is complete, while others write, and readable by its owner only', async () => {
    const store = await fresh();
    const id = await park(store);
    const path = join(folder, "it's a copy.db");
    const size = await backUp(store, path);
    await park(store);
    const { size: onDisk, mode } = await stat(path);
    expect({ size, mode: mode & 0o777 }).toEqual({ size: onDisk, mode: 0o600 });
    const copy = await open(`sqlite:${path}`);
    expect(await findDeadJob(copy.db, id)).not.toBeNull();
    expect(await findDeadJob(copy.db, id + 1)).toBeNull();
  });

  test('an existing file is never overwritten', async () => {
    const path = join(folder, 'there.db');
    await writeFile(path, 'precious');
    await expect(backUp(await fresh(), path)).rejects.toMatchObject({ code: 'backup-refused' });
    expect(await readFile(path, 'utf8')).toBe('precious');
  });

  test('a missing folder is reported, and a failed copy leaves no file', async () => {
    const store = await fresh();
    await expect(backUp(store, join(folder, 'no', 'copy.db'))).rejects.toMatchObject({ code: 'backup-refused' });
    const path = join(folder, 'copy.db');
    await store.close();
    await expect(backUp(store, path)).rejects.toThrow(/closed|destroyed|not open/);
    await expect(stat(path)).rejects.toThrow('ENOENT');
  });
});

onEngine('postgres', ({ fresh }) => {
  test('is copied by its own tool', async () => {
    await expect(backUp(await fresh(), join(folder, 'copy.db'))).rejects.toThrow('use pg_dump');
  });
});
