// The words for what each rule saw and wanted: every code once.
import { expect, test } from 'vitest';
import type { Finding } from '../../src/domain/finding.ts';
import type { UnknownReason } from '../../src/domain/image/unknown-reason.ts';
import { RULES } from '../../src/domain/rules/catalogue.ts';
import { findingTexts } from '../../src/messages/finding-words.ts';
import { formatBytes } from '../../src/messages/format.ts';
import { unknownText } from '../../src/messages/unknown-reason.ts';
import { finding, must, NEW, OLD, tagOf, UNREAD } from './sample-view.ts';
import { parseCommitSha } from '../../src/domain/image/reference.ts';

const NONE_REQUIRED = { required: [] };
const commit = must(parseCommitSha(`abc1234${'0'.repeat(33)}`));
const layer = { part: 'layer', digest: OLD, platform: 'linux/arm64' } as const;
const config = { part: 'config', digest: NEW, platform: 'linux/amd64' } as const;
const bounds = { minBytes: 100_000_000, maxBytes: 2_000_000_000 };
const SOURCE = { source: 'https://github.com/acme/dotca' };
const AT = Date.UTC(2026, 10, 24, 9, 0, 0);
const OWNER = { ...SOURCE, repo: 'acme/dotca' };

const SAMPLES: readonly Finding[] = [
  finding({ rule: 'completeness', seen: { code: 'complete', platforms: ['linux/amd64', 'linux/arm64'] }, wanted: {} }),
  finding({
    rule: 'completeness',
    seen: { code: 'complete', platforms: ['windows/amd64'], foreignLayers: 1 },
    wanted: {},
  }),
  finding({ rule: 'completeness', seen: { code: 'no-platform' }, wanted: {} }),
  finding({ rule: 'completeness', seen: { code: 'parts-missing', parts: [layer, config], total: 2 }, wanted: {} }),
  finding({
    rule: 'completeness',
    seen: { code: 'parts-missing', parts: [layer], total: 1, alternative: { promotion: 2, environment: 'canary' } },
    wanted: {},
  }),
  finding({ rule: 'size', seen: { code: 'size', bytes: 300_000_000 }, wanted: bounds }),
  finding({ rule: 'size', outcome: 'fail', seen: { code: 'size', bytes: 2_000_000_001 }, wanted: bounds }),
  finding({ rule: 'size', outcome: 'unknown', seen: UNREAD, wanted: bounds }),
  finding({ rule: 'layers', seen: { code: 'layers', layers: 1 }, wanted: { max: 100 } }),
  finding({ rule: 'layers', seen: { code: 'diff-ids-differ', layers: 12, diffIds: 11 }, wanted: { max: 100 } }),
  finding({ rule: 'layers', seen: { code: 'history-differs', layers: 12, historyLayers: 0 }, wanted: { max: 100 } }),
  finding({ rule: 'command', seen: { code: 'not-set' }, wanted: {} }),
  finding({ rule: 'command', seen: { code: 'entrypoint' }, wanted: {} }),
  finding({ rule: 'command', seen: { code: 'cmd' }, wanted: {} }),
  finding({ rule: 'healthcheck', seen: { code: 'not-set' }, wanted: {} }),
  finding({ rule: 'healthcheck', seen: { code: 'switched-off' }, wanted: {} }),
  finding({ rule: 'healthcheck', seen: { code: 'set' }, wanted: {} }),
  finding({ rule: 'source', seen: { code: 'label-missing' }, wanted: SOURCE }),
  finding({ rule: 'source', seen: { code: 'label', label: 'https://evil.io/x/y' }, wanted: SOURCE }),
  finding({ rule: 'source', outcome: 'fail', seen: { code: 'label', label: 'https://evil.io/x/y' }, wanted: SOURCE }),
  finding({
    rule: 'source',
    seen: { code: 'claims-disagree', claims: [SOURCE.source, 'https://evil.io/x/y'] },
    wanted: SOURCE,
  }),
  finding({ rule: 'rejected-before', seen: { code: 'rejected', promotion: 3, by: 'bob', at: AT }, wanted: {} }),
  finding({
    rule: 'tag-overwritten',
    seen: { code: 'overwritten', tag: tagOf('staging-abc1234'), checked: OLD, checkedAt: AT, holds: NEW, readAt: AT },
    wanted: {},
  }),
  finding({
    rule: 'tag-overwritten',
    seen: { code: 'rechecked', tag: tagOf('staging-abc1234'), checked: OLD, checkedAt: AT, holds: NEW, readAt: AT },
    wanted: {},
  }),
  finding({
    rule: 'version-jump',
    seen: { code: 'skips-majors', version: tagOf('v999.0.0'), preceding: tagOf('v1.4.2'), skipped: 997 },
    wanted: {},
  }),
  finding({ rule: 'image-owner', seen: { code: 'proven', names: ['acme/dotca'] }, wanted: OWNER }),
  finding({ rule: 'image-owner', seen: { code: 'not-proven', repoId: 7 }, wanted: OWNER }),
  finding({ rule: 'revision', seen: { code: 'label-missing' }, wanted: {} }),
  finding({ rule: 'revision', seen: { code: 'malformed', label: 'abc1234' }, wanted: {} }),
  finding({ rule: 'revision', seen: { code: 'claims-disagree', claims: [commit, 'v1'] }, wanted: {} }),
  finding({ rule: 'revision', seen: { code: 'platforms-disagree', labels: [commit, 'none'] }, wanted: {} }),
  finding({ rule: 'revision', seen: { code: 'not-on-branch', commit, branches: ['staging', 'main'] }, wanted: {} }),
  finding({
    rule: 'revision',
    seen: {
      code: 'not-on-branch',
      commit,
      branches: ['staging', 'main'],
      missing: [{ branch: 'main', key: 'environments.production.branch' }],
    },
    wanted: {},
  }),
  finding({ rule: 'revision', seen: { code: 'on-branch', commit, branch: 'staging' }, wanted: {} }),
  finding({ rule: 'labels', seen: { code: 'labels-missing', labels: ['team', 'tier'] }, wanted: { labels: ['team'] } }),
  finding({ rule: 'credentials-in-label', seen: { code: 'credentials', labels: ['build.url'] }, wanted: {} }),
  finding({ rule: 'labels', seen: { code: 'all-set' }, wanted: { labels: ['team', 'tier'] } }),
  finding({
    rule: 'tag-commit',
    seen: { code: 'tag', tag: tagOf('staging-abc1234'), hex: 'abc1234', commit },
    wanted: {},
  }),
  finding({ rule: 'tag-commit', outcome: 'unknown', seen: UNREAD, wanted: {} }),
  finding({ rule: 'staging-deployed', seen: { code: 'no-commit' }, wanted: {} }),
  finding({ rule: 'staging-deployed', seen: { code: 'never-deployed' }, wanted: {} }),
  finding({ rule: 'staging-deployed', seen: { code: 'commit-not-deployed' }, wanted: {} }),
  finding({ rule: 'staging-deployed', seen: { code: 'no-status' }, wanted: {} }),
  finding({
    rule: 'staging-deployed',
    seen: { code: 'not-counted', state: 'success', login: 'ada', id: 12345 },
    wanted: {},
  }),
  finding({ rule: 'staging-deployed', seen: { code: 'status', state: 'in_progress' }, wanted: {} }),
  finding({ rule: 'content', seen: { code: 'same-files', branch: 'main' }, wanted: { match: 'identical' } }),
  finding({ rule: 'content', seen: { code: 'no-own-commits', branch: 'main' }, wanted: { match: 'subset' } }),
  ...([1, 12] as const).map((count) =>
    finding({
      rule: 'content',
      seen: { code: 'own-commits', branch: 'main', count, commits: [commit] },
      wanted: { match: 'subset' },
    }),
  ),
  finding({
    rule: 'content',
    seen: { code: 'own-commits', branch: 'main', count: null, commits: [] },
    wanted: { match: 'subset' },
  }),
  finding({
    rule: 'content',
    seen: { code: 'other-files', branch: 'main', paths: ['src/a.ts', 'src/b.ts'] },
    wanted: { match: 'identical' },
  }),
  finding({
    rule: 'content',
    seen: { code: 'other-files', branch: 'main', paths: [] },
    wanted: { match: 'identical' },
  }),
  ...(['commit-gone', 'files-unknown'] as const).map((because) =>
    finding({
      rule: 'content',
      seen: { code: 'not-compared', branch: 'main', because },
      wanted: { match: 'identical' },
    }),
  ),
  finding({
    rule: 'order',
    seen: {
      code: 'older',
      environment: 'production',
      promotion: 8,
      commit,
      behind: 3,
      rollbackTo: 'P7',
    },
    wanted: {},
  }),
  finding({
    rule: 'order',
    seen: {
      code: 'older',
      environment: 'canary',
      promotion: null,
      commit: null,
      behind: 1,
      rollbackTo: null,
    },
    wanted: {},
  }),
  ...(['held-names-none', 'commit-gone', 'no-common-history', 'too-large', 'refused'] as const).map((because) =>
    finding({
      rule: 'order',
      seen: { code: 'not-compared', environment: 'production', promotion: 8, because },
      wanted: {},
    }),
  ),
  finding({
    rule: 'platforms',
    seen: { code: 'missing', held: ['linux/arm64'], required: ['linux/arm/v7', 'linux/s390x'] },
    wanted: { required: ['linux/arm/v7', 'linux/s390x'] },
  }),
  finding({ rule: 'platforms', seen: { code: 'missing', held: ['linux/arm64'], required: [] }, wanted: NONE_REQUIRED }),
  finding({
    rule: 'platforms',
    seen: { code: 'held-unreadable', environment: 'production', because: 'gone' },
    wanted: NONE_REQUIRED,
  }),
  finding({
    rule: 'platforms',
    seen: { code: 'held-unreadable', environment: 'production', because: 'unreadable' },
    wanted: NONE_REQUIRED,
  }),
  finding({
    rule: 'platforms',
    seen: { code: 'held-incomplete', environment: 'production', platforms: ['linux/arm64'] },
    wanted: NONE_REQUIRED,
  }),
  finding({
    rule: 'platforms',
    seen: { code: 'all', platforms: ['linux/amd64', 'linux/arm64'] },
    wanted: { required: ['linux/amd64', 'linux/arm64'] },
  }),
  finding({ rule: 'rolled-back', seen: { code: 'rolled-back', by: 14 }, wanted: {} }),
  finding({
    rule: 'permanent-tag',
    seen: { code: 'permanent-tag-taken', tag: tagOf('main-staging-abc1234'), holds: OLD, wanted: NEW },
    wanted: {},
  }),
  finding({
    rule: 'permanent-tag',
    seen: { code: 'version-taken', tag: tagOf('v1.2.3'), holds: OLD, wanted: NEW },
    wanted: {},
  }),
  finding({ rule: 'in-production', seen: { code: 'holds-another', tag: tagOf('main'), holds: OLD }, wanted: {} }),
  finding({ rule: 'in-production', seen: { code: 'holds-another', tag: tagOf('main'), holds: null }, wanted: {} }),
];

test('each rule has the value found and the value wanted', () => {
  const lines = SAMPLES.map((sample) => {
    const { seen, wanted, ready } = findingTexts(sample);
    const line = ready === null ? '' : ` | ${ready.what}: ${ready.line}`;
    return `${sample.rule} ${sample.seen.code} | ${seen} | ${wanted}${line}`;
  });
  expect(lines.join('\n')).toMatchSnapshot();
  expect(new Set(SAMPLES.map(({ rule }) => rule))).toEqual(new Set(RULES.map(({ id }) => id)));
});

const REASONS: readonly UnknownReason[] = [
  { code: 'not-collected' },
  { code: 'part-missing', part: 'manifest' },
  { code: 'part-missing', part: 'config', platform: 'linux/arm64' },
  { code: 'configs-too-large', maxBytes: 8_388_608 },
  { code: 'outside-error', error: { code: 'registry-denied', detail: 'GET manifest: HTTP 403 DENIED.' } },
  { code: 'no-access', source: 'github', detail: 'APP_ID is not set' },
  { code: 'no-access', source: 'database', detail: 'DATABASE_URL names no file' },
];

test('why a fact is not known', () => {
  expect(REASONS.map(unknownText).join('\n')).toMatchSnapshot();
});

test('found values are short enough to be shown', () => {
  const parts = Array.from({ length: 20 }, () => layer);
  const seen = { code: 'parts-missing', parts, total: 2500 } as const;
  const texts = findingTexts(finding({ rule: 'completeness', seen, wanted: {} }));
  expect(texts.seen).toHaveLength(1001);
});

test.each([
  [999, '999 B'],
  [1_000, '1 kB'],
  [1_500, '1.5 kB'],
  [45_678_901, '46 MB'],
  [1_234_567_890, '1.23 GB'],
])('%i bytes read %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});
