import { expect, test } from 'vitest';
import { parseCommitSha } from '../../src/domain/image/reference.ts';
import type { StagingState } from '../../src/domain/promotion/staging-check.ts';
import type { Store } from '../../src/store/database/database.ts';
import { saveRepo } from '../../src/store/repos.ts';
import {
  changeStagingCheck,
  deleteStagingChecksBefore,
  findStagingCheck,
  listUnsettledStagingChecks,
  openStagingCheck,
  type StagingChange,
} from '../../src/store/staging-checks.ts';
import { onBothEngines } from './engines.ts';
import { digest, image, legal, NOW, repo, tag } from './fixtures.ts';
import { badYaml, outside } from '../domain/problem.ts';

const commit = legal(parseCommitSha, 'a'.repeat(40));
const later = legal(parseCommitSha, 'b'.repeat(40));
const key = { repoId: repo.id, commit };

const STATES: readonly StagingState[] = [
  { kind: 'unseen' },
  { kind: 'waiting', image, tags: [tag('staging-aaaaaaa'), tag(`staging-${commit}`)] },
  {
    kind: 'examined',
    examinedAt: NOW,
    image,
    tag: tag('staging-aaaaaaa'),
    digest: digest('a'),
    platforms: ['linux/amd64'],
    findings: [
      {
        rule: 'source',
        image,
        platform: 'linux/amd64',
        outcome: 'warn',
        seen: { code: 'label', label: 'a\u0000' },
        wanted: { source: 'https://github.com/acme/dotca' },
      },
    ],
    environments: ['production', 'canary'],
    defaultEnvironment: 'production',
  },
  { kind: 'ended', why: { cause: 'no-image', image, tags: [tag('staging-aaaaaaa')] } },
  { kind: 'ended', why: { cause: 'no-access', image, problem: outside('HTTP 403') } },
  { kind: 'ended', why: { cause: 'unreadable', problem: outside('HTTP 502') } },
  { kind: 'ended', why: { cause: 'policy-without-image' } },
  { kind: 'ended', why: { cause: 'policy-unreadable', problems: [badYaml('one'), badYaml('two', 2)] } },
  { kind: 'ended', why: { cause: 'not-granted', image } },
];

const FIRST = { image, tag: tag('staging-aaaaaaa'), digest: digest('a'), examinedAt: NOW };

const open = (store: Store, over: Partial<typeof key> = {}, now = NOW): Promise<void> =>
  store.transaction(async (tx) => {
    await saveRepo(tx, repo, NOW);
    await openStagingCheck(tx, { ...key, ...over, now });
  });

const change = (store: Store, part: Omit<StagingChange, keyof typeof key>): Promise<void> =>
  store.transaction((tx) => changeStagingCheck(tx, { ...key, ...part }));

onBothEngines(({ fresh }) => {
  test('a check comes back as it was stored, in every state', async () => {
    const store = await fresh();
    expect(await findStagingCheck(store.db, key)).toBeNull();
    await open(store);
    let first: unknown = null;
    for (const state of STATES) {
      await change(store, { state });
      if (state.kind === 'examined') first = FIRST;
      expect(await findStagingCheck(store.db, key)).toEqual({
        ...key,
        state,
        first,
        checkRunId: null,
        since: NOW,
        note: null,
      });
    }
  });

  test('a change keeps the rest: the watcher, the check run and a click write to one row', async () => {
    const store = await fresh();
    await open(store);
    const [, waiting] = STATES;
    if (waiting === undefined) throw new Error('no state');
    await change(store, { checkRunId: 54_000_000_001 });
    await change(store, { note: '{"by":"bob"}' });
    await change(store, { state: waiting });
    expect(await findStagingCheck(store.db, key)).toEqual({
      ...key,
      state: waiting,
      first: null,
      checkRunId: 54_000_000_001,
      since: NOW,
      note: '{"by":"bob"}',
    });
  });

  test('a restarted check searches again, and keeps its check run', async () => {
    const store = await fresh();
    await open(store);
    await change(store, { checkRunId: 1, note: 'old', state: { kind: 'ended', why: { cause: 'not-granted', image } } });
    await open(store, {}, NOW + 1000);
    expect(await findStagingCheck(store.db, key)).toEqual({
      ...key,
      state: { kind: 'unseen' },
      first: null,
      checkRunId: 1,
      since: NOW + 1000,
      note: null,
    });
  });

  test('what was examined first stays, however often it is restarted and whatever is examined then', async () => {
    const store = await fresh();
    await open(store);
    const examined = STATES.find(({ kind }) => kind === 'examined');
    if (examined?.kind !== 'examined') throw new Error('no state');
    await change(store, { state: examined });
    await open(store, {}, NOW + 1000);
    expect(await findStagingCheck(store.db, key)).toMatchObject({ state: { kind: 'unseen' }, first: FIRST });
    await change(store, { state: { ...examined, digest: digest('b'), examinedAt: NOW + 2000 } });
    await open(store, {}, NOW + 3000);
    expect((await findStagingCheck(store.db, key))?.first).toEqual(FIRST);
  });

  test('those that still wait are listed, the oldest first', async () => {
    const store = await fresh();
    await open(store, { commit: later }, NOW + 1);
    await open(store);
    expect((await listUnsettledStagingChecks(store.db)).map((one) => one.commit)).toEqual([commit, later]);
    await change(store, { state: { kind: 'ended', why: { cause: 'unreadable', problem: outside('HTTP 502') } } });
    expect((await listUnsettledStagingChecks(store.db)).map((one) => one.commit)).toEqual([later]);
  });

  test('old ones are removed', async () => {
    const store = await fresh();
    await open(store);
    await open(store, { commit: later }, NOW + 1);
    expect(await deleteStagingChecksBefore(store.db, NOW + 1)).toBe(1);
    expect(await findStagingCheck(store.db, key)).toBeNull();
    expect(await findStagingCheck(store.db, { ...key, commit: later })).not.toBeNull();
  });
});
