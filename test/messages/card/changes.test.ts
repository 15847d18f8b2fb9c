// What changes compared with the environment's current image, as card and check run show it.
import { expect, test } from 'vitest';
import type { ContentsComparison, ImageChanges } from '../../../src/domain/image/changes.ts';
import type { SameCodeShown } from '../../../src/domain/image/same-code.ts';
import { parseCommitSha } from '../../../src/domain/image/reference.ts';
import type { Promotion } from '../../../src/domain/promotion/promotion.ts';
import { changesSummary, renderChanges } from '../../../src/messages/card/changes.ts';
import { AT, must, OLD, tagOf, viewOf } from '../sample-view.ts';

const DETAIL = { findings: 200, reviews: 50, tags: 100, textLength: 500 };
const DAY_MS = 24 * 60 * 60 * 1000;
const commit = (digit: string) => must(parseCommitSha(digit.repeat(40)));

const SAME: ContentsComparison = { added: [], removed: [], broken: [], platforms: [], config: [] };
const HELD = { digest: OLD, promotion: 8, commit: commit('c'), version: null, at: AT - 3 * DAY_MS } as const;
const COMMITS = {
  kind: 'compared',
  ahead: 12,
  behind: 0,
  authors: ['ada', 'bob'],
  authorCount: 2,
  newest: [
    { sha: commit('a'), subject: 'Fix `login` for @mia, see #12', pull: 41 },
    { sha: commit('b'), subject: '[link](https://example.com)', pull: null },
    { sha: commit('d'), subject: '', pull: null },
  ],
} as const;

function view(changes: Partial<ImageChanges>, promotion: Partial<Promotion> = {}): ReturnType<typeof viewOf> {
  const [image] = viewOf().promotion.images;
  const all: ImageChanges = {
    held: HELD,
    readAt: AT,
    commits: COMMITS,
    contents: { kind: 'compared', ...SAME },
    ...changes,
  };
  return viewOf({ images: [{ ...must(image ?? null), changes: all }], ...promotion });
}

const MANY: ContentsComparison = {
  added: ['linux/arm64'],
  removed: ['linux/386', 'linux/s390x'],
  broken: [],
  platforms: [
    {
      platform: 'linux/amd64',
      size: { from: 212_000_000, to: 215_000_000 },
      layers: { shared: 9, removed: 3, added: 3, addedBytes: 12_000_000 },
    },
    { platform: 'linux/arm/v7', size: null, layers: null },
    {
      platform: 'linux/riscv64',
      size: { from: 100_000_000, to: 100_000_000 },
      layers: { shared: 9, removed: 0, added: 0, addedBytes: 0 },
    },
  ],
  config: [
    { kind: 'config', name: 'cmd', from: 'node server.js', to: 'node dist/main.js' },
    { kind: 'config', name: 'user', from: null, to: 'app' },
    { kind: 'config', name: 'ports', from: '8080/tcp', to: null },
    { kind: 'variable', name: 'FEATURE_LOGIN', change: 'added' },
    { kind: 'variable', name: 'DEBUG', change: 'removed' },
    { kind: 'variable', name: 'NODE_VERSION', change: 'changed' },
  ],
};

test.each<[string, Partial<ImageChanges>, Partial<Promotion>]>([
  ['commits by two people', {}, {}],
  ['once it is over, with a time', {}, { state: { kind: 'promoted', at: AT } }],
  ['with a version', { held: { ...HELD, version: tagOf('v1.4.2') } }, {}],
  ['over an image that nobody promoted', { held: { ...HELD, promotion: null, at: null } }, { environment: 'canary' }],
  [
    'one commit',
    { commits: { ...COMMITS, ahead: 1, authors: ['ada'], authorCount: 1, newest: COMMITS.newest.slice(0, 1) } },
    {},
  ],
  [
    'many authors',
    { commits: { ...COMMITS, authors: ['a', 'b', 'c', 'd', 'e', 'f'], authorCount: 14, newest: [] } },
    {},
  ],
  ['more than GitHub lists', { commits: { ...COMMITS, ahead: 300, authors: [], authorCount: 0, newest: [] } }, {}],
  ['an older image', { commits: { ...COMMITS, ahead: 0, behind: 3, authors: [], authorCount: 0, newest: [] } }, {}],
  ['branches that went apart', { commits: { ...COMMITS, behind: 1, newest: [] } }, {}],
  ['the same commit', { commits: { ...COMMITS, ahead: 0, authors: [], authorCount: 0, newest: [] } }, {}],
  ['no commit there', { commits: { kind: 'unknown', because: 'held-names-none' } }, {}],
  ['without GitHub', { commits: { kind: 'no-access', detail: 'APP_ID is not set' } }, {}],
  ['of the image', { commits: { ...COMMITS, newest: [] }, contents: { kind: 'compared', ...MANY } }, {}],
  [
    'the image there is gone',
    { commits: { ...COMMITS, newest: [] }, contents: { kind: 'unknown', because: 'gone' } },
    {},
  ],
])('%s', (_, changes, promotion) => {
  const shown = view(changes, promotion);
  expect(`${renderChanges(shown, DETAIL)}\n---\n${changesSummary(shown)}`).toMatchSnapshot();
});

const CODE = {
  kind: 'compared',
  branch: 'main',
  files: 'differ',
  differing: [],
  own: 2,
  newest: COMMITS.newest.slice(0, 2),
} as const;

test.each<[string, SameCodeShown]>([
  ['the same files', { ...CODE, files: 'same' }],
  ['no commits of its own', { ...CODE, own: 0, newest: [] }],
  ['one commit of its own', { ...CODE, own: 1, newest: COMMITS.newest.slice(0, 1) }],
  ['two', CODE],
  ['many', { ...CODE, own: 30 }],
  ['more than GitHub lists', { ...CODE, own: null, newest: [] }],
  ['no comparison', { kind: 'unknown', branch: 'main', because: 'commit-gone' }],
  ['no commit', { kind: 'unknown', branch: 'main', because: 'no-commit' }],
  ['no GitHub', { kind: 'no-access', branch: 'main', detail: 'APP_ID is not set' }],
])('code of the branch: %s', (_, sameCode) => {
  const [image] = viewOf().promotion.images;
  expect(renderChanges(viewOf({ images: [{ ...must(image ?? null), sameCode }] }), DETAIL)).toMatchSnapshot();
});

test('an image without a comparison shows nothing', () => {
  expect(renderChanges(viewOf(), DETAIL)).toBe('');
  expect(changesSummary(viewOf())).toBe('');
});

test('where there is no room, the commits are left out', () => {
  const shown = renderChanges(view({}), { ...DETAIL, reviews: 0 });
  expect(shown.split('\n').filter((line) => line.startsWith('- '))).toHaveLength(1);
});
