// The alarm about drift: what was found, what to type, and that it is over.
import { describe, expect, test } from 'vitest';
import type { Drift, Difference, WatchedImage } from '../../src/domain/promotion/drift.ts';
import type { Promotion } from '../../src/domain/promotion/promotion.ts';
import { driftIssue, driftLines, renderDrift } from '../../src/messages/drift.ts';
import { withNamed } from './rendered.ts';
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

test('a tag that was moved: what it holds, what was promoted, and both lines that fix it', () => {
  expect(render({})).toMatchSnapshot();
});

describe('what was found', () => {
  test.each<[string, Difference]>([
    ['a tag that is gone', { ...latest, holds: null }],
    ['a platform of production', lost(production, 'linux/arm64')],
    ['a rollback target as a whole', lost(target, null)],
  ])('%s', (_name, difference) => {
    expect(driftLines({ differences: [difference] })).toMatchSnapshot();
    expect(render({ differences: [difference] })).toContain(`\n${driftLines({ differences: [difference] })}\n`);
  });

  test('only rollback targets: a warning', () => {
    const differences = [lost(target, 'linux/arm64')];
    expect(withNamed(render({ differences }), { lines: driftLines({ differences }) })).toMatchSnapshot();
  });
});

describe('what to type', () => {
  test('after a rollback: back to it, as its source is no image to promote', () => {
    const text = render({}, { kind: 'rollback', source: { typed: 'P3', tag: null } });
    expect(text).toContain('`/rollback to P12 --reason "…"`');
    expect(text).not.toContain('/promote');
  });

  test('production that can’t be pulled: no line that leads to it', () => {
    const differences = [latest, lost(production, null)];
    const text = render({ differences, alternative: 'P11' });
    expect([...text.matchAll(/`(\/[^`]*)`/g)].map(([, line]) => line)).toEqual(['/rollback to P11 --reason "…"']);
    expect(text.split('\n\n').at(-1)).toMatchSnapshot();
  });

  test('two incomplete targets, and no complete one', () => {
    const other = lost({ ...target, name: 'rollback-20261124-063312-release' }, null);
    const text = render({ differences: [lost(target, 'linux/amd64'), lost(target, 'linux/arm64'), other] });
    expect(text.split('\n\n').at(-1)).toMatchSnapshot();
  });
});

test.each<[string, NonNullable<Drift['over']>['because']]>([
  ['put right', { kind: 'put-right' }],
  ['promoted since', { kind: 'promotion', number: 13 }],
  ['nobody looks any more', { kind: 'not-watched' }],
])('over: %s', (_name, because) => {
  const text = render({ over: { at: AT + 60_000, because } });
  expect(withNamed(text, { lines: driftLines({ differences: [latest] }) })).toMatchSnapshot();
});

test('the issue for promotions without a thread is found by its first line', () => {
  const { marker, title, body } = driftIssue('production');
  expect({ title, body }).toMatchSnapshot();
  expect(body.split('\n')[0]).toBe(marker);
  expect(driftIssue('canary').marker).not.toBe(marker);
});
