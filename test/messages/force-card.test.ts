// Forced promotions and versions on the card and the check run: whoever approves must not miss what is special.
import { expect, test } from 'vitest';
import type { Promotion } from '../../src/domain/promotion/promotion.ts';
import { renderCard } from '../../src/messages/card/card.ts';
import { checkRunName, renderCheckRun } from '../../src/messages/check-run/check-run.ts';
import { promoteLine } from '../../src/messages/card/next-steps.ts';
import { finding, FINDINGS, IMAGE, NEW, sizeFinding, tagOf, UNREAD, viewOf } from './sample-view.ts';

const V1 = tagOf('v1.2.3');
const ADDED: Promotion['moves'] = [{ kind: 'permanent', repository: IMAGE, tag: V1, baseline: null, digest: NEW }];
const FORCED = [
  ...FINDINGS.filter(({ rule }) => rule !== 'size'),
  { ...sizeFinding('linux/amd64', 3e9, 'fail'), overridden: true },
  finding({ rule: 'revision', outcome: 'unknown', seen: UNREAD, wanted: {}, overridden: true }),
  finding({
    rule: 'labels',
    outcome: 'warn',
    seen: { code: 'labels-missing', labels: ['x'] },
    wanted: { labels: ['x'] },
  }),
] as const;

test('what force overrides comes first, is marked, and is counted', () => {
  const card = renderCard(viewOf({ force: true, findings: FORCED, reason: 'login is down' }));
  expect(card).toContain(
    '### ● P12 · `staging-abc1234` → `production`, by force · Waits for approval, 2 rules overridden by force\n',
  );
  expect(card).toContain('**Findings**: 2 of 8 are overridden by force');
  expect(card.match(/^\| [✗?!✓].*? \| [a-z]+/gm)?.slice(0, 3)).toEqual([
    '| ✗ fail, overridden by force | size',
    '| ? unknown, overridden by force | revision',
    '| ! warn | labels',
  ]);
  expect(renderCheckRun(viewOf({ force: true, findings: FORCED })).title).toBe(
    'Waits for approval, 2 rules overridden by force',
  );
});

test('what still keeps the image out stands above what is overridden', () => {
  const seen = { code: 'no-platform' } as const;
  const gone = finding({ rule: 'completeness', outcome: 'fail', seen, wanted: {}, final: true });
  const findings = [...FORCED, gone];
  const card = renderCard(viewOf({ force: true, findings, state: { kind: 'checks-failed' } }));
  expect(card).toContain('· Refused: 1 rule fails\n');
  expect(card).toContain('**Findings**: 1 of 9 keeps the image out');
  expect(/^\| [✗?].*$/m.exec(card)?.[0]).toMatch(/^\| ✗ fail \| completeness \| whole image \| /);
});

test('of two platforms only the overridden one is marked', () => {
  const findings = [
    { ...sizeFinding('linux/amd64', 3e9, 'fail'), overridden: true },
    sizeFinding('linux/arm64', 3e9, 'fail'),
  ] as const;
  expect(renderCard(viewOf({ findings })).match(/^\| ✗.*?size \| linux\/arm64|^\| ✗.*?size \| linux\/amd64/gm)).toEqual(
    ['| ✗ fail | size | linux/arm64', '| ✗ fail, overridden by force | size | linux/amd64'],
  );
});

test('a promotion under a version is called by both', () => {
  expect(renderCard(viewOf({ versionTag: V1 }))).toContain('P12 · `staging-abc1234` as `v1.2.3` → `production` · ');
});

test('a version alone says that nothing else moves, before and after', () => {
  const said = '`production` held this image already: only `v1.2.3` is added, and no other tag moves.';
  expect(renderCard(viewOf({ versionTag: V1, moves: ADDED }))).toContain(said);
  const done = renderCheckRun(viewOf({ versionTag: V1, moves: ADDED, state: { kind: 'promoted', at: 1 } }));
  expect(done).toMatchObject({ title: 'Tagged as v1.2.3', conclusion: 'success' });
  expect(done.summary).toContain(said);
});

test('a pushed git tag has a check run of its own, beside that of the promotion', () => {
  expect(checkRunName({ kind: 'version', environment: 'production' })).toBe('imprimatur / version');
  expect(checkRunName({ kind: 'rollback', environment: 'production' })).toBe('imprimatur / production');
});

test.each<[string, Partial<Promotion>, string]>([
  ['as it was', {}, '/promote staging-abc1234'],
  ['with the version', { versionTag: V1 }, '/promote staging-abc1234 as v1.2.3'],
  ['with force', { force: true }, '/promote staging-abc1234 force --reason "…"'],
  [
    'with all of them',
    { versionTag: V1, force: true, environment: 'canary' },
    '/promote staging-abc1234 to canary as v1.2.3 force --reason "…"',
  ],
  [
    'after a pushed git tag, by the commit of the image',
    { kind: 'version', versionTag: V1, source: { typed: 'v1.2.3', tag: null } },
    '/promote abc1234 as v1.2.3',
  ],
])('asking again: %s', (_name, change, line) => {
  expect(promoteLine(viewOf(change).promotion)).toBe(line);
});
