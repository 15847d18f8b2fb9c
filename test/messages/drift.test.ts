// The alarm about drift: what was found, what to type, and that it is over.
import { describe, expect, test } from 'vitest';
import type { Drift, Difference, WatchedImage } from '../../src/domain/promotion/drift.ts';
import type { Promotion } from '../../src/domain/promotion/promotion.ts';
import { driftIssue, renderDrift } from '../../src/messages/drift.ts';
import { AT, FOREIGN, IMAGE, NEW, OLD, tagOf, viewOf } from './sample-view.ts';

const latest = { kind: 'moved', repository: IMAGE, tag: tagOf('latest'), wanted: NEW, holds: FOREIGN } as const;
const production = { role: 'production', name: 'P12', repository: IMAGE, digest: NEW } as const;
const target = { role: 'target', name: 'P11', repository: IMAGE, digest: OLD } as const;

function lost(image: WatchedImage, platform: string | null): Difference {
  return { kind: 'missing', image, manifest: FOREIGN, platform };
}

function render(over: Partial<Drift>, promotion: Partial<Promotion> = {}): string {
  const drift: Drift = {
    id: 'drift-1',
    repoId: 42,
    environment: 'production',
    promotionId: 'promotion-12',
    noticedAt: AT,
    differences: [latest],
    alternative: null,
    over: null,
    shownIn: null,
    ...over,
  };
  const text = renderDrift({ drift, promotion: viewOf(promotion).promotion, auditHead: null });
  const [marker, ...rest] = text.split('\n\n');
  expect(marker).toBe('<!-- imprimatur reply drift%20drift-1 -->');
  return rest.slice(0, -1).join('\n\n');
}

test('a tag that was moved: what it holds, what was promoted, and both lines that put it right', () => {
  expect(render({})).toBe(
    [
      '> [!CAUTION]',
      '> **`production` has drifted**: it is no longer what P12 put there. Noticed 2026-11-24 06:33 UTC.',
      '',
      `- \`latest\` holds \`${FOREIGN}\`; \`${NEW}\` was promoted.`,
      '',
      `@maria Who moved a tag can't be seen, and nothing is moved back by itself. To put the tags back: \`/rollback to P12 --reason "…"\` or \`/promote staging-abc1234\`.`,
    ].join('\n'),
  );
});

describe('what was found', () => {
  test.each<[string, Difference, string]>([
    ['a tag that is gone', { ...latest, holds: null }, `\`latest\` does not exist any more; \`${NEW}\` was promoted.`],
    [
      'a platform of production',
      lost(production, 'linux/arm64'),
      `\`P12\`, what production should hold: the manifest of \`linux/arm64\` is gone (\`${FOREIGN}\`).`,
    ],
    [
      'a rollback target as a whole',
      lost(target, null),
      `\`P11\`, which could be rolled back to: its manifest is gone (\`${FOREIGN}\`).`,
    ],
  ])('%s', (_name, difference, line) => {
    expect(render({ differences: [difference] })).toContain(`\n- ${line}\n`);
  });

  test('only what could be rolled back to: a warning', () => {
    expect(render({ differences: [lost(target, 'linux/arm64')] })).toMatch(
      /^> \[!WARNING\]\n> \*\*What `production` could be rolled back to is no longer whole\.\*\* Its tags are as P12 left them\./,
    );
  });
});

describe('what to type', () => {
  test('after a rollback: back to it, as its source is no image to promote', () => {
    const text = render({}, { kind: 'rollback', source: { typed: 'P3', tag: null } });
    expect(text).toContain('To put the tags back: `/rollback to P12 --reason "…"`.');
    expect(text).not.toContain('/promote');
  });

  test('production that can’t be pulled: no line that would lead to it', () => {
    const text = render({ differences: [latest, lost(production, null)], alternative: 'P11' });
    expect(text).not.toContain('To put the tags back');
    expect(text).toContain("P12 can't be pulled any more: push the same image again, or build anew and promote that.");
    expect(text).toMatch(/`P11` is whole: `\/rollback to P11 --reason "…"`\.$/);
  });

  test('two targets that are broken, and none that is whole', () => {
    const other = lost({ ...target, name: 'rollback-20261124-063312-release' }, null);
    expect(render({ differences: [lost(target, 'linux/amd64'), lost(target, 'linux/arm64'), other] })).toMatch(
      /@maria A rollback to `P11` and a rollback to `rollback-20261124-063312-release` would fail until the same image is pushed again\.$/,
    );
  });
});

test.each<[string, NonNullable<Drift['over']>['because'], string]>([
  ['put right', { kind: 'put-right' }, 'all of it is as it should be again'],
  ['promoted since', { kind: 'promotion', number: 13 }, 'P13 was promoted'],
  ['nobody looks any more', { kind: 'not-watched' }, 'the policy has it looked at no more'],
])('over: %s', (_name, because, words) => {
  expect(render({ over: { at: AT + 60_000, because } })).toBe(
    [
      '> [!NOTE]',
      `> **The drift of \`production\` is over**, 2026-11-24 06:34 UTC: ${words}. Noticed 2026-11-24 06:33 UTC; it was this:`,
      '',
      `- \`latest\` holds \`${FOREIGN}\`; \`${NEW}\` was promoted.`,
    ].join('\n'),
  );
});

test('the issue for promotions without a thread is found by its first line', () => {
  const { marker, title, body } = driftIssue('production');
  expect(title).toBe('Imprimatur: drift of production');
  expect(body.split('\n')[0]).toBe(marker);
  expect(driftIssue('canary').marker).not.toBe(marker);
});
