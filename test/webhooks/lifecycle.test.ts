// What deliveries about installations, repositories and check suites ask of us.
import { describe, expect, test } from 'vitest';
import { translateEvent, type WebhookEvent } from '../../src/webhooks/table.ts';

const APP_ID = 4711;
const INSTALLATION = 61_000_001;
const COMMIT = 'a'.repeat(40);
const REPO = { id: 7, name: 'acme/dotca', installationId: INSTALLATION };
const OTHER = { id: 8, name: 'acme/other', installationId: INSTALLATION };
const LISTED = { id: 7, full_name: 'acme/dotca', private: true };
const LISTED_OTHER = { id: 8, full_name: 'acme/other', private: true };
const FRAME = {
  repository: LISTED,
  installation: { id: INSTALLATION },
  sender: { id: 5, login: 'ada', type: 'User' },
};

type Fields = Readonly<Record<string, unknown>>;

const suite = (changes: Fields = {}, about: Fields = {}): unknown => ({
  action: 'rerequested',
  check_suite: { id: 1, head_sha: COMMIT, app: { id: APP_ID }, ...about },
  ...FRAME,
  ...changes,
});
const translate = (event: WebhookEvent, payload: unknown): unknown => translateEvent(event, payload, { appId: APP_ID });
const translateSuite = (payload: unknown): unknown => translate('check_suite', payload);

const installation = (action: string, changes: Fields = {}): unknown => ({
  action,
  installation: { id: INSTALLATION, account: { login: 'acme' } },
  repositories: [LISTED, LISTED_OTHER],
  sender: FRAME.sender,
  ...changes,
});

const change = (added: readonly unknown[], removed: readonly unknown[]): unknown => ({
  action: added.length > 0 ? 'added' : 'removed',
  installation: { id: INSTALLATION },
  repositories_added: added,
  repositories_removed: removed,
  repository_selection: 'selected',
  sender: FRAME.sender,
});

describe('check_suite', () => {
  test('with a Re-run is one intent, by the person who clicked', () => {
    const by = { id: 5, login: 'ada', kind: 'user' };
    expect(translateSuite(suite())).toEqual([{ kind: 're-run-suite', repo: REPO, commit: COMMIT, by }]);
  });

  test.each([
    ['opened for a push', suite({ action: 'requested' })],
    ['that ended', suite({ action: 'completed' })],
    ["another App's", suite({}, { app: { id: 1 } })],
    ['on no full commit', suite({}, { head_sha: 'abc1234' })],
  ])('%s is no news', (_name, payload) => {
    expect(translateSuite(payload)).toEqual([]);
  });

  test('without a sender is an error', () => {
    expect(() => translateSuite(suite({ sender: null }))).toThrow(/sender/);
  });
});

describe('installation', () => {
  test.each(['deleted', 'suspend'])('%s removes all of its repositories', (action) => {
    expect(translate('installation', installation(action))).toEqual([
      { kind: 'installation-gone', installationId: INSTALLATION },
    ]);
  });

  test.each(['created', 'unsuspend'])('%s restores them', (action) => {
    expect(translate('installation', installation(action))).toEqual([
      { kind: 'installation-back', installationId: INSTALLATION, repos: [REPO, OTHER] },
    ]);
  });

  test('lists no repositories if GitHub lists none', () => {
    for (const repositories of [undefined, null]) {
      expect(translate('installation', installation('unsuspend', { repositories }))).toEqual([
        { kind: 'installation-back', installationId: INSTALLATION, repos: [] },
      ]);
    }
  });

  test.each(['new_permissions_accepted', 'something_new'])('%s is no news', (action) => {
    expect(translate('installation', installation(action))).toEqual([]);
  });
});

describe('installation_repositories', () => {
  test('removed: each is gone from this installation', () => {
    expect(translate('installation_repositories', change([], [LISTED, LISTED_OTHER]))).toEqual(
      [7, 8].map((repoId) => ({
        kind: 'repo-gone',
        repoId,
        installationId: INSTALLATION,
        because: 'repository-gone',
      })),
    );
  });

  test('added: they are restored together', () => {
    expect(translate('installation_repositories', change([LISTED, LISTED_OTHER], []))).toEqual([
      { kind: 'installation-back', installationId: INSTALLATION, repos: [REPO, OTHER] },
    ]);
  });

  test('nothing added, nothing removed: nothing', () => {
    expect(translate('installation_repositories', change([], []))).toEqual([]);
  });
});

describe('repository', () => {
  test.each(['renamed', 'transferred', 'unarchived'])('%s: has its current name and installation', (action) => {
    expect(translate('repository', { action, ...FRAME })).toEqual([{ kind: 'repo-changed', repo: REPO, since: null }]);
  });

  test.each([
    ['deleted', 'repository-gone'],
    ['archived', 'repository-archived'],
  ])('%s: it is gone, %s', (action, because) => {
    expect(translate('repository', { action, ...FRAME })).toEqual([
      { kind: 'repo-gone', repoId: 7, installationId: INSTALLATION, because },
    ]);
  });

  test.each(['created', 'edited', 'privatized', 'publicized'])('%s is no news', (action) => {
    expect(translate('repository', { action, ...FRAME })).toEqual([]);
  });

  test('with an invalid name is an error', () => {
    const repository = { id: 7, full_name: 'acme/../dotca' };
    expect(() => translate('repository', { action: 'renamed', ...FRAME, repository })).toThrow(/owner\/name/);
  });
});
