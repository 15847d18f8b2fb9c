// What two looks make of what they saw: a suspicion, a drift, the same drift in another shape, its end.
import { describe, expect, test } from 'vitest';
import { judgeCheck, sameDifferences, type Drift, type Difference } from '../../../src/domain/promotion/drift.ts';
import { digest, IMAGE, image, NOW, tag } from '../build.ts';

const main = {
  kind: 'moved',
  repository: IMAGE,
  tag: tag('main'),
  wanted: digest('wanted'),
  holds: digest('other'),
} as const satisfies Difference;
const latest = { ...main, tag: tag('latest') };
const part = {
  kind: 'missing',
  image: { role: 'production', name: 'P2', repository: IMAGE, digest: digest('index') },
  manifest: digest('child'),
  platform: 'linux/arm64',
} as const satisfies Difference;
const whole: Difference = { ...part, manifest: digest('index'), platform: null };

function drift(id: string, differences: readonly Difference[]): Drift {
  const place = { repoId: 42, environment: 'production', promotionId: 'promotion-1' };
  return { id, ...place, noticedAt: NOW, differences, alternative: null, over: null, shownIn: null };
}

describe('without a known drift', () => {
  test.each<[string, readonly Difference[], readonly Difference[], readonly Difference[], readonly Difference[]]>([
    ['nothing, and nothing before', [], [], [], []],
    ['something for the first time is unconfirmed', [main, part], [], [], [main, part]],
    ['the same a second time is confirmed', [main, part], [part, main], [main, part], []],
    ['gone at the second look is nothing', [], [main], [], []],
    ['each difference needs its own second look', [main, latest], [main], [main], [latest]],
    [
      'a tag that moved on between the looks is moved all the same',
      [{ ...main, holds: null }],
      [main],
      [{ ...main, holds: null }],
      [],
    ],
    [
      'a tag that should hold something else by now is looked at anew',
      [{ ...main, wanted: digest('newer') }],
      [main],
      [],
      [{ ...main, wanted: digest('newer') }],
    ],
    [
      'the same tag of another image is another difference',
      [{ ...main, repository: image('ghcr.io/acme/worker') }],
      [main],
      [],
      [{ ...main, repository: image('ghcr.io/acme/worker') }],
    ],
    ['another platform of the image is another difference', [part, whole], [whole], [whole], [part]],
  ])('%s', (_name, seen, unconfirmed, confirmed, left) => {
    expect(judgeCheck({ seen, unconfirmed, open: [] })).toEqual({ known: [], confirmed, unconfirmed: left });
  });
});

describe('with a known drift', () => {
  const newer: Difference = { ...main, wanted: digest('newer') };
  const asTarget: Difference = { ...part, image: { ...part.image, role: 'target' } };

  test.each<[string, readonly Difference[], readonly Difference[], readonly Difference[]]>([
    ['is neither unconfirmed nor confirmed again', [main, part], [main, part], []],
    ['loses what is as it should be again', [part], [part], []],
    ['is over when nothing of it is left', [], [], []],
    ['shows what its tag holds now', [{ ...main, holds: null }], [{ ...main, holds: null }], []],
    ['stays the same when its image became a rollback target', [asTarget], [asTarget], []],
    ['is over when its tag should hold something else', [newer], [], [newer]],
  ])('%s', (_name, seen, left, unconfirmed) => {
    const one = drift('1', [main, part]);
    const known = [{ drift: one, left }];
    expect(judgeCheck({ seen, unconfirmed: [], open: [one] })).toEqual({ known, confirmed: [], unconfirmed });
    expect(judgeCheck({ seen, unconfirmed: seen, open: [one] })).toEqual({
      known,
      confirmed: unconfirmed,
      unconfirmed: [],
    });
  });

  test('does not take up a new difference: that is another drift', () => {
    const [one, two] = [drift('1', [main]), drift('2', [part])];
    expect(judgeCheck({ seen: [main, latest, part], unconfirmed: [latest], open: [one, two] })).toEqual({
      known: [
        { drift: one, left: [main] },
        { drift: two, left: [part] },
      ],
      confirmed: [latest],
      unconfirmed: [],
    });
  });
});

test('differences are equal whatever the order of their members, and not if one changed', () => {
  const { kind, repository, tag: name, wanted, holds } = latest;
  expect(sameDifferences([main, latest], [main, { holds, wanted, tag: name, repository, kind }])).toBe(true);
  expect(sameDifferences([main], [{ ...main, holds: null }])).toBe(false);
  expect(sameDifferences([main, part], [main])).toBe(false);
});
